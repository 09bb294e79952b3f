import type { Clock } from '../base/clock.ts'
import { newPublicId } from '../base/ids.ts'
import type { Verbs } from '../verbs/verbs.ts'

/** How often due questions are looked for, in milliseconds; whoever opens one earlier closes it by that. */
const everySecond = 1_000
const everyHour = 60 * 60 * 1_000
/** A clock that differs by more than this from the time that has passed was set, in milliseconds. */
const step = 60_000

/**
 * Tells when the clock has run evenly for an hour, for what cannot be undone: what has been waiting for its end for a day
 * or a month can wait for an hour more, and a clock that was set wrong is mostly set right by then.
 */
export class EvenHours {
  #since = -Infinity
  /** How far the clock was ahead of the time that had passed. */
  #ahead = NaN

  /**
   * Asks whether such an hour has just ended; with it the next one begins.
   * @param now what the clock says
   * @param passed what has passed since some moment, however the clock was set, all in milliseconds
   */
  hasEnded(now: number, passed: number): boolean {
    const ahead = now - passed
    const isEven = Math.abs(ahead - this.#ahead) <= step
    if (isEven && passed - this.#since < everyHour) return false
    this.#since = passed
    this.#ahead = ahead
    return isEven
  }
}

/**
 * Does the server's recurring work until told to stop: on one node at a time, and on another soon after that one is gone.
 * @param retentionDays how long after the close names are kept at the most; null for as long as their question
 * @param report is told of a failure; the work goes on at its next time
 * @returns how to stop: resolves when what is under way has ended
 */
export function keepHouse(
  verbs: Verbs,
  clock: Clock,
  retentionDays: number | null,
  report: (failure: unknown) => void,
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  const hours = new EvenHours()
  const node = newPublicId()
  const round = async () => {
    // Before anything that may fail: no second may go by unseen.
    const mayTidy = hours.hasEnded(clock(), performance.now())
    if (!(await verbs.keepsHouse(node))) return
    await verbs.advanceQuestions()
    if (mayTidy) await verbs.tidyUp(retentionDays)
  }
  let isRunning = false
  const timer = setInterval(() => {
    if (isRunning) return
    isRunning = true
    running = round()
      .catch(report)
      .finally(() => (isRunning = false))
  }, everySecond)
  return async () => {
    clearInterval(timer)
    await running
  }
}
