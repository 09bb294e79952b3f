// Over 300 lines: it is one list, every verb and every look-up, once, for every door.
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine } from '../base/text.ts'
import { check } from '../base/validate.ts'
import * as argument from '../argument/actions.ts'
import { loadArgumentEvenHidden } from '../argument/store.ts'
import { ArgumentPatch, NewArgument } from '../argument/wire.ts'
import * as comment from '../comment/actions.ts'
import { loadComment } from '../comment/store.ts'
import { NewComment } from '../comment/wire.ts'
import * as contribution from '../contribution/actions.ts'
import * as decision from '../decision/actions.ts'
import { NewDecision } from '../decision/wire.ts'
import { findChangesSince, type Change } from '../feed/changes.ts'
import { command, type CommandOptions, type Core, type Taken } from '../feed/command.ts'
import * as idea from '../idea/actions.ts'
import { reencode } from '../idea/image.ts'
import { refuseNewIdea } from '../idea/rules.ts'
import { countIdeasBy, loadIdea, loadIdeaEvenHidden, loadImage } from '../idea/store.ts'
import { IdeaPatch, Merger, NewIdea } from '../idea/wire.ts'
import * as participant from '../participant/actions.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseName, type Editor } from '../participant/rules.ts'
import { findParticipant } from '../participant/store.ts'
import { Leaving, NewParticipant, Renaming } from '../participant/wire.ts'
import * as question from '../question/actions.ts'
import { refuseWhenClosed, settingsOf } from '../question/rules.ts'
import { takeOwnerSeat, takeSeat, type Caller, type OwnerSeat } from '../question/seat.ts'
import { loadQuestionEvenDeleted } from '../question/store.ts'
import { NewQuestion, QuestionPatch, Reopening } from '../question/wire.ts'
import { commentsPerPage, viewComment } from '../snapshot/build.ts'
import { SnapshotCache } from '../snapshot/cache.ts'
import { buildOverlay, buildOwnContributions, buildOwnerView } from '../snapshot/overlay.ts'
import { findComments } from '../snapshot/store.ts'
import type * as view from '../snapshot/wire.ts'
import * as vote from '../vote/actions.ts'
import { findVoters } from '../vote/store.ts'
import { Ballot, type VoterPage, type VoteReceipt } from '../vote/wire.ts'

/** What asking a question answers. The admin token is told this once; only a hash is kept. */
export interface Asked {
  question: view.Snapshot
  adminToken: string
}

/** What beginning to take part answers. The token is told this once. */
export interface Joined {
  participant: { id: string; name: string | null }
  token: string
}

export type Doors = ReturnType<typeof createDoors>

/**
 * Every verb and every look-up for every door: the JSON API, the pages' form actions, the importer and the command
 * line. `q` is a question's public id. What comes from outside is checked here against its schema, whatever the door;
 * all of them throw Refusal.
 */
export function createDoors(core: Core, snapshots = new SnapshotCache(core)) {
  const { read } = core.store

  /** Runs a verb as somebody who takes part, beginning to if need be. */
  const asParticipant = <R>(caller: Caller, q: string, verb: (taken: Taken, seat: ParticipantSeat) => Promise<R>) => {
    if (caller.name !== undefined) check(NewParticipant, { name: caller.name })
    return command(core, q, async (taken) => verb(taken, await participant.takeParticipantSeat(taken, caller)), {
      once: caller.once,
    })
  }

  /** Asks the rules of adding an idea beforehand, so that nobody who may not add one has a picture decoded. */
  const refuseBeforeDecoding = async (caller: Caller, q: string) => {
    const row = await snapshots.loadQuestion(q)
    const settings = settingsOf(row)
    hold(refuseWhenClosed(row, core.clock()))
    const seat = await takeSeat(read, row, caller)
    const known = await findParticipant(read, row.id, seat.tokenHash)
    hold(refuseName(settings, known?.name ?? (tidyLine(caller.name ?? '') || null)))
    hold(refuseNewIdea(settings, seat.isOwner, known ? await countIdeasBy(read, row.id, known.id) : 0))
  }

  /** Runs a verb that takes something back, for a stranger too. */
  const takingBack = <R>(caller: Caller, q: string, verb: (taken: Taken, seat: ParticipantSeat | null) => Promise<R>) =>
    command(core, q, async (taken) => verb(taken, await participant.findParticipantSeat(taken, caller)))

  /** Runs a verb as the author of something, or the owner, while the question is open. */
  const asEditor = <R>(caller: Caller, q: string, verb: (taken: Taken, editor: Editor) => Promise<R>) =>
    command(core, q, async (taken) => verb(taken, await participant.takeEditorSeat(taken, caller)))

  const asOwner = <R>(
    caller: Caller,
    q: string,
    verb: (taken: Taken, seat: OwnerSeat) => Promise<R> | R,
    options: CommandOptions = {},
  ) => command(core, q, async (taken) => verb(taken, await takeOwnerSeat(taken.trx, taken.question, caller)), options)

  const viewIdea = async (q: string, ideaId: string): Promise<view.IdeaView> =>
    found(
      (await snapshots.load(q)).ideas.find((one) => one.id === ideaId),
      'idea_not_found',
    )

  const viewArgument = async (q: string, argumentId: string): Promise<view.ArgumentView> => {
    const reasons = (await snapshots.load(q)).ideas.flatMap((one) => [...one.pros, ...one.cons])
    return found(
      reasons.find((one) => one.id === argumentId),
      'argument_not_found',
    )
  }

  const setIdeaHidden = (caller: Caller, q: string, ideaId: string, hidden: boolean) =>
    asOwner(caller, q, async (taken, seat) => {
      const row = await loadIdeaEvenHidden(taken.trx, taken.question.id, ideaId)
      await contribution.setIdeaHidden(taken, seat, row, hidden)
    })

  const setArgumentHidden = (caller: Caller, q: string, argumentId: string, hidden: boolean) =>
    asOwner(caller, q, async (taken, seat) => {
      const row = await argument.takeArgument(taken, { isOwner: true, participantKey: null }, argumentId)
      await argument.setArgumentHidden(taken, seat, row, hidden)
    })

  const setCommentHidden = (caller: Caller, q: string, commentId: string, hidden: boolean) =>
    asOwner(caller, q, async (taken, seat) => {
      const row = await loadComment(taken.trx, taken.question.id, commentId)
      await comment.setCommentHidden(taken, seat, row, hidden)
    })

  const findComment = async (q: string, commentId: string): Promise<view.CommentView> => {
    const { id } = await snapshots.loadQuestion(q)
    const row = await loadComment(read, id, commentId)
    const [shown] = await findComments(read, id, row.id + 1, 1)
    return viewComment(found(shown, 'comment_not_found'))
  }

  return {
    // The question

    async ask(caller: Caller, input: NewQuestion): Promise<Asked> {
      const { questionId, adminToken } = await question.askQuestion(core, caller, check(NewQuestion, input))
      return { question: await snapshots.load(questionId), adminToken }
    },

    /** The public view; closes a question that is due first. */
    snapshot: (q: string): Promise<view.Snapshot> => snapshots.load(q),

    async overlay(caller: Caller, q: string): Promise<view.Overlay> {
      const row = await snapshots.loadQuestion(q)
      return await buildOverlay(read, row, await takeSeat(read, row, caller))
    },

    /** The owner's view, of a deleted question too. @throws owner_only */
    async ownerView(caller: Caller, q: string): Promise<view.OwnerView> {
      const row = await loadQuestionEvenDeleted(read, q)
      return await buildOwnerView(read, row, await takeOwnerSeat(read, row, caller))
    },

    async ownContributions(caller: Caller, q: string): Promise<view.OwnContributions> {
      const row = await snapshots.loadQuestion(q)
      return await buildOwnContributions(read, row, await takeSeat(read, row, caller))
    },

    /** A page of the discussion, the newest by default, oldest of them first. */
    async comments(q: string, page: { before?: string; limit?: number }): Promise<view.CommentPage> {
      const row = await snapshots.loadQuestion(q)
      const limit = page.limit ?? commentsPerPage
      const before = page.before === undefined ? null : (await loadComment(read, row.id, page.before)).id
      const rows = await findComments(read, row.id, before, limit + 1)
      const shown = rows.slice(0, limit).reverse()
      return {
        comments: shown.map(viewComment),
        total: row.comments,
        earlier: rows.length > limit ? (shown[0]?.public_id ?? null) : null,
      }
    },

    /** Who voted for an idea, in the order in which they voted. @param page.after cursor from the page before */
    async voters(q: string, ideaId: string, page: { after?: string; limit?: number }): Promise<VoterPage> {
      const row = await snapshots.loadQuestion(q)
      const { id, votes } = await loadIdea(read, row.id, ideaId)
      const limit = page.limit ?? 100
      const rows = await findVoters(read, row.id, id, Number(page.after ?? 0), limit + 1)
      const shown = rows.slice(0, limit)
      return {
        voters: shown.map(({ name }) => ({ name })),
        total: votes,
        next: rows.length > limit ? String(shown.at(-1)?.revision) : null,
      }
    },

    async image(q: string, image: string): Promise<{ type: string; bytes: Uint8Array }> {
      return await loadImage(read, (await snapshots.loadQuestion(q)).id, image)
    },

    async changes(
      q: string,
      page: { since?: number; limit?: number },
    ): Promise<{ changes: Change[]; revision: number }> {
      const row = await snapshots.loadQuestion(q)
      return {
        changes: await findChangesSince(read, row.id, page.since ?? 0, page.limit ?? 1_000),
        revision: row.revision,
      }
    },

    async editQuestion(caller: Caller, q: string, input: QuestionPatch): Promise<view.Snapshot> {
      const patch = check(QuestionPatch, input)
      await asOwner(caller, q, (taken, seat) => question.editQuestion(taken, seat, patch))
      return await snapshots.load(q)
    },

    async close(caller: Caller, q: string): Promise<view.Snapshot> {
      await asOwner(caller, q, question.closeQuestion)
      return await snapshots.load(q)
    },

    async reopen(caller: Caller, q: string, input: Reopening): Promise<view.Snapshot> {
      const reopening = check(Reopening, input)
      await asOwner(caller, q, (taken, seat) => question.reopenQuestion(taken, seat, reopening))
      return await snapshots.load(q)
    },

    deleteQuestion: (caller: Caller, q: string): Promise<void> =>
      asOwner(caller, q, question.deleteQuestion, { evenDeleted: true }),

    async restoreQuestion(caller: Caller, q: string): Promise<view.Snapshot> {
      await asOwner(caller, q, question.restoreQuestion, { evenDeleted: true })
      return await snapshots.load(q)
    },

    /** Makes this device an owner's device. @throws token_unknown */
    openAdminLink: (caller: Caller, q: string, adminToken: string): Promise<void> =>
      command(core, q, (taken) => question.openAdminLink(taken, caller, adminToken), { evenDeleted: true }),

    /** The old link and every other device that opened it stop working. */
    replaceAdminLink: (caller: Caller, q: string): Promise<{ adminToken: string }> =>
      asOwner(caller, q, async (taken, seat) => ({ adminToken: await question.replaceAdminLink(taken, seat) }), {
        once: caller.once,
      }),

    async decide(caller: Caller, q: string, input: NewDecision): Promise<view.DecisionView> {
      const decided = check(NewDecision, input)
      await asOwner(caller, q, (taken, seat) => {
        question.closeWhenDue(taken)
        return decision.decide(taken, seat, decided)
      })
      return (await snapshots.load(q)).decision as view.DecisionView
    },

    undecide: (caller: Caller, q: string): Promise<void> => asOwner(caller, q, decision.undecide),

    // Taking part

    async join(caller: Caller, q: string, input: NewParticipant): Promise<Joined> {
      const joining = check(NewParticipant, input)
      return await command(core, q, (taken) => participant.joinOnDevice(taken, caller, joining), { once: caller.once })
    },

    async rename(caller: Caller, q: string, input: Renaming): Promise<void> {
      const renaming = check(Renaming, input)
      await command(core, q, async (taken) => {
        await participant.renameParticipant(taken, caller, renaming)
      })
    },

    async leave(caller: Caller, q: string, input: Leaving): Promise<void> {
      const leaving = check(Leaving, input)
      await command(core, q, async (taken) => {
        await contribution.leave(taken, await participant.takeKnownParticipantSeat(taken, caller), leaving)
      })
    },

    // Ideas

    /** @param image the picture as it was sent; stored with the idea in one transaction, or neither is */
    async addIdea(caller: Caller, q: string, input: NewIdea, image: Uint8Array | null = null): Promise<view.IdeaView> {
      const newIdea = check(NewIdea, input)
      if (image) await refuseBeforeDecoding(caller, q)
      const picture = image && (await reencode(image))
      const ideaId = await asParticipant(caller, q, (taken, seat) => idea.addIdea(taken, seat, newIdea, picture))
      return await viewIdea(q, ideaId)
    },

    async editIdea(caller: Caller, q: string, ideaId: string, input: IdeaPatch): Promise<view.IdeaView> {
      const patch = check(IdeaPatch, input)
      await asEditor(caller, q, async (taken, editor) => {
        await idea.editIdea(taken, await idea.takeIdea(taken, editor, ideaId), patch)
      })
      return await viewIdea(q, ideaId)
    },

    /** Puts a picture on an idea; null takes it away. */
    async setImage(caller: Caller, q: string, ideaId: string, image: Uint8Array | null): Promise<view.IdeaView> {
      // Decoding costs far more than asking, so who may not do this is told before it.
      await asEditor(caller, q, (taken, editor) => idea.takeIdea(taken, editor, ideaId))
      const picture = image && (await reencode(image))
      await asEditor(caller, q, async (taken, editor) => {
        await idea.setImage(taken, await idea.takeIdea(taken, editor, ideaId), picture)
      })
      return await viewIdea(q, ideaId)
    },

    deleteIdea: (caller: Caller, q: string, ideaId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await contribution.deleteIdea(taken, editor, await idea.takeIdeaToDelete(taken, editor, ideaId))
      }),

    hideIdea: (caller: Caller, q: string, ideaId: string): Promise<void> => setIdeaHidden(caller, q, ideaId, true),
    showIdea: (caller: Caller, q: string, ideaId: string): Promise<void> => setIdeaHidden(caller, q, ideaId, false),

    async mergeIdea(caller: Caller, q: string, ideaId: string, input: Merger): Promise<view.IdeaView> {
      const { into } = check(Merger, input)
      await asOwner(caller, q, async (taken, seat) => {
        const closed = refuseWhenClosed(taken.question, taken.now)
        if (closed) throw closed
        const source = await loadIdea(taken.trx, taken.question.id, ideaId)
        const target = await loadIdea(taken.trx, taken.question.id, into)
        await contribution.mergeIdeas(taken, seat, source, target)
        await decision.followMerger(taken, ideaId, into)
      })
      return await viewIdea(q, into)
    },

    // Arguments

    async addArgument(caller: Caller, q: string, ideaId: string, input: NewArgument): Promise<view.ArgumentView> {
      const newArgument = check(NewArgument, input)
      const id = await asParticipant(caller, q, (taken, seat) => argument.addArgument(taken, seat, ideaId, newArgument))
      return await viewArgument(q, id)
    },

    async editArgument(
      caller: Caller,
      q: string,
      argumentId: string,
      input: ArgumentPatch,
    ): Promise<view.ArgumentView> {
      const patch = check(ArgumentPatch, input)
      await asEditor(caller, q, async (taken, editor) => {
        await argument.editArgument(taken, await argument.takeArgument(taken, editor, argumentId), patch)
      })
      return await viewArgument(q, argumentId)
    },

    deleteArgument: (caller: Caller, q: string, argumentId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await argument.deleteArgument(taken, await argument.takeArgument(taken, editor, argumentId))
      }),

    /** @throws argument_not_found when an argument belongs to another idea than an address says */
    async expectArgumentOf(q: string, ideaId: string, argumentId: string): Promise<void> {
      const { id } = await snapshots.loadQuestion(q)
      const { idea_public_id } = await loadArgumentEvenHidden(read, id, argumentId)
      if (idea_public_id !== ideaId) throw refuse('argument_not_found')
    },

    hideArgument: (caller: Caller, q: string, id: string): Promise<void> => setArgumentHidden(caller, q, id, true),
    showArgument: (caller: Caller, q: string, id: string): Promise<void> => setArgumentHidden(caller, q, id, false),

    agree: (caller: Caller, q: string, argumentId: string): Promise<argument.Receipt> =>
      asParticipant(caller, q, (taken, seat) => argument.agree(taken, seat, argumentId)),
    disagree: (caller: Caller, q: string, argumentId: string): Promise<argument.Receipt> =>
      takingBack(caller, q, (taken, seat) => argument.disagree(taken, seat, argumentId)),

    // Votes

    vote: (caller: Caller, q: string, ideaId: string): Promise<VoteReceipt> =>
      asParticipant(caller, q, (taken, seat) => vote.castVote(taken, seat, ideaId)),
    unvote: (caller: Caller, q: string, ideaId: string): Promise<VoteReceipt> =>
      takingBack(caller, q, (taken, seat) => vote.withdrawVote(taken, seat, ideaId)),

    /** Replaces the whole ballot. */
    async castBallot(
      caller: Caller,
      q: string,
      input: Ballot,
    ): Promise<{ votes: Record<string, 1>; revision: number }> {
      const { votes } = check(Ballot, input)
      const revision = await asParticipant(caller, q, async (taken, seat) => {
        await vote.castBallot(taken, seat, Object.keys(votes))
        return taken.question.revision
      })
      return { votes, revision }
    },

    // Discussion

    /** One comment that everyone can see. @throws comment_not_found */
    comment: (q: string, commentId: string): Promise<view.CommentView> => findComment(q, commentId),

    async addComment(caller: Caller, q: string, input: NewComment): Promise<view.CommentView> {
      const newComment = check(NewComment, input)
      return await findComment(
        q,
        await asParticipant(caller, q, (taken, seat) => comment.addComment(taken, seat, newComment)),
      )
    },

    async editComment(caller: Caller, q: string, commentId: string, input: NewComment): Promise<view.CommentView> {
      const patch = check(NewComment, input)
      await asEditor(caller, q, async (taken, editor) => {
        await comment.editComment(taken, await comment.takeComment(taken, editor, commentId), patch)
      })
      return await findComment(q, commentId)
    },

    deleteComment: (caller: Caller, q: string, commentId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await comment.deleteComment(taken, await comment.takeComment(taken, editor, commentId))
      }),

    hideComment: (caller: Caller, q: string, id: string): Promise<void> => setCommentHidden(caller, q, id, true),
    showComment: (caller: Caller, q: string, id: string): Promise<void> => setCommentHidden(caller, q, id, false),
  }
}

function found<Value>(
  value: Value | undefined,
  code: 'idea_not_found' | 'argument_not_found' | 'comment_not_found',
): Value {
  if (value === undefined) throw refuse(code)
  return value
}
