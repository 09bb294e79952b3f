import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { ConfirmationRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'

/** What a letter's link is about, while it can be used. */
export async function findConfirmation(
  db: Db | Trx,
  questionKey: number,
  keyHash: Uint8Array,
  now: number,
): Promise<ConfirmationRow | undefined> {
  return await db
    .selectFrom('confirmations')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('key_hash', '=', keyHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** What a seat has asked for and not confirmed yet. */
export async function findAsked(
  db: Db | Trx,
  questionKey: number,
  tokenHash: Uint8Array,
  now: number,
): Promise<ConfirmationRow | undefined> {
  return await db
    .selectFrom('confirmations')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** Writes down what a seat asks for, in place of what it asked for before. */
export async function storeConfirmation(taken: Taken, row: Omit<ConfirmationRow, 'question_id' | 'tries'>) {
  await taken.trx
    .deleteFrom('confirmations')
    .where('question_id', '=', taken.question.id)
    .where('token_hash', '=', row.token_hash)
    .execute()
  await taken.trx
    .insertInto('confirmations')
    .values({ question_id: taken.question.id, tries: 0, ...row })
    .execute()
}

export async function deleteConfirmation(taken: Taken, keyHash: Uint8Array): Promise<void> {
  await taken.trx
    .deleteFrom('confirmations')
    .where('question_id', '=', taken.question.id)
    .where('key_hash', '=', keyHash)
    .execute()
}

export async function countTry(taken: Taken, keyHash: Uint8Array): Promise<void> {
  await taken.trx
    .updateTable('confirmations')
    .set((of) => ({ tries: of('tries', '+', 1) }))
    .where('question_id', '=', taken.question.id)
    .where('key_hash', '=', keyHash)
    .execute()
}

/** Whose address it is on this question already, by the participant's key. */
export async function findConfirmed(taken: Taken, addressHash: Uint8Array): Promise<number | null> {
  const row = await taken.trx
    .selectFrom('confirmed')
    .select('participant_id')
    .where('question_id', '=', taken.question.id)
    .where('address_hash', '=', addressHash)
    .executeTakeFirst()
  return row?.participant_id ?? null
}

/** Whether a participant has confirmed an address. */
export async function isConfirmed(db: Db | Trx, questionKey: number, participantKey: number): Promise<boolean> {
  const row = await db
    .selectFrom('confirmed')
    .select('participant_id')
    .where('question_id', '=', questionKey)
    .where('participant_id', '=', participantKey)
    .executeTakeFirst()
  return row !== undefined
}

export async function storeConfirmed(taken: Taken, participantKey: number, addressHash: Uint8Array): Promise<void> {
  await taken.trx
    .insertInto('confirmed')
    .values({
      question_id: taken.question.id,
      address_hash: addressHash,
      participant_id: participantKey,
      confirmed_at: taken.now,
    })
    .execute()
}

/** Whether a participant has done anything that would go with them. */
export async function hasAnything({ trx, question }: Taken, participantKey: number): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`
    select 1 as n from votes where question_id = ${question.id} and participant_id = ${participantKey}
    union all select 1 from agreements where question_id = ${question.id} and participant_id = ${participantKey}
    union all select 1 from reports where question_id = ${question.id} and participant_id = ${participantKey}
    union all select 1 from ideas where question_id = ${question.id} and author_id = ${participantKey}
    union all select 1 from arguments where question_id = ${question.id} and author_id = ${participantKey}
    union all select 1 from comments where question_id = ${question.id} and author_id = ${participantKey}
    limit 1`.execute(trx)
  return rows.length > 0
}

/** Forgets which addresses count on a question, and what was asked for. */
export async function forgetAddresses({ trx, question }: Taken): Promise<void> {
  await trx.deleteFrom('confirmed').where('question_id', '=', question.id).execute()
  await trx.deleteFrom('confirmations').where('question_id', '=', question.id).execute()
}
