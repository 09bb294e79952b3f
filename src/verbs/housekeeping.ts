import { command, type Core, type Taken } from '../feed/command.ts'
import { forgetAddresses } from '../confirmation/store.ts'
import { repliesKept } from '../feed/once.ts'
import { forgetLetters } from '../letter/outbox.ts'
import { keepTime } from '../question/actions.ts'
import { forgetSome } from '../participant/actions.ts'
import { forgottenBefore, restorable } from '../question/rules.ts'
import {
  findDueQuestions,
  findQuestionsToForget,
  findQuestionsToPurge,
  findTurningQuestions,
  purgeQuestion,
} from '../question/store.ts'

/** Writes down what time has done to every question: that a deadline has passed, or that something else is possible. */
export async function advanceQuestions(core: Core): Promise<void> {
  for (const find of [findDueQuestions, findTurningQuestions])
    for (const questionId of await find(core.store.read, core.clock())) await command(core, questionId, keepTime)
}

/** What a day's networks are hashed with is kept in `server` under this and the day. */
export const saltPrefix = 'salt of '
const aDay = 24 * 60 * 60 * 1000
/** How long it is kept from which network somebody began to take part. */
export const networksKept = 7 * aDay
/** Rows in one statement, so that nobody waits long for the writer. */
const atOnce = 2_000

/**
 * Removes what nobody can ask for any more: questions deleted 30 days ago, answers kept for retries, names and devices of
 * questions closed long ago, proofs that have expired, and from where people began to take part.
 * @param retentionDays how long after the close those are kept at the most; null for as long as their question says
 */
export async function tidyUp(core: Core, retentionDays: number | null): Promise<void> {
  const now = core.clock()
  await core.store.write
    .deleteFrom('replies')
    .where('created_at', '<', now - repliesKept)
    .execute()
  await core.store.write.deleteFrom('proofs').where('expires_at', '<', now).execute()
  await core.store.write.deleteFrom('confirmations').where('expires_at', '<', now).execute()
  await forgetLetters(core, now)
  await forgetNetworks(core, now)
  for (const questionId of await findQuestionsToPurge(core.store.read, now - restorable))
    await command(core, questionId, (taken) => purgeQuestion(taken.trx, taken.question), { evenDeleted: true })
  const closedBefore = retentionDays === null ? null : forgottenBefore(retentionDays, now)
  for (const questionId of await findQuestionsToForget(core.store.read, now, closedBefore))
    await forgetPeople(core, questionId)
}

/** Some at a time: nobody waits long for the question meanwhile. */
async function forgetPeople(core: Core, questionId: string): Promise<void> {
  let last: number | null = 0
  while (last !== null) {
    const after: number = last
    const forget = async (taken: Taken) => {
      if (taken.question.closed_at !== null) await forgetAddresses(taken)
      return await forgetSome(taken, after)
    }
    last = await command(core, questionId, forget, { evenDeleted: true })
  }
}

/** The salts of days that are over go first: from then on a hash leads back to nobody. */
async function forgetNetworks({ store }: Core, now: number): Promise<void> {
  const yesterday = new Date(now - aDay).toISOString().slice(0, 10)
  await store.write
    .deleteFrom('server')
    .where('name', 'like', `${saltPrefix}%`)
    .where('name', '<', saltPrefix + yesterday)
    .execute()
  for (;;) {
    const old = await store.write
      .selectFrom('participants')
      .select(['question_id', 'id'])
      .where('network', 'is not', null)
      .where('created_at', '<', now - networksKept)
      .limit(atOnce)
      .execute()
    for (const [question, rows] of Map.groupBy(old, (row) => row.question_id))
      await store.write
        .updateTable('participants')
        .set({ network: null })
        .where('question_id', '=', question)
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute()
    if (old.length < atOnce) return
  }
}

/** Writes something durably, to prove that it can be done. */
export async function touch(core: Core): Promise<void> {
  const now = String(core.clock())
  await core.store.write
    .insertInto('server')
    .values({ name: 'ready', value: now })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: now }))
    .execute()
}

/**
 * What the server keeps about itself under a name, the same for every node of it.
 * @param value kept if nothing was yet. @returns what is kept
 */
export async function keepOnce(core: Core, name: string, value: string): Promise<string> {
  await core.store.write
    .insertInto('server')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const kept = await core.store.write
    .selectFrom('server')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return kept.value
}
