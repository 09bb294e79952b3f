// Over 300 lines: it is one list, every verb that there is.
import * as aside from '../aside/actions.ts'
import type { NewAside, SetAside } from '../aside/wire.ts'
import { hold } from '../base/refusals.ts'
import * as argument from '../argument/actions.ts'
import type { ArgumentPatch, NewArgument } from '../argument/wire.ts'
import * as comment from '../comment/actions.ts'
import type { NewComment } from '../comment/wire.ts'
import * as confirmation from '../confirmation/actions.ts'
import * as contribution from '../contribution/actions.ts'
import * as decision from '../decision/actions.ts'
import type { StoredDecision } from '../decision/store.ts'
import type { NewDecision } from '../decision/wire.ts'
import * as entry from '../entry/actions.ts'
import type { NewEntry } from '../entry/wire.ts'
import { complete } from '../feed/chain.ts'
import * as desk from '../desk/actions.ts'
import { undo } from '../desk/undo.ts'
import type { Acted, NewAct } from '../desk/wire.ts'
import { command, type CommandOptions, type Core, type Taken } from '../feed/command.ts'
import * as idea from '../idea/actions.ts'
import type { Picture } from '../idea/image.ts'
import { loadIdea } from '../idea/store.ts'
import type { IdeaPatch, Merger, NewIdea } from '../idea/wire.ts'
import * as invitation from '../invitation/actions.ts'
import * as letter from '../letter/outbox.ts'
import { setHeldWords } from '../moderation/actions.ts'
import { findWaiting } from '../moderation/store.ts'
import type { HeldWords, IdeaClosure, Kind, NewReport, Reasoned } from '../moderation/wire.ts'
import * as participant from '../participant/actions.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import type { Editor } from '../participant/rules.ts'
import type { Leaving, NewParticipant, Renaming } from '../participant/wire.ts'
import * as question from '../question/actions.ts'
import { refuseWhenClosed } from '../question/rules.ts'
import { refuseVotingNow } from '../question/stages.ts'
import { takeOwnerSeat, type Caller, type OwnerSeat } from '../question/seat.ts'
import type { NewQuestion, QuestionPatch, Reopening } from '../question/wire.ts'
import * as vote from '../vote/actions.ts'
import { VoteQueue, type BatchCounts } from '../vote/queue.ts'
import { exchangeCounts, forgetCounts, type Counts } from './counts.ts'
import { advanceQuestions, keepOnce, tidyUp, touch } from './housekeeping.ts'

/** What beginning to take part answers. The token is told this once. */
export interface Joined {
  participant: { id: string; name: string | null }
  token: string
}

export type Verbs = ReturnType<typeof createVerbs>

/**
 * Every verb there is: all that writes, and nothing that only looks. `q` is a question's public id. What goes in was
 * checked against its schema at the door; what goes in and comes out can be copied to another thread, for that is where
 * the server's verbs run. All of them throw Refusal.
 */
export function createVerbs(core: Core) {
  /** Runs a verb as somebody who takes part, beginning to if need be. */
  const asParticipant = <R>(caller: Caller, q: string, verb: (taken: Taken, seat: ParticipantSeat) => Promise<R>) =>
    command(core, q, async (taken) => verb(taken, await participant.takeParticipantSeat(taken, caller)), {
      once: caller.once,
    })

  /** Runs a verb as somebody who votes. */
  const asVoter = <R>(caller: Caller, q: string, verb: (taken: Taken, seat: ParticipantSeat) => Promise<R>) =>
    command(core, q, async (taken) => verb(taken, await participant.takeParticipantSeat(taken, caller, 'vote')), {
      once: caller.once,
    })

  /** Runs a verb that takes something back, for a stranger too. */
  const takingBack = <R>(
    caller: Caller,
    q: string,
    verb: (taken: Taken, seat: ParticipantSeat | null) => Promise<R>,
    refuseNow?: participant.RefuseNow,
  ) => command(core, q, async (taken) => verb(taken, await participant.findParticipantSeat(taken, caller, refuseNow)))

  /** Runs a verb as the author of something, or the owner, while the question is open. */
  const asEditor = <R>(caller: Caller, q: string, verb: (taken: Taken, editor: Editor) => Promise<R>) =>
    command(core, q, async (taken) => verb(taken, await participant.takeEditorSeat(taken, caller)))

  const asOwner = <R>(
    caller: Caller,
    q: string,
    verb: (taken: Taken, seat: OwnerSeat) => Promise<R> | R,
    options: CommandOptions = {},
  ) => command(core, q, async (taken) => verb(taken, await takeOwnerSeat(taken.trx, taken.question, caller)), options)

  const votes = new VoteQueue(core, (caller, q, ideaId, value) =>
    value > 0
      ? asVoter(caller, q, (taken, seat) => vote.castVote(taken, seat, ideaId, value))
      : takingBack(caller, q, (taken, seat) => vote.withdrawVote(taken, seat, ideaId), refuseVotingNow),
  )

  return {
    // The server's own

    /** Writes down what time has done to a question, and what an older release has left out of it. */
    keepTime: (q: string): Promise<void> =>
      command(core, q, async (taken) => {
        await complete(taken)
        question.keepTime(taken)
      }),
    advanceQuestions: (): Promise<void> => advanceQuestions(core),
    tidyUp: (retentionDays: number | null): Promise<void> => tidyUp(core, retentionDays),
    /** Whether the house is kept here for now, and on no other node. @param node which this is */
    keepsHouse: (node: string): Promise<boolean> => core.store.lease('house', node, core.clock()),
    /** What the server keeps about itself under a name. @param value kept if nothing was yet. @returns what is kept */
    keepOnce: (name: string, value: string): Promise<string> => keepOnce(core, name, value),
    /** Writes something durably. @throws when that cannot be done */
    touch: (): Promise<void> => touch(core),
    exchangeCounts: (node: string, told: string | null): Promise<Counts[]> => exchangeCounts(core, node, told),
    /** What became of the batches of votes so far: it only looks, but at what is known where the verbs run. */
    countBatches: (): Promise<BatchCounts> => Promise.resolve(votes.counts),
    forgetCounts: (node: string): Promise<void> => forgetCounts(core, node),

    /** Whether letters are sent here for now, and on no other node. @param node which this is */
    sendsLetters: (node: string): Promise<boolean> => core.store.lease('letters', node, core.clock()),
    /** Letters that are due. Whoever takes them says what became of each; if not, they are due again after a while. */
    takeLetters: (limit: number): Promise<letter.DueLetter[]> => letter.takeLetters(core, limit),
    /** A letter is done with. */
    settleLetter: (id: string): Promise<void> => letter.settleLetter(core, id),
    /** A letter could not be sent; it is tried again unless it has become too old. @returns whether it is */
    postponeLetter: (id: string): Promise<boolean> => letter.postponeLetter(core, id),

    // The question

    ask: (caller: Caller, input: NewQuestion): Promise<{ questionId: string; adminToken: string }> =>
      question.askQuestion(core, caller, input),

    editQuestion: (caller: Caller, q: string, patch: QuestionPatch): Promise<void> =>
      asOwner(caller, q, (taken, seat) => question.editQuestion(taken, seat, patch, question.givenBy(core))),

    close: (caller: Caller, q: string): Promise<void> => asOwner(caller, q, question.closeQuestion),

    reopen: (caller: Caller, q: string, reopening: Reopening): Promise<void> =>
      asOwner(caller, q, (taken, seat) => question.reopenQuestion(taken, seat, reopening)),

    deleteQuestion: (caller: Caller, q: string): Promise<void> =>
      asOwner(caller, q, question.deleteQuestion, { evenDeleted: true }),

    restoreQuestion: (caller: Caller, q: string): Promise<void> =>
      asOwner(caller, q, question.restoreQuestion, { evenDeleted: true }),

    /** Makes this device an owner's device. @throws token_unknown */
    openAdminLink: (caller: Caller, q: string, adminToken: string): Promise<void> =>
      command(core, q, (taken) => question.openAdminLink(taken, caller, adminToken), { evenDeleted: true }),

    /** The old link and every other device that opened it stop working. */
    replaceAdminLink: (caller: Caller, q: string): Promise<{ adminToken: string }> =>
      asOwner(caller, q, async (taken, seat) => ({ adminToken: await question.replaceAdminLink(taken, seat) }), {
        once: caller.once,
      }),

    decide: (caller: Caller, q: string, decided: NewDecision): Promise<StoredDecision> =>
      asOwner(caller, q, (taken, seat) => {
        question.keepTime(taken)
        return decision.decide(taken, seat, decided)
      }),

    undecide: (caller: Caller, q: string): Promise<void> => asOwner(caller, q, decision.undecide),

    // Taking part

    join: (caller: Caller, q: string, joining: NewParticipant): Promise<Joined> =>
      command(core, q, (taken) => participant.joinOnDevice(taken, caller, joining), { once: caller.once }),

    rename: (caller: Caller, q: string, renaming: Renaming): Promise<void> =>
      command(core, q, (taken) => participant.renameParticipant(taken, caller, renaming)),

    leave: (caller: Caller, q: string, leaving: Leaving): Promise<void> =>
      command(core, q, async (taken) => {
        await contribution.leave(taken, await participant.takeKnownParticipantSeat(taken, caller), leaving)
      }),

    // Invitations

    /** @returns their public ids, in the order given */
    invite: (caller: Caller, q: string, invitations: invitation.InvitationToMake[]): Promise<string[]> =>
      asOwner(caller, q, (taken, seat) => invitation.makeInvitations(taken, seat, invitations), { once: caller.once }),

    revokeInvitation: (caller: Caller, q: string, invitationId: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => invitation.revokeInvitation(taken, seat, invitationId)),

    acceptInvitation: (caller: Caller, q: string, token: string): Promise<Joined['participant']> =>
      command(core, q, async (taken) => {
        const { participant } = await invitation.acceptInvitation(taken, caller, token)
        return { id: participant.public_id, name: participant.name }
      }),

    // Confirming an address

    askConfirmation: (caller: Caller, q: string, asked: confirmation.AskedConfirmation) =>
      command(core, q, (taken) => confirmation.askConfirmation(taken, caller, asked)),

    /** @param keyHash of the key in a letter's link. @param number as it was typed */
    confirm: (caller: Caller, q: string, keyHash: Uint8Array, number: string | undefined) =>
      command(core, q, (taken) => confirmation.confirm(taken, caller, keyHash, number)),

    // Ideas

    /** @param picture stored with the idea in one transaction, or neither is. @returns the idea's id */
    addIdea: (caller: Caller, q: string, input: NewIdea, picture: Picture | null): Promise<string> =>
      input.inRoom
        ? asOwner(caller, q, (taken, seat) => idea.addIdeaInRoom(taken, seat, input, input.inRoom ?? {}), {
            once: caller.once,
          })
        : asParticipant(caller, q, (taken, seat) => idea.addIdea(taken, seat, input, picture)),

    editIdea: (caller: Caller, q: string, ideaId: string, patch: IdeaPatch): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await idea.editIdea(taken, editor, await idea.takeIdea(taken, editor, ideaId), patch)
      }),

    /** Asks whether the caller may change an idea, and changes nothing. */
    expectIdeaEditor: (caller: Caller, q: string, ideaId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await idea.takeIdea(taken, editor, ideaId)
      }),

    /** Puts a picture on an idea; null takes it away. */
    setImage: (caller: Caller, q: string, ideaId: string, picture: Picture | null): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await idea.setImage(taken, editor, await idea.takeIdea(taken, editor, ideaId), picture)
      }),

    deleteIdea: (caller: Caller, q: string, ideaId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        const row = await idea.takeIdeaToDelete(taken, editor, ideaId)
        await contribution.deleteIdea(taken, editor, row)
        await desk.noteDeletion(taken, editor, { kind: 'idea', thing: ideaId, authorKey: row.author_id })
      }),

    mergeIdea: (caller: Caller, q: string, ideaId: string, { into, ...why }: Merger): Promise<void> =>
      asOwner(caller, q, async (taken, seat) => {
        hold(refuseWhenClosed(taken.question, taken.now))
        const row = await loadIdea(taken.trx, taken.question.id, ideaId)
        const waiting = await findWaiting(taken.trx, taken.question.id, ideaId)
        await desk.merge(taken, seat, { kind: 'idea', row, waiting }, into, why)
      }),

    closeIdea: (caller: Caller, q: string, ideaId: string, closure: IdeaClosure): Promise<void> =>
      asOwner(caller, q, (taken, seat) => idea.closeIdea(taken, seat, ideaId, closure)),
    reopenIdea: (caller: Caller, q: string, ideaId: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => idea.reopenIdea(taken, seat, ideaId)),

    // Arguments

    /** @returns the argument's id */
    addArgument: (caller: Caller, q: string, ideaId: string, input: NewArgument): Promise<string> =>
      input.inRoom
        ? asOwner(
            caller,
            q,
            (taken, seat) => argument.addArgumentInRoom(taken, seat, ideaId, input, input.inRoom ?? {}),
            { once: caller.once },
          )
        : asParticipant(caller, q, (taken, seat) => argument.addArgument(taken, seat, ideaId, input)),

    editArgument: (caller: Caller, q: string, argumentId: string, patch: ArgumentPatch): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await argument.editArgument(taken, editor, await argument.takeArgument(taken, editor, argumentId), patch)
      }),

    deleteArgument: (caller: Caller, q: string, argumentId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        const row = await argument.takeArgument(taken, editor, argumentId)
        await argument.deleteArgument(taken, row)
        await desk.noteDeletion(taken, editor, { kind: 'argument', thing: argumentId, authorKey: row.author_id })
      }),

    agree: (caller: Caller, q: string, argumentId: string): Promise<argument.Receipt> =>
      asParticipant(caller, q, (taken, seat) => argument.agree(taken, seat, argumentId)),

    disagree: (caller: Caller, q: string, argumentId: string): Promise<argument.Receipt> =>
      takingBack(caller, q, (taken, seat) => argument.disagree(taken, seat, argumentId)),

    // Votes

    vote: (caller: Caller, q: string, ideaId: string, value: number): Promise<vote.Receipt> =>
      votes.cast(caller, q, ideaId, value),
    unvote: (caller: Caller, q: string, ideaId: string): Promise<vote.Receipt> => votes.cast(caller, q, ideaId, 0),

    /** Replaces the whole ballot. @returns the question's revision after it */
    castBallot: (caller: Caller, q: string, cast: Record<string, number>): Promise<number> =>
      asVoter(caller, q, async (taken, seat) => {
        await vote.castBallot(taken, seat, cast)
        return taken.question.revision
      }),

    // The room

    /** Takes away the name that stands beside what somebody in the room said. */
    forgetRoomName: (caller: Caller, q: string, kind: 'idea' | 'argument', id: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => contribution.forgetRoomName(taken, seat, kind, id)),

    /** Enters what was counted in the room. @returns the entry's id */
    enter: (caller: Caller, q: string, input: NewEntry): Promise<string> =>
      asOwner(caller, q, (taken, seat) => entry.enter(taken, seat, input), { once: caller.once }),
    withdrawEntry: (caller: Caller, q: string, entryId: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => entry.withdraw(taken, seat, entryId)),

    // Discussion

    /** @returns the comment's id */
    addComment: (caller: Caller, q: string, input: NewComment): Promise<string> =>
      asParticipant(caller, q, (taken, seat) => comment.addComment(taken, seat, input)),

    editComment: (caller: Caller, q: string, commentId: string, patch: NewComment): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        await comment.editComment(taken, editor, await comment.takeComment(taken, editor, commentId), patch)
      }),

    deleteComment: (caller: Caller, q: string, commentId: string): Promise<void> =>
      asEditor(caller, q, async (taken, editor) => {
        const row = await comment.takeComment(taken, editor, commentId)
        await comment.deleteComment(taken, row)
        await desk.noteDeletion(taken, editor, { kind: 'comment', thing: commentId, authorKey: row.author_id })
      }),

    // The desk

    /** Takes a contribution out of everyone's sight. */
    hide: (caller: Caller, q: string, kind: Kind, id: string, why: Reasoned): Promise<void> =>
      asOwner(caller, q, (taken, seat) => desk.hideAny(taken, seat, kind, id, why)),
    /** Shows again what was hidden. */
    show: (caller: Caller, q: string, kind: Kind, id: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => desk.showAny(taken, seat, kind, id)),
    /** Does something about a contribution that waits. */
    act: (caller: Caller, q: string, act: NewAct): Promise<Acted> =>
      asOwner(caller, q, (taken, seat) => desk.act(taken, seat, act), { once: caller.once }),
    undoAct: (caller: Caller, q: string, actId: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => undo(taken, seat, actId)),
    /** Takes the votes of some people out of the count. */
    setAside: (caller: Caller, q: string, input: NewAside): Promise<SetAside> =>
      asOwner(caller, q, (taken, seat) => aside.setAside(taken, seat, input), { once: caller.once }),
    restoreAside: (caller: Caller, q: string, asideId: string): Promise<void> =>
      asOwner(caller, q, (taken, seat) => aside.restore(taken, seat, asideId)),
    setHeldWords: (caller: Caller, q: string, words: HeldWords): Promise<void> =>
      asOwner(caller, q, (taken, seat) => setHeldWords(taken, seat, words)),
    /** Reports a contribution; after the close only who took part can. */
    report: (caller: Caller, q: string, kind: Kind, id: string, report: NewReport): Promise<void> =>
      command(core, q, async (taken) => {
        const isOpen = refuseWhenClosed(taken.question, taken.now) === null
        const seat = isOpen ? participant.takeParticipantSeat : participant.takeKnownParticipantSeat
        await desk.report(taken, await seat(taken, caller), kind, id, report)
      }),
  }
}
