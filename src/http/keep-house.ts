import type { Clock } from '../base/clock.ts'
import { newPublicId } from '../base/ids.ts'
import type { Verbs } from '../verbs/verbs.ts'

/** How often due questions are looked for, in milliseconds; whoever opens one earlier closes it by that. */
const everySecond = 1_000
const everyHour = 60 * 60 * 1_000

/**
 * Does the server's recurring work until told to stop: on one node at a time, and on another soon after that one is gone.
 * @param report is told of a failure; the work goes on at its next time
 * @returns how to stop: resolves when what is under way has ended
 */
export function keepHouse(verbs: Verbs, clock: Clock, report: (failure: unknown) => void): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let tidiedAt = 0
  const node = newPublicId()
  const round = async () => {
    if (!(await verbs.keepsHouse(node))) return
    await verbs.closeDueQuestions()
    if (clock() - tidiedAt < everyHour) return
    tidiedAt = clock()
    await verbs.tidyUp()
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
