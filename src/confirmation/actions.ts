import { sameBytes } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { append, type Taken } from '../feed/command.ts'
import { storeLetter, type NewLetter } from '../letter/outbox.ts'
import { raiseSeat } from '../participant/actions.ts'
import { deleteParticipant, findParticipant, updateParticipant } from '../participant/store.ts'
import { areResultsHidden, refuseWhenClosed, settingsOf } from '../question/rules.ts'
import { identify, takeSeat, type Caller } from '../question/seat.ts'
import { confirmableFor, readNumber, refuseUnasked, triesAtMost } from './rules.ts'
import * as store from './store.ts'

/** What a door made of an address that somebody typed. The address itself is in the sealed letter alone. */
export interface AskedConfirmation {
  addressHash: Uint8Array
  /** Hash of the key in the letter's link. */
  keyHash: Uint8Array
  number: string
  letter: NewLetter
}

/** What became of a press of the button; a wrong number is no refusal, since it has to be counted. */
export type ConfirmOutcome = { confirmed: true; moved: boolean } | { confirmed: false; triesLeft: number }

/**
 * Asks for a letter with which the caller's seat can be confirmed. What was asked for before is worth nothing any more.
 * Nothing here depends on whether the address is known.
 * @throws token_unknown, question_closed, email_not_asked, seat_confirmed, letters_spent, mail_full
 */
export async function askConfirmation(taken: Taken, caller: Caller, asked: AskedConfirmation) {
  const { trx, question, now } = taken
  const seat = await takeSeat(trx, question, caller)
  hold(refuseWhenClosed(question, now))
  hold(refuseUnasked(settingsOf(question)))
  const participant = await findParticipant(trx, question.id, seat.tokenHash)
  if (participant && (await store.isConfirmed(trx, question.id, participant.id))) throw refuse('seat_confirmed')
  const { keyHash, addressHash, number, letter } = asked
  await storeLetter(trx, letter, now)
  const expiresAt = now + confirmableFor
  await store.storeConfirmation(taken, {
    key_hash: keyHash,
    token_hash: seat.tokenHash,
    address_hash: addressHash,
    number,
    asked_at: now,
    expires_at: expiresAt,
  })
  return { askedAt: now, expiresAt }
}

/**
 * Confirms the seat that asked, whoever presses the button; from another device only with the number that the asking one
 * shows, so that nobody is led to confirm a stranger's seat. One address counts once: where it counts for another seat,
 * that seat moves to the device that asked, with all that is its own, and the device it was on has it no more.
 * @param caller who presses. @throws confirmation_unknown, question_closed, address_taken
 */
export async function confirm(
  taken: Taken,
  caller: Caller,
  keyHash: Uint8Array,
  typed: string | undefined,
): Promise<ConfirmOutcome> {
  const { trx, question, now } = taken
  const asked = await store.findConfirmation(trx, question.id, keyHash, now)
  if (!asked) throw refuse('confirmation_unknown')
  hold(refuseWhenClosed(question, now))
  if (!sameBytes(identify(question, caller).tokenHash, asked.token_hash) && readNumber(typed ?? '') !== asked.number) {
    // Nobody is to find it by trying.
    const triesLeft = triesAtMost - asked.tries - 1
    if (triesLeft > 0) await store.countTry(taken, keyHash)
    else await store.deleteConfirmation(taken, keyHash)
    return { confirmed: false, triesLeft }
  }
  const moved = await settle(taken, asked.token_hash, asked.address_hash)
  await store.deleteConfirmation(taken, keyHash)
  return { confirmed: true, moved }
}

/** @returns whether a seat moved here from another device */
async function settle(taken: Taken, tokenHash: Uint8Array, addressHash: Uint8Array): Promise<boolean> {
  const { trx, question } = taken
  const here = await findParticipant(trx, question.id, tokenHash)
  if (here && (await store.isConfirmed(trx, question.id, here.id))) throw refuse('seat_confirmed')
  const holder = await store.findConfirmed(taken, addressHash)
  if (holder === null) {
    const participant = await raiseSeat(taken, tokenHash, { level: 'email' })
    await store.storeConfirmed(taken, participant.id, addressHash)
    return false
  }
  if (here) {
    // Two ballots cannot become one without somebody losing a vote, or having two.
    if (await store.hasAnything(taken, here.id)) throw refuse('address_taken')
    const wasSeen = !areResultsHidden(question, taken.now)
    await deleteParticipant(taken, here.id)
    question.participants -= 1
    if (wasSeen) append(taken, 'participant.left', { participant: here.public_id })
  }
  await updateParticipant(taken, holder, { token_hash: tokenHash })
  return true
}
