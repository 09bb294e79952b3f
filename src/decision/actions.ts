import { refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import { append, type Taken } from '../feed/command.ts'
import { loadIdea } from '../idea/store.ts'
import { phaseOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import * as store from './store.ts'
import type { NewDecision } from './wire.ts'

/**
 * Records what was decided, once the question is closed; doing so again replaces it.
 * Ties stay ties: choosing is the owner's job, so any idea may be chosen, whatever its votes.
 * @returns what was decided, which somebody else may take back before it is looked up
 * @throws question_not_closed, idea_not_found, decision_without_idea
 */
export async function decide(taken: Taken, _seat: OwnerSeat, input: NewDecision): Promise<store.StoredDecision> {
  if (phaseOf(taken.question, taken.now) !== 'closed') throw refuse('question_not_closed')
  const statement = tidyText(input.statement)
  if (input.ideas.length === 0 && statement === '') throw refuse('decision_without_idea')
  for (const ideaId of input.ideas) await loadIdea(taken.trx, taken.question.id, ideaId)
  const decision = { ideas: input.ideas, statement, decidedAt: taken.now }
  await store.storeDecision(taken, decision)
  append(taken, 'question.decided', { decided: true })
  return decision
}

/** Where a decision that was recorded earlier chose an idea that is now merged, it chose the one that took it in. */
export async function followMerger(taken: Taken, source: string, target: string): Promise<void> {
  const decision = await store.findDecision(taken.trx, taken.question.id)
  if (!decision?.ideas.includes(source)) return
  const ideas = [...new Set(decision.ideas.map((id) => (id === source ? target : id)))]
  await store.storeDecision(taken, { ...decision, ideas })
}

/** Takes the decision back; without one it changes nothing. */
export async function undecide(taken: Taken, _seat: OwnerSeat): Promise<void> {
  if (await store.deleteDecision(taken)) append(taken, 'question.decided', { decided: false })
}
