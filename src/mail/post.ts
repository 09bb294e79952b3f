import { setTimeout as rest } from 'node:timers/promises'
import { newPublicId } from '../base/ids.ts'
import type { Verbs } from '../verbs/verbs.ts'
import type { Sealing } from './sealed.ts'
import type { Outcome } from './smtp.ts'
import type { Letter } from './words.ts'

/** How often letters are looked for, in milliseconds. */
const everySecond = 1_000
/** How many are on their way at once. */
const atOnce = 5
/** How long letters on their way hold up the end of the server, in milliseconds. */
const patience = 3_000

export const outcomes = ['sent', 'refused', 'postponed', 'given_up'] as const
/** What became of the letters that this node tried to send. */
export type PostCounts = Record<(typeof outcomes)[number], number>

type PostVerbs = Pick<Verbs, 'sendsLetters' | 'takeLetters' | 'settleLetter' | 'postponeLetter'>

/**
 * Sends what is in the outbox until told to stop: on one node at a time, and on another soon after that one is gone.
 * Each letter goes out at least once, and twice only where nobody can know that it had arrived.
 * @param send hands one letter to the mail server
 * @param report is told of what is wrong, in words without addresses
 */
export function keepPost(
  verbs: PostVerbs,
  sealing: Sealing,
  send: (id: string, letter: Letter) => Promise<Outcome>,
  report: (sentence: string, failure?: unknown) => void,
): { counts: PostCounts; stop: () => Promise<void> } {
  const node = newPublicId()
  const counts: PostCounts = { sent: 0, refused: 0, postponed: 0, given_up: 0 }
  let isStopping = false

  const deliver = async (id: string, sealed: Uint8Array) => {
    let letter: Letter
    try {
      letter = sealing.open(id, Buffer.from(sealed))
    } catch (failure) {
      report('a letter was sealed with another key', failure)
      counts.given_up++
      await verbs.settleLetter(id)
      return
    }
    const outcome = await send(id, letter)
    if (!outcome.sent) report(`a letter could not be sent: ${outcome.reason}`)
    if (outcome.sent || outcome.forGood) {
      counts[outcome.sent ? 'sent' : 'refused']++
      await verbs.settleLetter(id)
    } else counts[(await verbs.postponeLetter(id)) ? 'postponed' : 'given_up']++
  }

  const round = async () => {
    if (!(await verbs.sendsLetters(node))) return
    let letters
    do {
      letters = await verbs.takeLetters(atOnce)
      await Promise.all(letters.map(({ id, sealed }) => deliver(id, sealed)))
    } while (letters.length === atOnce && !isStopping)
  }

  let running: Promise<void> = Promise.resolve()
  let isRunning = false
  const timer = setInterval(() => {
    if (isRunning) return
    isRunning = true
    running = round()
      .catch((failure: unknown) => report('letters are sent later', failure))
      .finally(() => (isRunning = false))
  }, everySecond)
  return {
    counts,
    async stop() {
      isStopping = true
      clearInterval(timer)
      await Promise.race([running, rest(patience, undefined, { ref: false })])
    },
  }
}
