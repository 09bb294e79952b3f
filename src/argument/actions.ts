import { newPublicId } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyText } from '../base/text.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { loadIdea } from '../idea/store.ts'
import { holdBack, keepEdit, recordAct, refersToOwner } from '../moderation/actions.ts'
import { findWaiting } from '../moderation/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseChange, roomName, type Editor } from '../participant/rules.ts'
import type { InRoom } from '../participant/wire.ts'
import { refuseLength } from '../question/lengths.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { refuseContributing } from '../question/stages.ts'
import { refuseAgreement, refuseNewArgument } from './rules.ts'
import * as store from './store.ts'
import type { ArgumentPatch, NewArgument } from './wire.ts'

/** Adds an argument for or against an idea. @returns its public id. @throws idea_not_found, new_arguments_off, invalid_input */
export async function addArgument(
  taken: Taken,
  { seat, participant }: ParticipantSeat,
  ideaId: string,
  input: NewArgument,
): Promise<string> {
  const settings = settingsOf(taken.question)
  hold(refuseNewArgument(settings, seat.isOwner))
  hold(refuseLength(settings, seat.isOwner, [{ path: 'text', text: input.text, setting: 'argumentLength' }]))
  const waits = await refersToOwner(taken, seat.isOwner, [tidyText(input.text)])
  return await storeNewArgument(taken, participant.id, ideaId, input, { waits })
}

/**
 * Adds an argument for somebody in the room, as ideas are added (`addIdeaInRoom`).
 * @returns its public id
 * @throws question_closed, not_open_yet, new_arguments_off, idea_not_found, names_hidden, name_required
 */
export async function addArgumentInRoom(
  taken: Taken,
  _seat: OwnerSeat,
  ideaId: string,
  input: NewArgument,
  room: InRoom,
): Promise<string> {
  const settings = settingsOf(taken.question)
  hold(refuseContributing(taken.question, taken.now, false))
  hold(refuseNewArgument(settings, false))
  return await storeNewArgument(taken, null, ideaId, input, { room: { name: roomName(settings, room) } })
}

async function storeNewArgument(
  taken: Taken,
  authorKey: number | null,
  ideaId: string,
  { side, text }: NewArgument,
  { waits = false, room }: { waits?: boolean; room?: { name: string | null } },
): Promise<string> {
  const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
  const argument = {
    id: nextId(taken),
    public_id: newPublicId(),
    idea_id: idea.id,
    author_id: authorKey,
    side,
    text: tidyText(text),
    created_at: taken.now,
    hidden_at: waits ? taken.now : null,
    in_room: room ? 1 : 0,
    room_name: room?.name ?? null,
  }
  await store.storeArgument(taken, argument)
  if (waits) await holdBack(taken, 'argument', argument.public_id)
  else {
    count(taken, argument, 1)
    append(taken, 'argument.added', { argument: argument.public_id, idea: ideaId, ...(room && { inRoom: true }) })
  }
  return argument.public_id
}

function count({ question }: Taken, argument: { in_room: number }, delta: 1 | -1): void {
  question.arguments += delta
  question.room_arguments += delta * argument.in_room
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
  const sent = { path: 'text', text: patch.text, before: argument.text, setting: 'argumentLength' } as const
  hold(refuseLength(settingsOf(taken.question), editor.isOwner, [sent]))
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
  if (isCounted(argument)) count(taken, argument, -1)
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
  if (argument.idea_hidden_at === null) count(taken, argument, hidden ? -1 : 1)
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
