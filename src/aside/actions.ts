import { newPublicId } from '../base/ids.ts'
import { hold, refuse, type Refusal } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import { recount } from '../contribution/store.ts'
import type { QuestionRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { areNamesHidden, areResultsHidden, settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { spanOf } from './rules.ts'
import * as store from './store.ts'
import type { NewAside } from './wire.ts'

/** Who began, and how many of them vote, tells of votes; so does what changes when they are set aside. */
export function refuseWhileHidden(question: QuestionRow, now: number): Refusal | null {
  return areResultsHidden(question, now) ? refuse('results_hidden') : null
}

/**
 * Takes the votes of bursts, or of one person who shows a name, out of the count, open or closed, and keeps them for the
 * way back. Those people can write as before, and vote no more.
 * @returns the public id by which it is undone
 * @throws results_hidden, nobody_to_set_aside (also where another owner was quicker), person_unnamed, invalid_input
 */
export async function setAside(taken: Taken, _seat: OwnerSeat, input: NewAside): Promise<{ id: string }> {
  const { question } = taken
  hold(refuseWhileHidden(question, taken.now))
  const { bursts, participant } = input
  if ((bursts === undefined) === (participant === undefined))
    throw refuse('invalid_input', [{ path: 'bursts', message: 'name either bursts or a participant' }])
  const key = nextId(taken)
  const people = bursts ? await markBursts(taken, key, bursts) : await markPerson(taken, key, participant ?? '')
  if (people === 0) throw refuse('nobody_to_set_aside')
  const before = question.votes
  await store.moveVotes(taken, key, 'votes_aside')
  await recount(taken)
  question.participants -= people
  const id = newPublicId()
  await store.storeAside(taken, {
    id: key,
    public_id: id,
    about: bursts ? 'newcomers' : 'person',
    reason: input.reason,
    note: tidyText(input.note ?? ''),
    people,
    votes: before - question.votes,
    at: taken.now,
  })
  append(taken, 'votes.setAside', { aside: id })
  return { id }
}

async function markBursts(taken: Taken, key: number, bursts: NonNullable<NewAside['bursts']>): Promise<number> {
  let people = 0
  for (const { network, from } of bursts) {
    // A leap second is a time that is written rightly, and none that anything here happened at.
    const at = Date.parse(from)
    if (!Number.isNaN(at)) people += await store.markBurst(taken, key, network, spanOf(at))
  }
  return people
}

async function markPerson(taken: Taken, key: number, participantId: string): Promise<number> {
  const person = await store.findPerson(taken, participantId)
  if (person?.set_aside !== null) return 0
  if (person.name === null || areNamesHidden(settingsOf(taken.question))) throw refuse('person_unnamed')
  await store.markPerson(taken, key, person.id)
  return 1
}

/**
 * Lets votes count again that were set aside, as far as they are still there, each in its place among the others.
 * @throws act_not_found, dealt_with where it was undone already, results_hidden
 */
export async function restore(taken: Taken, _seat: OwnerSeat, asideId: string): Promise<void> {
  const { trx, question } = taken
  hold(refuseWhileHidden(question, taken.now))
  const aside = await store.findAside(trx, question.id, asideId)
  if (!aside) throw refuse('act_not_found')
  if (aside.undone_at !== null) throw refuse('dealt_with', [], { act: 'undone' })
  await store.moveVotes(taken, aside.id, 'votes')
  question.participants += await store.unmark(taken, aside.id)
  await store.markUndone(taken, aside.id)
  await recount(taken)
  append(taken, 'votes.restored', { aside: asideId })
}
