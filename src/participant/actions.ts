import { newPublicId, participantToken } from '../base/ids.ts'
import { hold, refuse, type Refusal } from '../base/refusals.ts'
import { tidyLine } from '../base/text.ts'
import type { ParticipantRow, QuestionRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { areNamesHidden, areResultsHidden, refuseWhenClosed, settingsOf, type Newcomer } from '../question/rules.ts'
import { levels, refuseTakingPart, standingOf, stranger } from '../question/levels.ts'
import { refuseContributing, refuseVotingNow } from '../question/stages.ts'
import { takeSeat, type Caller, type Seat } from '../question/seat.ts'
import type { Level } from '../question/wire.ts'
import {
  newcomersWithin,
  refuseGivenName,
  refuseName,
  refuseNewcomer,
  strengthFor,
  waitingTurn,
  type Editor,
} from './rules.ts'
import * as store from './store.ts'
import type { NewParticipant, Renaming } from './wire.ts'

/** How many people are forgotten in one transaction. */
const forgottenAtOnce = 500

/** The right to contribute: a seat with the participant who sits in it. Minted by `takeParticipantSeat` alone. */
export interface ParticipantSeat {
  readonly seat: Seat
  readonly participant: ParticipantRow
}

/** Whether a question takes at a moment what somebody came for. */
export type RefuseNow = (question: QuestionRow, now: number, isOwner: boolean) => Refusal | null

/**
 * Seats the caller as a participant. Who does not take part yet begins to, under the name that came along.
 * @param to what for: whoever owns the question contributes to it at any level, and votes only as everyone does
 * @throws token_unknown, question_closed, not_open_yet, votes_not_yet, votes_over, level_needed, names_hidden, proof_needed,
 *   name_required
 */
export async function takeParticipantSeat(
  taken: Taken,
  caller: Caller,
  to: 'contribute' | 'vote' = 'contribute',
): Promise<ParticipantSeat> {
  const seat = await takeSeat(taken.trx, taken.question, caller)
  const refuseNow: RefuseNow = to === 'vote' ? refuseVotingNow : refuseContributing
  hold(refuseNow(taken.question, taken.now, seat.isOwner))
  const found = await store.findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  if (!found && !seat.canJoin) throw refuse('token_unknown')
  if (to === 'vote' || !seat.isOwner)
    hold(refuseTakingPart(settingsOf(taken.question), found ? standingOf(found) : stranger))
  const name = nameFrom(caller.name)
  hold(refuseGivenName(settingsOf(taken.question), name))
  if (!found) {
    const { newcomer } = caller
    if (newcomer && !seat.isOwner) await admit(taken, newcomer)
    return { seat, participant: await storeNewcomer(taken, seat.tokenHash, name, taken.now, newcomer?.network) }
  }
  if (found.name === null && name !== null) await rename(taken, found, name)
  hold(refuseName(settingsOf(taken.question), found.name))
  return { seat, participant: found }
}

/**
 * Seats somebody who takes something back. Who does not take part has nothing to take back, and does not begin to.
 * @throws token_unknown, question_closed, not_open_yet
 */
export async function findParticipantSeat(
  taken: Taken,
  caller: Caller,
  refuseNow: RefuseNow = refuseContributing,
): Promise<ParticipantSeat | null> {
  const seat = await takeSeat(taken.trx, taken.question, caller)
  hold(refuseNow(taken.question, taken.now, seat.isOwner))
  const participant = await store.findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  return participant ? { seat, participant } : null
}

/** Seats a participant who is there already, also after the close. @throws participant_needed */
export async function takeKnownParticipantSeat(taken: Taken, caller: Caller): Promise<ParticipantSeat> {
  const seat = await takeSeat(taken.trx, taken.question, caller)
  const participant = await store.findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  if (!participant) throw refuse('participant_needed')
  return { seat, participant }
}

/**
 * Seats somebody who wants to change or withdraw what is there: a participant or the owner, while the question is open.
 * @throws token_unknown, participant_needed, question_closed
 */
export async function takeEditorSeat(taken: Taken, caller: Caller): Promise<Editor> {
  const seat = await takeSeat(taken.trx, taken.question, caller)
  const participant = await store.findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  if (!seat.isOwner && !participant) throw refuse('participant_needed')
  hold(refuseContributing(taken.question, taken.now, seat.isOwner))
  return { isOwner: seat.isOwner, participantKey: participant?.id ?? null }
}

/**
 * Begins to take part on a device. Who takes part there already stays who they are, and is renamed when a name is given.
 * @returns the participant and the token that stands for them on this question
 * @throws token_unknown (a bearer token proves nothing here, but one that nobody has is not passed over),
 *   question_closed, names_hidden, name_required
 */
export async function joinOnDevice(
  taken: Taken,
  caller: Caller,
  input: NewParticipant,
): Promise<{ participant: { id: string; name: string | null }; token: string }> {
  if (caller.bearer !== null) await takeSeat(taken.trx, taken.question, caller)
  const { participant } = await takeParticipantSeat(taken, { ...caller, bearer: null, name: input.name ?? null })
  const name = nameFrom(input.name)
  if (name !== null) await rename(taken, participant, name)
  return {
    participant: { id: participant.public_id, name: participant.name },
    token: participantToken(caller.device, taken.question.public_id),
  }
}

/**
 * Changes the participant's name everywhere; an empty one takes it away. An owner who does not take part yet begins to
 * under the name, so that they can where a name is required.
 * @throws participant_needed, names_hidden, name_required
 */
export async function renameParticipant(taken: Taken, caller: Caller, input: Renaming): Promise<void> {
  const name = nameFrom(input.name)
  hold(refuseGivenName(settingsOf(taken.question), name))
  hold(refuseName(settingsOf(taken.question), name))
  const seat = await takeSeat(taken.trx, taken.question, caller)
  const known = await store.findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  if (!known && !seat.isOwner) throw refuse('participant_needed')
  const participant = known ?? (await takeParticipantSeat(taken, { ...caller, name })).participant
  await rename(taken, participant, name)
}

/** By what somebody has come to a level. */
export interface Raise {
  level: Exclude<Level, 'open'>
  /** The key of the invitation that they hold from now on. */
  invitation?: number
  /** Whether who begins to take part by it needs no proof of work: it cannot be had for nothing. */
  unproven?: boolean
}

/**
 * Proves somebody better than they were: their level rises and never falls, and an invitation is kept beside it. Who does
 * not take part on this device begins to, without a name; they are asked for one where it is needed. Votes that stand keep
 * the level at which they were cast. For whoever has checked a link, an e-mail address or an account.
 * @throws token_unknown, question_closed, proof_needed
 */
export async function raiseLevel(taken: Taken, caller: Caller, raise: Raise): Promise<ParticipantSeat> {
  const seat = await takeSeat(taken.trx, taken.question, caller)
  hold(refuseWhenClosed(taken.question, taken.now))
  let participant = await store.findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  if (!participant) {
    if (!seat.canJoin) throw refuse('token_unknown')
    const { newcomer } = caller
    if (newcomer && !seat.isOwner && !raise.unproven) await admit(taken, newcomer)
    participant = await storeNewcomer(taken, seat.tokenHash, null, taken.now, newcomer?.network, true)
  }
  return { seat, participant: await rise(taken, participant, raise) }
}

/**
 * The same for the seat of another device, for whoever has checked that it asked: it takes part or begins to.
 * @param tokenHash the seat's
 */
export async function raiseSeat(taken: Taken, tokenHash: Uint8Array, raise: Raise): Promise<ParticipantRow> {
  const found = await store.findParticipant(taken.trx, taken.question.id, tokenHash)
  return await rise(taken, found ?? (await storeNewcomer(taken, tokenHash, null, taken.now, null, true)), raise)
}

async function rise(taken: Taken, participant: ParticipantRow, raise: Raise): Promise<ParticipantRow> {
  const rises = levels.indexOf(raise.level) > levels.indexOf(participant.level as Level)
  const level = rises ? raise.level : participant.level
  const invitation_id = participant.invitation_id ?? raise.invitation ?? null
  if (level !== participant.level || invitation_id !== participant.invitation_id)
    await store.updateParticipant(taken, participant.id, { level, invitation_id })
  return { ...participant, level, invitation_id }
}

/** Lets somebody begin to take part; a proof that is needed is used up by it. @throws proof_needed */
async function admit(taken: Taken, newcomer: Newcomer): Promise<void> {
  const { network, free, proof } = newcomer
  const begun = await store.countNewcomers(taken, network, taken.now - newcomersWithin)
  hold(refuseNewcomer(begun, newcomer, taken.now))
  const strength = strengthFor(begun, free)
  if (strength === null || !proof) return
  const mustWait = proof.kind === 'wait' && (await store.hasWaited(taken, network, taken.now - waitingTurn))
  if (mustWait || !(await store.useProof(taken, network, proof))) throw refuse('proof_needed', [], { strength })
}

/** Writes a newcomer down, as every door and the importer do. @param isNamedLater whether they may go without a name for now, though one is required */
export async function storeNewcomer(
  taken: Taken,
  tokenHash: Uint8Array,
  name: string | null,
  at = taken.now,
  network: string | null = null,
  isNamedLater = false,
): Promise<ParticipantRow> {
  if (!isNamedLater) hold(refuseName(settingsOf(taken.question), name))
  const participant: ParticipantRow = {
    set_aside: null,
    question_id: taken.question.id,
    id: nextId(taken),
    public_id: newPublicId(),
    name,
    token_hash: tokenHash,
    level: 'open',
    created_at: at,
    network,
    invitation_id: null,
  }
  if (!(await store.storeParticipant(taken, participant))) throw refuse('internal')
  taken.question.participants += 1
  // Whoever joins by a vote must not be told from who does by an idea, which is seen, nor later by not joining then.
  if (!areResultsHidden(taken.question, taken.now))
    append(taken, 'participant.joined', { participant: participant.public_id }, at)
  return participant
}

/**
 * Forgets who some of the participants are: their names, and the devices by which they are known. What they wrote and how
 * they voted stays. With the last of them the names of people in the room go, and the question is marked, and can be
 * opened no more.
 * @param after the last of those that were forgotten already, by key; 0 at the beginning
 * @returns the last of these; null when there are no more
 */
export async function forgetSome(taken: Taken, after: number): Promise<number | null> {
  // The owner may have opened it again meanwhile.
  if (taken.question.closed_at === null) return null
  const people = await store.findParticipantsAfter(taken, after, forgottenAtOnce)
  // No device's token has a hash of this length.
  for (const { id, public_id } of people)
    await store.updateParticipant(taken, id, { name: null, token_hash: Buffer.from(public_id), invitation_id: null })
  const last = people.at(-1)
  if (last) return last.id
  if (taken.question.forgotten_at === null) {
    taken.question.forgotten_at = taken.now
    await store.deleteInvitations(taken)
    await store.forgetTheRoom(taken)
    append(taken, 'question.forgotten')
  }
  return null
}

async function rename(taken: Taken, participant: ParticipantRow, name: string | null): Promise<void> {
  if (participant.name === name) return
  await store.updateParticipant(taken, participant.id, { name })
  participant.name = name
  if (await isSeen(taken, participant.id)) append(taken, 'participant.renamed', { participant: participant.public_id })
}

/** Whether a name of theirs stands anywhere: on what they wrote, or as a voter's where votes are shown. */
async function isSeen(taken: Taken, participantKey: number): Promise<boolean> {
  if (areNamesHidden(settingsOf(taken.question))) return false
  return !areResultsHidden(taken.question, taken.now) || (await store.hasWritten(taken, participantKey))
}

function nameFrom(name: string | null | undefined): string | null {
  return tidyLine(name ?? '') || null
}
