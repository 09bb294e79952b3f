import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { loadIdea } from '../idea/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, type Editor } from '../participant/rules.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseNewArgument } from './rules.ts'
import * as store from './store.ts'
import type { ArgumentPatch, NewArgument } from './wire.ts'

/** Adds an argument for or against an idea. @returns its public id. @throws idea_not_found, new_arguments_off */
export async function addArgument(
  taken: Taken,
  { seat, participant }: ParticipantSeat,
  ideaId: string,
  input: NewArgument,
): Promise<string> {
  hold(refuseNewArgument(settingsOf(taken.question), seat.isOwner))
  const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
  const publicId = newPublicId()
  await store.storeArgument(taken, {
    id: nextId(taken),
    public_id: publicId,
    idea_id: idea.id,
    author_id: participant.id,
    side: input.side,
    text: tidyText(input.text),
    created_at: taken.now,
  })
  taken.question.arguments += 1
  append(taken, 'argument.added', { argument: publicId, idea: ideaId })
  return publicId
}

/** Changes an argument's text; the page marks it as edited from then on. */
export async function editArgument(
  taken: Taken,
  argument: store.ArgumentWithIdea,
  patch: ArgumentPatch,
): Promise<void> {
  if (!isCounted(argument)) throw refuse('argument_not_found')
  const text = tidyText(patch.text)
  if (text === argument.text) return
  await store.updateArgument(taken, argument.id, { text, edited_at: taken.now })
  append(taken, 'argument.edited', { argument: argument.public_id, idea: argument.idea_public_id })
}

/** Removes an argument and the agreements to it. */
export async function deleteArgument(taken: Taken, argument: store.ArgumentWithIdea): Promise<void> {
  await store.deleteArgumentRow(taken, argument.id)
  if (isCounted(argument)) taken.question.arguments -= 1
  append(taken, 'argument.deleted', { argument: argument.public_id, idea: argument.idea_public_id })
}

/** Takes an argument out of everyone's sight, or puts it back; doing so again changes nothing. */
export async function setArgumentHidden(
  taken: Taken,
  _seat: OwnerSeat,
  argument: store.ArgumentWithIdea,
  hidden: boolean,
): Promise<void> {
  if ((argument.hidden_at !== null) === hidden) return
  await store.updateArgument(taken, argument.id, { hidden_at: hidden ? taken.now : null })
  if (argument.idea_hidden_at === null) taken.question.arguments += hidden ? -1 : 1
  const data = { argument: argument.public_id, idea: argument.idea_public_id }
  append(taken, hidden ? 'argument.hidden' : 'argument.shown', data)
}

/** What an agreement answers: the argument's tally and the question's revision after it. */
export interface Receipt {
  argument: string
  agreements: number
  revision: number
}

/** Agrees with an argument; doing so again changes nothing. @throws argument_not_found */
export async function agree(taken: Taken, { participant }: ParticipantSeat, argumentId: string): Promise<Receipt> {
  const argument = await store.loadArgument(taken.trx, taken.question.id, argumentId)
  const changed = await store.storeAgreement(taken, participant.id, argument.id)
  return await tally(taken, argument, changed ? 1 : 0, 'argument.agreed')
}

/** Takes an agreement back; where there is none, nothing changes. @param seat null for who does not take part */
export async function disagree(taken: Taken, seat: ParticipantSeat | null, argumentId: string): Promise<Receipt> {
  const argument = await store.loadArgument(taken.trx, taken.question.id, argumentId)
  const changed = seat !== null && (await store.deleteAgreement(taken, seat.participant.id, argument.id))
  return await tally(taken, argument, changed ? -1 : 0, 'argument.disagreed')
}

async function tally(
  taken: Taken,
  argument: store.ArgumentWithIdea,
  delta: number,
  type: 'argument.agreed' | 'argument.disagreed',
): Promise<Receipt> {
  const agreements = argument.agreements + delta
  if (delta !== 0) {
    await store.updateArgument(taken, argument.id, { agreements })
    append(taken, type, { argument: argument.public_id, idea: argument.idea_public_id })
  }
  return { argument: argument.public_id, agreements, revision: taken.question.revision }
}

/** An argument that this editor may change, hidden or not. @throws argument_not_found, author_only */
export async function takeArgument(taken: Taken, editor: Editor, argumentId: string): Promise<store.ArgumentWithIdea> {
  const argument = await store.loadArgumentEvenHidden(taken.trx, taken.question.id, argumentId)
  hold(refuseChange(argument, editor, 'argument_not_found'))
  return argument
}

function isCounted(argument: store.ArgumentWithIdea): boolean {
  return argument.hidden_at === null && argument.idea_hidden_at === null
}
