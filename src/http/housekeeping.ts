import { command, type Core } from '../feed/command.ts'
import { repliesKept } from '../feed/once.ts'
import { closeWhenDue } from '../question/actions.ts'
import { restorable } from '../question/rules.ts'
import { findDueQuestions, findQuestionsToPurge, purgeQuestion } from '../question/store.ts'

/** How often due questions are looked for, in milliseconds; whoever opens one earlier closes it by that. */
const everySecond = 1_000
const everyHour = 60 * 60 * 1_000

/** Writes down the closing of every question whose deadline has passed. */
export async function closeDueQuestions(core: Core): Promise<void> {
  for (const questionId of await findDueQuestions(core.store.read, core.clock()))
    await command(core, questionId, closeWhenDue)
}

/** Removes what nobody can ask for any more: questions deleted 30 days ago, answers kept for retries. */
export async function tidyUp(core: Core): Promise<void> {
  const now = core.clock()
  await core.store.write
    .deleteFrom('replies')
    .where('created_at', '<', now - repliesKept)
    .execute()
  for (const questionId of await findQuestionsToPurge(core.store.read, now - restorable))
    await command(core, questionId, (taken) => purgeQuestion(taken.trx, taken.question.id), { evenDeleted: true })
}

/**
 * Does the server's recurring work until told to stop.
 * @param report is told of a failure; the work goes on at its next time
 * @returns how to stop: resolves when what is under way has ended
 */
export function keepHouse(core: Core, report: (failure: unknown) => void): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let tidiedAt = 0
  const round = async () => {
    await closeDueQuestions(core)
    if (core.clock() - tidiedAt < everyHour) return
    tidiedAt = core.clock()
    await tidyUp(core)
  }
  const timer = setInterval(() => {
    running = running.then(round).catch(report)
  }, everySecond)
  return async () => {
    clearInterval(timer)
    await running
  }
}
