import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { loadIdea } from '../idea/store.ts'
import { holdBack, keepEdit, recordAct, refersToOwner } from '../moderation/actions.ts'
import { findWaiting } from '../moderation/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, type Editor } from '../participant/rules.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseAgreement, refuseNewArgument } from './rules.ts'
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
  const text = tidyText(input.text)
  const waits = await refersToOwner(taken, seat.isOwner, [text])
  await store.storeArgument(taken, {
    id: nextId(taken),
    public_id: publicId,
    idea_id: idea.id,
    author_id: participant.id,
    side: input.side,
    text,
    created_at: taken.now,
    hidden_at: waits ? taken.now : null,
  })
  if (waits) {
    await holdBack(taken, 'argument', publicId)
    return publicId
  }
  taken.question.arguments += 1
  append(taken, 'argument.added', { argument: publicId, idea: ideaId })
  return publicId
}

/**
 * Changes an argument's text; the page marks it as edited from then on. Where that is to wait for the owner, everyone
 * goes on seeing what was there; what the owner changes of somebody else's is entered into the list of acts.
 */
export async function editArgument(
  taken: Taken,
  editor: Editor,
  argument: store.ArgumentWithIdea,
  patch: ArgumentPatch,
): Promise<void> {
  const thing = argument.public_id
  const waiting = await findWaiting(taken.trx, taken.question.id, thing)
  const isOwn = argument.author_id !== null && argument.author_id === editor.participantKey
  // The owner changes what is held at the desk, where that shows it, too.
  const isHeld = waiting?.held === 1 && isOwn && argument.idea_hidden_at === null
  if (!isCounted(argument) && !isHeld) throw refuse('argument_not_found')
  const text = tidyText(patch.text)
  const isSame = text === argument.text
  // Nobody has seen yet what is held: there is nothing to be marked.
  if (isHeld && !isSame) await store.updateArgument(taken, argument.id, { text })
  else if (!isHeld && !isSame && (await refersToOwner(taken, editor.isOwner, [text]))) {
    await keepEdit(taken, 'argument', thing, { text })
    return
  } else if (!isHeld) {
    if (waiting?.edit && isOwn) await keepEdit(taken, 'argument', thing, null)
    if (isSame) return
    await store.updateArgument(taken, argument.id, { text, edited_at: taken.now, owner_edited: isOwn ? 0 : 1 })
    append(taken, 'argument.edited', { argument: thing, idea: argument.idea_public_id })
  }
  if (isOwn || isSame) return
  const before = {
    waiting: null,
    fields: { text: argument.text },
    editedAt: argument.edited_at,
    ownerEdited: argument.owner_edited,
  }
  await recordAct(taken, { kind: 'argument', thing, authorKey: argument.author_id }, 'edit', {}, { before })
}

/** Removes an argument and the agreements to it. */
export async function deleteArgument(taken: Taken, argument: store.ArgumentWithIdea): Promise<void> {
  await store.deleteArgumentRow(taken, argument.id)
  const wasSeen = (await findWaiting(taken.trx, taken.question.id, argument.public_id))?.held !== 1
  if (isCounted(argument)) taken.question.arguments -= 1
  // Of what nobody has seen, nobody is told that it is gone.
  if (wasSeen) append(taken, 'argument.deleted', { argument: argument.public_id, idea: argument.idea_public_id })
}

/** Takes an argument out of everyone's sight, or puts it back; doing so again changes nothing. @param as the feed's word */
export async function setArgumentHidden(
  taken: Taken,
  _seat: OwnerSeat,
  argument: store.ArgumentWithIdea,
  hidden: boolean,
  as: 'argument.hidden' | 'argument.shown' | 'argument.added' = hidden ? 'argument.hidden' : 'argument.shown',
): Promise<void> {
  if ((argument.hidden_at !== null) === hidden) return
  await store.updateArgument(taken, argument.id, { hidden_at: hidden ? taken.now : null })
  if (argument.idea_hidden_at === null) taken.question.arguments += hidden ? -1 : 1
  const data = { argument: argument.public_id, idea: argument.idea_public_id }
  append(taken, as, data)
}

/** What an agreement answers: the argument's tally and the question's revision after it. */
export interface Receipt {
  argument: string
  agreements: number
  revision: number
}

/** Agrees with an argument; doing so again changes nothing. @throws agreements_off, argument_not_found */
export async function agree(taken: Taken, { participant }: ParticipantSeat, argumentId: string): Promise<Receipt> {
  hold(refuseAgreement(settingsOf(taken.question)))
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
