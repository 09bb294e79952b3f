import type { Insertable } from 'kysely'
import { refuse } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import type { ArgumentRow, ArgumentTable } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'

/** An argument with its idea's public id. */
export type ArgumentWithIdea = ArgumentRow & { idea_public_id: string; idea_hidden_at: number | null }

/** An argument that everyone can see. @throws argument_not_found, also when it or its idea is hidden */
export async function loadArgument(db: Db | Trx, questionKey: number, argumentId: string): Promise<ArgumentWithIdea> {
  const row = await loadArgumentEvenHidden(db, questionKey, argumentId)
  if (row.hidden_at !== null || row.idea_hidden_at !== null) throw refuse('argument_not_found')
  return row
}

/** The same, hidden or not, for the owner and its author. @throws argument_not_found */
export async function loadArgumentEvenHidden(
  db: Db | Trx,
  questionKey: number,
  argumentId: string,
): Promise<ArgumentWithIdea> {
  const row = await db
    .selectFrom('arguments as a')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'a.question_id').onRef('i.id', '=', 'a.idea_id'),
    )
    .selectAll('a')
    .select(['i.public_id as idea_public_id', 'i.hidden_at as idea_hidden_at'])
    .where('a.question_id', '=', questionKey)
    .where('a.public_id', '=', argumentId)
    .executeTakeFirst()
  if (!row) throw refuse('argument_not_found')
  return row
}

export async function storeArgument(taken: Taken, row: Omit<Insertable<ArgumentTable>, 'question_id'>): Promise<void> {
  await taken.trx
    .insertInto('arguments')
    .values({ question_id: taken.question.id, ...row })
    .execute()
}

export async function updateArgument(taken: Taken, argumentKey: number, change: Partial<ArgumentRow>): Promise<void> {
  await taken.trx
    .updateTable('arguments')
    .set(change)
    .where('question_id', '=', taken.question.id)
    .where('id', '=', argumentKey)
    .execute()
}

/** Removes an argument with the agreements to it. */
export async function deleteArgumentRow(taken: Taken, argumentKey: number): Promise<void> {
  await taken.trx
    .deleteFrom('arguments')
    .where('question_id', '=', taken.question.id)
    .where('id', '=', argumentKey)
    .execute()
}

/** @returns false when the participant agreed already */
export async function storeAgreement(taken: Taken, participantKey: number, argumentKey: number): Promise<boolean> {
  const result = await taken.trx
    .insertInto('agreements')
    .values({
      question_id: taken.question.id,
      participant_id: participantKey,
      argument_id: argumentKey,
      created_at: taken.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** @returns false when the participant did not agree */
export async function deleteAgreement(taken: Taken, participantKey: number, argumentKey: number): Promise<boolean> {
  const result = await taken.trx
    .deleteFrom('agreements')
    .where('question_id', '=', taken.question.id)
    .where('participant_id', '=', participantKey)
    .where('argument_id', '=', argumentKey)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}
