// Over 300 lines: it is one list, every verb and every look-up, once, for every door.
import { rfc3339, type Clock } from '../base/clock.ts'
import { newToken } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine } from '../base/text.ts'
import { check } from '../base/validate.ts'
import type { Receipt as AgreementReceipt } from '../argument/actions.ts'
import { loadArgumentEvenHidden } from '../argument/store.ts'
import { ArgumentPatch, NewArgument } from '../argument/wire.ts'
import { loadComment } from '../comment/store.ts'
import { NewComment } from '../comment/wire.ts'
import { asOfOne, type Db } from '../db/connect.ts'
import { NewDecision } from '../decision/wire.ts'
import { findChangesSince, type KeptChange } from '../feed/changes.ts'
import { headOf } from '../feed/chain.ts'
import type { Feed } from '../feed/follow.ts'
import { reencode } from '../idea/image.ts'
import { refuseExtras, refuseNewIdea } from '../idea/rules.ts'
import { countIdeasBy, findImage, findWaitingImage, loadIdea } from '../idea/store.ts'
import { IdeaPatch, Merger, NewIdea } from '../idea/wire.ts'
import { findWaiting } from '../moderation/store.ts'
import { refuseGivenName, refuseName } from '../participant/rules.ts'
import { findParticipant } from '../participant/store.ts'
import { Leaving, NewParticipant, Renaming } from '../participant/wire.ts'
import { areResultsHidden, settingsOf } from '../question/rules.ts'
import { refuseContributing, refuseIdeasNow } from '../question/stages.ts'
import { alwaysGiven, refuseTakingPart, standingOf, stranger } from '../question/levels.ts'
import { takeOwnerSeat, takeSeat, type Caller } from '../question/seat.ts'
import { loadQuestion, loadQuestionEvenDeleted } from '../question/store.ts'
import { NewQuestion, QuestionPatch, Reopening, type Level } from '../question/wire.ts'
import { commentsPerPage, shownOf, viewComment } from '../snapshot/build.ts'
import { SnapshotCache } from '../snapshot/cache.ts'
import { OverlayCache } from '../snapshot/overlay-cache.ts'
import { ResultsReader } from '../snapshot/results.ts'
import { buildOwnContributions, buildOwnerView } from '../snapshot/overlay.ts'
import { findHeldArgument, findHeldComment, findHeldIdea } from '../snapshot/own.ts'
import { findComments } from '../snapshot/store.ts'
import type * as view from '../snapshot/wire.ts'
import type { Joined, Verbs } from '../verbs/verbs.ts'
import { invitationDoors } from './invitation-doors.ts'
import { recountDoors } from './recount-doors.ts'
import { findVoters, type VotePlace } from '../vote/store.ts'
import { Ballot, type VoterPage, type VoteReceipt } from '../vote/wire.ts'
import { asideDoors } from './aside-doors.ts'
import { confirmationDoors, type Letters } from './confirmation-doors.ts'
import { deskDoors } from './desk-doors.ts'
import { similarDoors } from './similar-doors.ts'
import { entryDoors } from './entry-doors.ts'

export type { Joined }

/** What asking a question answers. The admin token is told this once; only a hash is kept. */
export interface Asked {
  question: view.Snapshot
  adminToken: string
}

export type Doors = ReturnType<typeof createDoors>

/** What the doors lead to: the verbs, wherever they run, and a view of the store. */
export interface House {
  read: Db
  clock: Clock
  /** Tells what was committed. */
  feed: Feed
  verbs: Verbs
  /** The levels that this server can give to people; without it those that every server can. */
  levels?: readonly Level[]
  /** From which the tokens of invitations follow; without it they can be shown again only as long as the server runs. */
  secretKey?: string
}

/** The verbs, each of which has the caller's overlay forgotten before it answers, whatever came of it. */
function forgetting(verbs: Verbs, overlays: OverlayCache): Verbs {
  return new Proxy(verbs, {
    get:
      (all, name: keyof Verbs) =>
      async (caller: Caller, q: string, ...rest: unknown[]) => {
        const verb = all[name] as (...args: unknown[]) => Promise<unknown>
        try {
          return await verb(caller, q, ...rest)
        } finally {
          overlays.forget(q, caller)
        }
      },
  })
}

/**
 * Every verb and every look-up for every door: the JSON API and the pages' form actions. `q` is a question's public id.
 * What comes from outside is checked here against its schema, whatever the door; all of them throw Refusal.
 */
export function createDoors(
  house: House,
  snapshots = new SnapshotCache(house),
  overlays = new OverlayCache(house, snapshots.freshness),
  letters: Letters = null,
) {
  const { read, clock } = house
  const verbs = forgetting(house.verbs, overlays)

  /** A caller with the name that came along, checked. */
  const named = (caller: Caller): Caller => {
    if (caller.name !== undefined) check(NewParticipant, { name: caller.name })
    return caller
  }

  /** Asks the rules of adding an idea beforehand, so that nobody who may not add one has a picture decoded. */
  const refuseBeforeDecoding = async (caller: Caller, q: string) => {
    const row = await snapshots.loadQuestion(q)
    const settings = settingsOf(row)
    const seat = await takeSeat(read, row, caller)
    hold(refuseContributing(row, clock(), seat.isOwner))
    const known = await findParticipant(read, row.id, seat.tokenHash)
    if (!seat.isOwner) hold(refuseTakingPart(settings, known ? standingOf(known) : stranger))
    hold(refuseGivenName(settings, tidyLine(caller.name ?? '') || null))
    hold(refuseName(settings, known?.name ?? (tidyLine(caller.name ?? '') || null)))
    hold(refuseIdeasNow(row, clock(), seat.isOwner))
    hold(refuseExtras(settings, seat.isOwner, { image: true, link: false }))
    hold(refuseNewIdea(settings, seat.isOwner, known ? await countIdeasBy(read, row.id, known.id) : 0))
  }

  const results = new ResultsReader(house)

  /** Whether votes are hidden until one's own vote, and shown to who has one. */
  const showsToVoters = async (q: string) => {
    const row = await snapshots.freshness.ownedQuestion(q)
    return areResultsHidden(row, clock()) && settingsOf(row).results === 'afterVote'
  }

  /** Whether votes that are hidden are shown to this caller, who has voted. */
  const showsTo = async (caller: Caller, q: string) =>
    (await showsToVoters(q)) && (await overlays.load(q, caller)).votes.length > 0

  // What is held only its author is told, and only in the answer to what they did.
  const viewIdea = async (q: string, ideaId: string): Promise<view.IdeaView> =>
    found(
      (await snapshots.load(q)).ideas.find((one) => one.id === ideaId) ??
        (await findHeldIdea(read, await snapshots.loadQuestion(q), ideaId)),
      'idea_not_found',
    )

  /** The view with a word for its author where what they changed waits for the owner. */
  const withHeldEdit = async <View extends { id: string }>(q: string, shown: View): Promise<View & { held?: true }> => {
    const waiting = await findWaiting(read, (await snapshots.loadQuestion(q)).id, shown.id)
    return waiting?.edit ? { ...shown, held: true } : shown
  }

  const viewArgument = async (q: string, argumentId: string): Promise<view.ArgumentView> => {
    const reasons = (await snapshots.load(q)).ideas.flatMap((one) => [...one.pros, ...one.cons])
    return found(
      reasons.find((one) => one.id === argumentId) ??
        (await findHeldArgument(read, await snapshots.loadQuestion(q), argumentId)),
      'argument_not_found',
    )
  }

  const findComment = async (q: string, commentId: string): Promise<view.CommentView> => {
    const question = await snapshots.loadQuestion(q)
    const row = await loadComment(read, question.id, commentId)
    const [there] = await findComments(read, question.id, row.id + 1, 1)
    return viewComment(found(there, 'comment_not_found'), shownOf(question, clock()))
  }

  /** The same, or as its author sees it while it is held. */
  const findOwnComment = async (q: string, commentId: string): Promise<view.CommentView> =>
    (await findHeldComment(read, await snapshots.loadQuestion(q), commentId)) ?? (await findComment(q, commentId))

  return {
    ...recountDoors(read, snapshots),
    ...similarDoors(snapshots),
    ...asideDoors(read, clock, snapshots, verbs),
    ...invitationDoors(read, snapshots, verbs, house.secretKey ?? newToken()),
    ...confirmationDoors(house, snapshots, verbs, overlays, letters),
    ...deskDoors(read, snapshots, verbs, named, viewIdea),
    ...entryDoors(read, clock, snapshots, verbs, showsTo),

    /** The levels that this server can give to people. */
    levels: house.levels ?? alwaysGiven,

    // The question

    async ask(caller: Caller, input: NewQuestion): Promise<Asked> {
      const { questionId, adminToken } = await verbs.ask(caller, check(NewQuestion, input))
      return { question: await snapshots.load(questionId), adminToken }
    },

    /** The public view; closes a question that is due first. */
    snapshot: (q: string): Promise<view.Snapshot> => snapshots.load(q),

    async overlay(caller: Caller, q: string): Promise<view.Overlay> {
      const overlay = await overlays.load(q, caller)
      const isShown = overlay.votes.length > 0 && (await showsToVoters(q))
      return isShown ? { ...overlay, results: await results.load(q) } : overlay
    },

    /** The owner's view, of a deleted question too. @throws owner_only */
    async ownerView(caller: Caller, q: string): Promise<view.OwnerView> {
      const row = await loadQuestionEvenDeleted(read, q)
      return await buildOwnerView(read, row, await takeOwnerSeat(read, row, caller))
    },

    async ownContributions(caller: Caller, q: string): Promise<view.OwnContributions> {
      const row = await snapshots.loadQuestion(q)
      const { votes } = shownOf(row, clock())
      return await buildOwnContributions(read, row, await takeSeat(read, row, caller), votes)
    },

    /** A page of the discussion, the newest by default, oldest of them first. */
    async comments(q: string, page: { before?: string; limit?: number }): Promise<view.CommentPage> {
      const row = await snapshots.loadQuestion(q)
      const limit = page.limit ?? commentsPerPage
      const before = page.before === undefined ? null : (await loadComment(read, row.id, page.before)).id
      const rows = await findComments(read, row.id, before, limit + 1)
      const shown = rows.slice(0, limit).reverse()
      return {
        comments: shown.map((comment) => viewComment(comment, shownOf(row, clock()))),
        total: row.comments,
        earlier: rows.length > limit ? (shown[0]?.public_id ?? null) : null,
      }
    },

    /**
     * Who voted for an idea, in the order in which they voted.
     * @param page.after cursor from the page before. @throws idea_not_found, results_hidden
     */
    async voters(
      caller: Caller,
      q: string,
      ideaId: string,
      page: { after?: string; limit?: number },
    ): Promise<VoterPage> {
      await snapshots.loadQuestion(q)
      const mayLook = await showsTo(caller, q)
      return await asOfOne(read, async (db) => {
        const row = await loadQuestion(db, q)
        const { id, votes, further_votes } = await loadIdea(db, row.id, ideaId)
        const shown = shownOf(row, clock())
        if (!shown.votes && !mayLook) throw refuse('results_hidden')
        const limit = page.limit ?? 100
        const rows = await findVoters(db, row.id, id, placeFrom(page.after), limit + 1)
        const here = rows.slice(0, limit)
        const last = here.at(-1)
        return {
          voters: here.map(({ name }) => ({ name: shown.names ? name : null })),
          total: votes - further_votes,
          next: last && rows.length > limit ? `${last.revision}-${last.participant}` : null,
        }
      })
    },

    /**
     * A picture; of what is held or is to be changed, for the owner and its author alone.
     * @returns `isPublic` whether everyone may see it
     */
    async image(
      caller: Caller,
      q: string,
      image: string,
    ): Promise<{ type: string; bytes: Uint8Array; isPublic: boolean }> {
      const row = await snapshots.loadQuestion(q)
      const shown = await findImage(read, row.id, image)
      if (shown) return { ...shown, isPublic: true }
      const waiting = await findWaitingImage(read, row.id, image)
      if (!waiting) throw refuse('image_not_found')
      const seat = await takeSeat(read, row, caller)
      const own = waiting.author_id === (await findParticipant(read, row.id, seat.tokenHash))?.id
      if (!seat.isOwner && !own) throw refuse('image_not_found')
      return { ...waiting, isPublic: false }
    },

    async changes(
      q: string,
      page: { since?: number; limit?: number },
    ): Promise<{ question: string; changes: KeptChange[]; revision: number; head: string | null }> {
      const row = await snapshots.loadQuestion(q)
      const changes = await findChangesSince(read, row.id, page.since ?? 0, page.limit ?? 1_000)
      return {
        question: q,
        // What came after the question was looked at has another head.
        changes: changes.filter(({ revision }) => revision <= row.revision),
        revision: row.revision,
        head: headOf(row),
      }
    },

    async editQuestion(caller: Caller, q: string, input: QuestionPatch): Promise<view.Snapshot> {
      const patch = check(QuestionPatch, input)
      await verbs.editQuestion(caller, q, patch)
      return await snapshots.load(q)
    },

    async close(caller: Caller, q: string): Promise<view.Snapshot> {
      await verbs.close(caller, q)
      return await snapshots.load(q)
    },

    async reopen(caller: Caller, q: string, input: Reopening): Promise<view.Snapshot> {
      const reopening = check(Reopening, input)
      await verbs.reopen(caller, q, reopening)
      return await snapshots.load(q)
    },

    deleteQuestion: verbs.deleteQuestion,

    async restoreQuestion(caller: Caller, q: string): Promise<view.Snapshot> {
      await verbs.restoreQuestion(caller, q)
      return await snapshots.load(q)
    },

    /** Makes this device an owner's device. @throws token_unknown */
    openAdminLink: verbs.openAdminLink,

    /** The old link and every other device that opened it stop working. */
    replaceAdminLink: verbs.replaceAdminLink,

    async decide(caller: Caller, q: string, input: NewDecision): Promise<view.DecisionView> {
      const decided = await verbs.decide(caller, q, check(NewDecision, input))
      return { ...decided, decidedAt: rfc3339(decided.decidedAt) }
    },

    undecide: verbs.undecide,

    // Taking part

    async join(caller: Caller, q: string, input: NewParticipant): Promise<Joined> {
      return await verbs.join(caller, q, check(NewParticipant, input))
    },

    async rename(caller: Caller, q: string, input: Renaming): Promise<void> {
      await verbs.rename(caller, q, check(Renaming, input))
    },

    async leave(caller: Caller, q: string, input: Leaving): Promise<void> {
      await verbs.leave(caller, q, check(Leaving, input))
    },

    // Ideas

    /** @param image the picture as it was sent; stored with the idea in one transaction, or neither is */
    async addIdea(caller: Caller, q: string, input: NewIdea, image: Uint8Array | null = null): Promise<view.IdeaView> {
      const newIdea = check(NewIdea, input)
      if (image) await refuseBeforeDecoding(named(caller), q)
      const picture = image && (await reencode(image))
      return await viewIdea(q, await verbs.addIdea(named(caller), q, newIdea, picture))
    },

    async editIdea(caller: Caller, q: string, ideaId: string, input: IdeaPatch): Promise<view.IdeaView> {
      await verbs.editIdea(caller, q, ideaId, check(IdeaPatch, input))
      return await withHeldEdit(q, await viewIdea(q, ideaId))
    },

    /** Puts a picture on an idea; null takes it away. */
    async setImage(caller: Caller, q: string, ideaId: string, image: Uint8Array | null): Promise<view.IdeaView> {
      // Decoding costs far more than asking, so who may not do this is told before it.
      await verbs.expectIdeaEditor(caller, q, ideaId)
      await verbs.setImage(caller, q, ideaId, image && (await reencode(image)))
      return await withHeldEdit(q, await viewIdea(q, ideaId))
    },

    deleteIdea: verbs.deleteIdea,

    async mergeIdea(caller: Caller, q: string, ideaId: string, input: Merger): Promise<view.IdeaView> {
      const merger = check(Merger, input)
      await verbs.mergeIdea(caller, q, ideaId, merger)
      return await viewIdea(q, merger.into)
    },

    // Arguments

    async addArgument(caller: Caller, q: string, ideaId: string, input: NewArgument): Promise<view.ArgumentView> {
      return await viewArgument(q, await verbs.addArgument(named(caller), q, ideaId, check(NewArgument, input)))
    },

    async editArgument(
      caller: Caller,
      q: string,
      argumentId: string,
      input: ArgumentPatch,
    ): Promise<view.ArgumentView> {
      await verbs.editArgument(caller, q, argumentId, check(ArgumentPatch, input))
      return await withHeldEdit(q, await viewArgument(q, argumentId))
    },

    deleteArgument: verbs.deleteArgument,

    /** @throws argument_not_found when an argument belongs to another idea than an address says */
    async expectArgumentOf(q: string, ideaId: string, argumentId: string): Promise<void> {
      const { id } = await snapshots.loadQuestion(q)
      const { idea_public_id } = await loadArgumentEvenHidden(read, id, argumentId)
      if (idea_public_id !== ideaId) throw refuse('argument_not_found')
    },

    agree: async (caller: Caller, q: string, argumentId: string): Promise<AgreementReceipt> =>
      await verbs.agree(named(caller), q, argumentId),
    disagree: verbs.disagree,

    // Votes

    /** @param value how many votes the idea has from them then */
    vote: async (caller: Caller, q: string, ideaId: string, value = 1): Promise<VoteReceipt> =>
      await verbs.vote(named(caller), q, ideaId, value),
    unvote: verbs.unvote,

    /** Replaces the whole ballot. */
    async castBallot(caller: Caller, q: string, input: Ballot): Promise<{ votes: Ballot['votes']; revision: number }> {
      const { votes } = check(Ballot, input)
      return { votes, revision: await verbs.castBallot(named(caller), q, votes) }
    },

    // Discussion

    /** One comment that everyone can see. @throws comment_not_found */
    comment: (q: string, commentId: string): Promise<view.CommentView> => findComment(q, commentId),

    async addComment(caller: Caller, q: string, input: NewComment): Promise<view.CommentView> {
      return await findOwnComment(q, await verbs.addComment(named(caller), q, check(NewComment, input)))
    },

    async editComment(caller: Caller, q: string, commentId: string, input: NewComment): Promise<view.CommentView> {
      await verbs.editComment(caller, q, commentId, check(NewComment, input))
      return await withHeldEdit(q, await findOwnComment(q, commentId))
    },

    deleteComment: verbs.deleteComment,
  }
}

/** Where a page of voters goes on, from the cursor of the one before. */
function placeFrom(after: string | undefined): VotePlace | null {
  if (after === undefined) return null
  const [revision = 0, participant = Infinity] = after.split('-').map(Number)
  return { revision, participant: Math.min(participant, Number.MAX_SAFE_INTEGER) }
}

function found<Value>(
  value: Value | null | undefined,
  code: 'idea_not_found' | 'argument_not_found' | 'comment_not_found',
): Value {
  if (value == null) throw refuse(code)
  return value
}
