import { loadArgumentEvenHidden, updateArgument } from '../argument/store.ts'
import { hashToken, newToken } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import type { IdeaRow } from '../db/tables.ts'
import { append, type Taken } from '../feed/command.ts'
import { countMergedFromOthers, loadIdeaEvenMerged, updateIdea } from '../idea/store.ts'
import { findWaiting, forgetGone, forgetParticipant } from '../moderation/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import type { Editor } from '../participant/rules.ts'
import { deleteParticipant, hasWritten, updateParticipant } from '../participant/store.ts'
import type { Leaving } from '../participant/wire.ts'
import { areResultsHidden, refuseWhenClosed, settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseOnceVotesAreOver } from '../question/stages.ts'
import { castVotes } from '../vote/actions.ts'
import * as store from './store.ts'

/**
 * Removes an idea with everything people built on it. One that was merged into another is only a line of that one, and
 * takes nothing along.
 * @throws author_only when ideas of others were merged into it: then it is no longer its author's alone
 */
export async function deleteIdea(taken: Taken, editor: Editor, idea: IdeaRow): Promise<void> {
  if (!editor.isOwner && (await countMergedFromOthers(taken, idea)) > 0) throw refuse('author_only')
  const wasSeen = (await findWaiting(taken.trx, taken.question.id, idea.public_id))?.held !== 1
  await store.deleteIdeaRows(taken, idea.id)
  await store.recount(taken)
  // Of what nobody has seen, nobody is told that it is gone.
  if (wasSeen) append(taken, 'idea.deleted', { idea: idea.public_id })
}

/**
 * Takes an idea out of everyone's sight, or puts it back with its votes and arguments; doing so again changes nothing.
 * While it is hidden, the votes for it count for nothing, towards a limit neither; when it comes back, who has spent
 * their votes elsewhere meanwhile has only as many on it as are left.
 * @param as the feed's word for it
 */
export async function setIdeaHidden(
  taken: Taken,
  _seat: OwnerSeat,
  idea: IdeaRow,
  hidden: boolean,
  as: 'idea.hidden' | 'idea.shown' | 'idea.added' = hidden ? 'idea.hidden' : 'idea.shown',
): Promise<void> {
  if ((idea.hidden_at !== null) === hidden) return
  await updateIdea(taken, idea.id, { hidden_at: hidden ? taken.now : null })
  await store.recount(taken)
  append(taken, as, { idea: idea.public_id })
  if (!hidden) await takeOverLimit(taken, idea)
}

/** Takes as many votes for an idea as somebody has above the limit now that it counts again. */
export async function takeOverLimit(taken: Taken, idea: IdeaRow): Promise<void> {
  const limit = settingsOf(taken.question).votesPerParticipant
  if (limit === null) return
  await store.dropAsideOverLimit(taken, idea.id, limit)
  const over = await store.findOverLimit(taken, idea.id, limit)
  await castVotes(
    taken,
    over.map(({ participant, left }) => ({ participant, idea, value: left, at: taken.now })),
  )
}

/**
 * Merges an idea into another: votes and arguments move, nobody counts twice, and the merged idea lives on as a line of
 * the other.
 * @param source,target ideas that everyone can see. @throws merge_with_itself
 */
export async function mergeIdeas(taken: Taken, _seat: OwnerSeat, source: IdeaRow, target: IdeaRow): Promise<void> {
  if (source.id === target.id) throw refuse('merge_with_itself')
  await store.moveToIdea(taken, source, target)
  await store.recount(taken)
  append(taken, 'idea.merged', { idea: source.public_id, into: target.public_id })
}

/**
 * Takes away the name that stands beside what the owner added for somebody in the room, who asks for it: open or closed,
 * and there is no way back. Doing so again changes nothing.
 * @throws idea_not_found, argument_not_found
 */
export async function forgetRoomName(
  taken: Taken,
  _seat: OwnerSeat,
  kind: 'idea' | 'argument',
  id: string,
): Promise<void> {
  if (kind === 'idea') {
    const idea = await loadIdeaEvenMerged(taken.trx, taken.question.id, id)
    if (idea.room_name === null) return
    await updateIdea(taken, idea.id, { room_name: null })
    if (idea.hidden_at === null && idea.merged_into === null) append(taken, 'idea.edited', { idea: id })
    return
  }
  const argument = await loadArgumentEvenHidden(taken.trx, taken.question.id, id)
  if (argument.room_name === null) return
  await updateArgument(taken, argument.id, { room_name: null })
  if (argument.hidden_at === null && argument.idea_hidden_at === null)
    append(taken, 'argument.edited', { argument: id, idea: argument.idea_public_id })
}

/**
 * Leaves the question: the name disappears everywhere and the token stops working. What was contributed stays without
 * a name, or goes too; after the close, and once voting is over, it can only stay.
 * @throws question_closed, votes_over
 */
export async function leave(taken: Taken, { participant }: ParticipantSeat, input: Leaving): Promise<void> {
  const wasSeen = !areResultsHidden(taken.question, taken.now) || (await hasLeftTraces(taken, participant.id))
  if (input.contributions === 'remove') {
    hold(refuseWhenClosed(taken.question, taken.now))
    hold(refuseOnceVotesAreOver(taken.question, taken.now))
    const { ideas } = await store.findContributions(taken, participant.id)
    for (const idea of ideas)
      // What others' ideas were merged into belongs to them as well: it stays, and only its author's name goes.
      if ((await countMergedFromOthers(taken, idea)) > 0) await updateIdea(taken, idea.id, { author_id: null })
      else await store.deleteIdeaRows(taken, idea.id)
    await store.deleteContributions(taken, participant.id)
    await forgetParticipant(taken, participant.id)
    await forgetGone(taken)
    await deleteParticipant(taken, participant.id)
    if (participant.set_aside === null) taken.question.participants -= 1
    await store.recount(taken)
  } else {
    await updateParticipant(taken, participant.id, { name: null, token_hash: hashToken(newToken()) })
  }
  // Nobody has seen that who only voted was here, while the votes are hidden.
  if (wasSeen) append(taken, 'participant.left', { participant: participant.public_id })
}

/** Whether everyone can see something of a participant besides votes. */
async function hasLeftTraces(taken: Taken, participantKey: number): Promise<boolean> {
  if (await hasWritten(taken, participantKey)) return true
  return (await store.findContributions(taken, participantKey)).agreedWith.length > 0
}
