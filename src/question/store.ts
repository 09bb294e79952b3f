import { randomBytes } from 'node:crypto'
import { hashToken } from '../base/ids.ts'
import { refuse } from '../base/refusals.ts'
import { findByAddress } from '../db/addresses.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'
import type { TimesRow } from './stages.ts'

/** A question that is there for everyone, by public id. @throws question_not_found, also when it is deleted */
export async function loadQuestion(db: Db, questionId: string): Promise<QuestionRow> {
  const row = await loadQuestionEvenDeleted(db, questionId)
  if (row.deleted_at !== null) throw refuse('question_not_found')
  return row
}

/** The same, deleted or not, for its owner. @throws question_not_found */
export async function loadQuestionEvenDeleted(db: Db, questionId: string): Promise<QuestionRow> {
  const row = await findByAddress(db, questionId, (key) =>
    db.selectFrom('questions').selectAll().where('id', '=', key).where('public_id', '=', questionId).executeTakeFirst(),
  )
  if (!row) throw refuse('question_not_found')
  return row
}

export interface QuestionToStore {
  publicId: string
  title: string
  description: string
  settings: string
  adminToken: string
  createdAt: number
  times: TimesRow
  /** When what is possible changes first. */
  turnsAt: number | null
  timeZone: string | null
}

/** Writes a new question; its first change is appended by the caller under `command`. */
export async function storeQuestion(trx: Trx, question: QuestionToStore): Promise<void> {
  const { id } = await trx
    .insertInto('questions')
    .values({
      public_id: question.publicId,
      title: question.title,
      description: question.description,
      settings: question.settings,
      admin_hash: hashToken(question.adminToken),
      created_at: question.createdAt,
      ...question.times,
      turns_at: question.turnsAt,
      time_zone: question.timeZone,
      closed_at: null,
      deleted_at: null,
      receipt_key: randomBytes(32),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx.insertInto('addresses').values({ public_id: question.publicId, question_id: id }).execute()
}

/** Lets a device run the question; once more changes nothing. */
export async function storeOwner(taken: Taken, tokenHash: Uint8Array): Promise<void> {
  await taken.trx
    .insertInto('owners')
    .values({ question_id: taken.question.id, token_hash: tokenHash, created_at: taken.now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Takes the question out of every device's hands. */
export async function deleteOwners(taken: Taken): Promise<void> {
  await taken.trx.deleteFrom('owners').where('question_id', '=', taken.question.id).execute()
}

/** Whether a vote stands now, on whatever idea, or was set aside, which may be undone. */
export async function hasVotes({ trx, question }: Taken): Promise<boolean> {
  for (const table of ['votes', 'votes_aside'] as const) {
    const row = await trx
      .selectFrom(table)
      .select('idea_id')
      .where('question_id', '=', question.id)
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
}

/**
 * The most votes that any one participant has now on visible ideas, set aside or not, or somebody in the room must have; what
 * a limit cannot go below.
 */
export async function findLargestBallot(taken: Taken): Promise<number> {
  const { trx, question } = taken
  const hidden = trx
    .selectFrom('ideas')
    .select('id')
    .where('question_id', '=', question.id)
    .where('hidden_at', 'is not', null)
  let largest = 0
  for (const table of ['votes', 'votes_aside'] as const) {
    const ballots = trx
      .selectFrom(table)
      .select((of) => of.fn.sum<number>('value').as('size'))
      .where('question_id', '=', question.id)
      .where('idea_id', 'not in', hidden)
      .groupBy('participant_id')
    const row = await trx
      .selectFrom(ballots.as('ballots'))
      .select((of) => of.fn.max('size').as('largest'))
      .executeTakeFirst()
    largest = Math.max(largest, row?.largest ?? 0)
  }
  // In the room nobody knows whose votes they were; that somebody had so many is certain.
  const entries = await trx
    .selectFrom('room_votes as v')
    .innerJoin('room_entries as e', (join) =>
      join.onRef('e.question_id', '=', 'v.question_id').onRef('e.id', '=', 'v.entry_id'),
    )
    .select((of) => ['e.people', of.fn.sum<number>('v.votes').as('votes')])
    .where('v.question_id', '=', question.id)
    .where('e.withdrawn_at', 'is', null)
    .where('v.idea_id', 'not in', hidden)
    .groupBy(['e.id', 'e.people'])
    .execute()
  return Math.max(largest, ...entries.map(({ people, votes }) => Math.ceil(votes / people)))
}

/** The most votes that any one participant has on one idea, seen or not, set aside or not; 0 where there are none. */
export async function findMostOnOneIdea({ trx, question }: Taken): Promise<number> {
  let most = 0
  for (const table of ['votes', 'votes_aside'] as const) {
    const row = await trx
      .selectFrom(table)
      .select((of) => of.fn.max('value').as('most'))
      .where('question_id', '=', question.id)
      .executeTakeFirst()
    most = Math.max(most, row?.most ?? 0)
  }
  return most
}

/** Public ids of the questions whose deadline has passed without the closing being written down. */
export async function findDueQuestions(db: Db, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('questions')
    .select('public_id')
    .where('closed_at', 'is', null)
    .where('closes_at', '<=', now)
    .where('deleted_at', 'is', null)
    .limit(1_000)
    .execute()
  return rows.map((row) => row.public_id)
}

/** Public ids of the questions where something else is possible since a moment that has passed, and that is not written down. */
export async function findTurningQuestions(db: Db, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('questions')
    .select('public_id')
    .where('turns_at', '<=', now)
    .where('closed_at', 'is', null)
    .where('deleted_at', 'is', null)
    .limit(1_000)
    .execute()
  return rows.map((row) => row.public_id)
}

/** Questions deleted before a moment, which no one can bring back any more. */
export async function findQuestionsToPurge(db: Db, deletedBefore: number): Promise<string[]> {
  const rows = await db
    .selectFrom('questions')
    .select('public_id')
    .where('deleted_at', '<', deletedBefore)
    .limit(100)
    .execute()
  return rows.map((row) => row.public_id)
}

/**
 * Questions whose people are to be forgotten by now and were not yet.
 * @param closedBefore where the server's operator says so for all of them; null where not
 */
export async function findQuestionsToForget(db: Db, now: number, closedBefore: number | null): Promise<string[]> {
  const rows = await db
    .selectFrom('questions')
    .select('public_id')
    .where('forgotten_at', 'is', null)
    .where('closed_at', 'is not', null)
    .where((at) =>
      at.or([at('forget_at', '<=', now), ...(closedBefore === null ? [] : [at('closed_at', '<=', closedBefore)])]),
    )
    .limit(100)
    .execute()
  return rows.map((row) => row.public_id)
}

/** Removes a question and everything that belongs to it, for good. */
export async function purgeQuestion(trx: Trx, { id, public_id }: QuestionRow): Promise<void> {
  await trx.deleteFrom('addresses').where('public_id', '=', public_id).execute()
  await trx.deleteFrom('invitations').where('question_id', '=', id).execute()
  await trx.deleteFrom('imports').where('question_id', '=', id).execute()
  // Rows that point at others of the same question go before those they point at.
  const tables = [
    'room_votes',
    'room_entries',
    'moved',
    'reports',
    'waiting',
    'acts',
    'votes',
    'votes_aside',
    'asides',
    'agreements',
    'arguments',
    'comments',
    'ideas',
  ] as const
  for (const table of [...tables, 'images', 'participants'] as const)
    await trx.deleteFrom(table).where('question_id', '=', id).execute()
  await trx.deleteFrom('questions').where('id', '=', id).execute()
}
