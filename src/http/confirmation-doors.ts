import { randomInt } from 'node:crypto'
import { rfc3339 } from '../base/clock.ts'
import { hashToken, newToken, sameBytes } from '../base/ids.ts'
import { refuse } from '../base/refusals.ts'
import { check } from '../base/validate.ts'
import { numberOf } from '../confirmation/rules.ts'
import { findAsked, findConfirmation, isConfirmed } from '../confirmation/store.ts'
import {
  Confirming,
  NewConfirmation,
  type Confirmable,
  type Confirmation,
  type Confirmed,
} from '../confirmation/wire.ts'
import type { Db } from '../db/connect.ts'
import { readAddress } from '../mail/address.ts'
import type { Sealing } from '../mail/sealed.ts'
import { findParticipant } from '../participant/store.ts'
import { areNamesHidden, confirmationPath, settingsOf } from '../question/rules.ts'
import { identify, type Caller } from '../question/seat.ts'
import type { OverlayCache } from '../snapshot/overlay-cache.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import type { Verbs } from '../verbs/verbs.ts'

/** What it takes to send letters; null on a server that sends none. */
export type Letters = { sealing: Sealing } | null

/** From where a letter is asked for, and where people reach the server. */
export interface LetterRequest {
  /** Where links in letters lead. Never what a request says of itself, which whoever asks can make up. */
  origin: string
  from: { network: string; limit: number } | null
}

/** What a device has to show of its own confirmation. */
export interface OwnConfirmation {
  confirmed: boolean
  asked: Confirmation | null
}

/** Everything about confirming an e-mail address. */
export function confirmationDoors(
  house: { read: Db; clock: () => number },
  snapshots: SnapshotCache,
  verbs: Pick<Verbs, 'askConfirmation' | 'confirm'>,
  overlays: OverlayCache,
  letters: Letters,
) {
  const { read, clock } = house
  return {
    /** Whether this server sends letters. */
    sendsLetters: letters !== null,

    /**
     * Asks for a letter. What it answers says nothing of the address, and takes as long for each.
     * @throws mail_off, email_invalid, email_not_asked, seat_confirmed, letters_spent, mail_full
     */
    async askConfirmation(
      caller: Caller,
      q: string,
      input: NewConfirmation,
      { origin, from }: LetterRequest,
    ): Promise<Confirmation> {
      const { email, language = 'en' } = check(NewConfirmation, input)
      if (letters === null) throw refuse('mail_off')
      const to = readAddress(email)
      if (to === null)
        throw refuse('email_invalid', [{ path: 'email', message: 'is not an address that letters can be sent to' }])
      const { sealing } = letters
      const key = newToken()
      const number = numberOf(randomInt(10_000))
      const letter = sealing.letter({ to, language, kind: 'confirm', origin, path: confirmationPath(q, key) }, from)
      const asked = { addressHash: sealing.addressHash(to, q), keyHash: hashToken(key), number, letter }
      const { askedAt, expiresAt } = await verbs.askConfirmation(caller, q, asked)
      return { number, askedAt: rfc3339(askedAt), expiresAt: rfc3339(expiresAt) }
    },

    /** How far this device is with confirming. */
    async ownConfirmation(caller: Caller, q: string): Promise<OwnConfirmation> {
      const question = await snapshots.loadQuestion(q)
      const { tokenHash } = identify(question, caller)
      const participant = await findParticipant(read, question.id, tokenHash)
      if (participant && (await isConfirmed(read, question.id, participant.id))) return { confirmed: true, asked: null }
      const asked = await findAsked(read, question.id, tokenHash, clock())
      if (!asked) return { confirmed: false, asked: null }
      const { number, asked_at, expires_at } = asked
      return {
        confirmed: false,
        asked: { number, askedAt: rfc3339(asked_at), expiresAt: rfc3339(expires_at) },
      }
    },

    /** What the link of a letter is about. Looking changes nothing. @throws confirmation_unknown */
    async confirmable(caller: Caller, q: string, key: string): Promise<Confirmable> {
      const question = await snapshots.loadQuestion(q)
      const asked = await findConfirmation(read, question.id, hashToken(key), clock())
      if (!asked) throw refuse('confirmation_unknown')
      const participant = await findParticipant(read, question.id, asked.token_hash)
      return {
        askedAt: rfc3339(asked.asked_at),
        name: areNamesHidden(settingsOf(question)) ? null : (participant?.name ?? null),
        here: sameBytes(identify(question, caller).tokenHash, asked.token_hash),
      }
    },

    /** @throws confirmation_unknown, number_wrong, address_taken, question_closed */
    async confirm(caller: Caller, q: string, key: string, input: Confirming): Promise<Confirmed> {
      const { number } = check(Confirming, input)
      const done = await verbs.confirm(caller, q, hashToken(key), number)
      // The device that asked need not be the one that pressed.
      overlays.forgetAll(q)
      if (done.confirmed) return { moved: done.moved }
      throw refuse('number_wrong', [{ path: 'number', message: 'is not what the other device shows' }], {
        left: done.triesLeft,
      })
    },
  }
}
