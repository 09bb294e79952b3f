import type { Transaction } from 'kysely'
import type { Clock } from '../base/clock.ts'
import { refuse } from '../base/refusals.ts'
import { findByAddress } from '../db/addresses.ts'
import type { Store } from '../db/connect.ts'
import { isRepeatable } from '../db/failures.ts'
import type { QuestionRow, Tables } from '../db/tables.ts'
import { hangOn, hangOnMissing } from './chain.ts'
import { storeChanges, type Change } from './changes.ts'
import { newsOf, type Feed, type News } from './follow.ts'
import { doOnce, type Once } from './once.ts'

export type Trx = Transaction<Tables>

/**
 * What has waited longer than this is not carried out any more, in milliseconds: whoever asked has gone elsewhere, and may
 * have asked for the opposite there. So a node that stood still does no old work when it goes on.
 */
export const worthWaitingFor = 5_000

/** What every verb needs from the outside; `feed` is told of changes once they are committed, and never before. */
export interface Core {
  store: Store
  clock: Clock
  feed: Feed
  /** The levels that this server can give to people; without it those that every server can. */
  levels?: readonly string[]
}

/**
 * A question whose row this transaction holds: nobody else writes to the question until it ends.
 * Verbs change `question` (text, deadline, tallies) and append changes; `command` writes both back at the end.
 */
export interface Taken {
  readonly trx: Trx
  readonly now: number
  readonly question: QuestionRow
  readonly changes: Change[]
}

export interface CommandOptions {
  /** Also take a question that is deleted and can still be restored. */
  evenDeleted?: boolean
  /** Runs before the row is taken, to write a new one. */
  first?: (trx: Trx) => Promise<void>
  /** Carry the verb out once however often it is sent; its result must then be JSON. */
  once?: Once | undefined
}

/**
 * The write road: opens a transaction, takes the question's row (the lock and the revision counter), lets the verb
 * work, stores the row and the changes, commits, and only then publishes.
 * @param questionId public id
 * @throws question_not_found, overloaded when it had to wait too long, and whatever the verb refuses; then nothing is
 *   stored
 */
export async function command<Result>(
  core: Core,
  questionId: string,
  verb: (taken: Taken) => Promise<Result> | Result,
  { evenDeleted = false, first, once }: CommandOptions = {},
): Promise<Result> {
  const changes: Change[] = []
  const news: News[] = []
  const askedAt = performance.now()
  const transaction = async (trx: Trx) => {
    // What a transaction that was ended for another's sake had begun was not stored.
    changes.length = 0
    news.length = 0
    return await doOnce(trx, once, core.clock(), async () => {
      await first?.(trx)
      const question = await takeRow(trx, questionId)
      // Read only now that the lock is held: what waited for it past the deadline comes too late.
      const now = core.clock()
      if (performance.now() - askedAt > worthWaitingFor) throw refuse('overloaded')
      if (question.deleted_at !== null && !evenDeleted) throw refuse('question_not_found')
      const before = { ...question }
      const done = await verb({ trx, now, question, changes })
      if (changes.length > 0) await hangOnMissing(trx, question, before.revision)
      const hung = hangOn(question, changes)
      const changed = await storeRow(trx, before, question)
      await storeChanges(trx, question.id, hung)
      if (changes.length > 0 || changed.some((column) => !onlyCounted.has(column)))
        news.push(newsOf(questionId, changes, question.revision))
      return done
    })
  }
  const carryOut = () => core.store.write.transaction().execute(transaction)
  const result = await core.store.inTurn(questionId, () =>
    carryOut().catch((failure: unknown) => {
      if (isRepeatable(failure)) return carryOut()
      throw failure
    }),
  )
  news.forEach(core.feed.publish)
  return result
}

/** The next integer key for a row of the taken question. */
export function nextId(taken: Taken): number {
  return taken.question.next_id++
}

/** Appends a change to the taken question's feed and returns its revision. */
export function append(taken: Taken, type: Change['type'], data: Change['data'] = {}, at = taken.now): number {
  const revision = ++taken.question.revision
  taken.changes.push({ revision, type, data, at })
  return revision
}

async function takeRow(trx: Trx, questionId: string): Promise<QuestionRow> {
  const row = await findByAddress(trx, questionId, (key) =>
    trx
      .selectFrom('questions')
      .selectAll()
      .where('id', '=', key)
      .where('public_id', '=', questionId)
      .forUpdate()
      .executeTakeFirst(),
  )
  if (!row) throw refuse('question_not_found')
  return row
}

/** What a vote changes of the row; while votes are hidden, nobody is told of it. */
const onlyCounted = new Set(['participants', 'votes', 'room_votes', 'next_id'])

/** Writes back what the verb changed of the row. @returns which columns */
async function storeRow(trx: Trx, before: QuestionRow, after: QuestionRow): Promise<string[]> {
  const changed = Object.fromEntries(
    Object.entries(after).filter(([column, value]) => value !== before[column as keyof QuestionRow]),
  )
  const columns = Object.keys(changed)
  if (columns.length > 0) await trx.updateTable('questions').set(changed).where('id', '=', after.id).execute()
  return columns
}
