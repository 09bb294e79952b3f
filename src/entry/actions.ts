import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { areResultsHidden, settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseVotingNow } from '../question/stages.ts'
import { refuseEntry } from './rules.ts'
import * as store from './store.ts'
import { mostEntries, type NewEntry } from './wire.ts'

/**
 * Enters what was counted in the room: hands or papers. It counts at once, apart from the votes of participants and
 * together with them.
 * @returns the entry's public id
 * @throws question_closed, not_open_yet, votes_not_yet, votes_over, idea_not_found, idea_closed, entry_empty, entry_too_many, entries_spent
 */
export async function enter(taken: Taken, _seat: OwnerSeat, input: NewEntry): Promise<string> {
  const { question, trx } = taken
  hold(refuseVotingNow(question, taken.now))
  if ((await store.countEntries(trx, question.id)) >= mostEntries)
    throw refuse('entries_spent', [], { entries: mostEntries })
  const votes = Object.entries(input.votes).filter(([, count]) => count > 0)
  hold(refuseEntry(settingsOf(question), input.people, votes))
  const found = await store.findIdeas(
    taken,
    votes.map(([ideaId]) => ideaId),
  )
  const ideas = new Map(found.map((idea) => [idea.public_id, idea]))
  const rows = votes.map(([ideaId, count]) => {
    const idea = ideas.get(ideaId)
    if (!idea) throw refuse('idea_not_found', [{ path: `votes/${ideaId}`, message: 'is not there any more' }])
    if (idea.closed_at !== null)
      throw refuse('idea_closed', [{ path: `votes/${ideaId}`, message: 'takes no more votes' }])
    return { idea_id: idea.id, votes: count }
  })
  const entry = { id: nextId(taken), public_id: newPublicId() }
  await store.storeEntry(
    taken,
    { ...entry, how: input.how, people: input.people, note: tidyText(input.note ?? '') },
    rows,
  )
  await store.tallyRoom(taken)
  tell(taken, 'room.entered', entry.public_id)
  return entry.public_id
}

/**
 * Takes an entry back: it stays listed, and counts no more. Doing so again changes nothing.
 * @throws entry_not_found, question_closed, not_open_yet, votes_not_yet, votes_over
 */
export async function withdraw(taken: Taken, _seat: OwnerSeat, entryId: string): Promise<void> {
  hold(refuseVotingNow(taken.question, taken.now))
  const entry = await store.loadEntry(taken.trx, taken.question.id, entryId)
  if (entry.withdrawn_at !== null) return
  await store.withdrawEntry(taken, entry.id)
  await store.tallyRoom(taken)
  tell(taken, 'room.withdrawn', entryId)
}

/** Of votes that nobody is shown, the feed tells nothing. */
function tell(taken: Taken, type: 'room.entered' | 'room.withdrawn', entry: string): void {
  if (!areResultsHidden(taken.question, taken.now)) append(taken, type, { entry })
}
