import type { Db } from '../db/connect.ts'
import type { Taken } from '../feed/command.ts'

export interface StoredDecision {
  ideas: string[]
  statement: string
  decidedAt: number
}

export async function findDecision(db: Db, questionKey: number): Promise<StoredDecision | null> {
  const row = await db.selectFrom('decisions').selectAll().where('question_id', '=', questionKey).executeTakeFirst()
  if (!row) return null
  return { ideas: JSON.parse(row.ideas) as string[], statement: row.statement, decidedAt: row.decided_at }
}

/** Writes the decision, in place of an earlier one. */
export async function storeDecision(taken: Taken, decision: StoredDecision): Promise<void> {
  const row = {
    statement: decision.statement,
    ideas: JSON.stringify(decision.ideas),
    decided_at: decision.decidedAt,
  }
  await taken.trx
    .insertInto('decisions')
    .values({ question_id: taken.question.id, ...row })
    .onConflict((conflict) => conflict.column('question_id').doUpdateSet(row))
    .execute()
}

/** @returns false when there was none */
export async function deleteDecision(taken: Taken): Promise<boolean> {
  const result = await taken.trx.deleteFrom('decisions').where('question_id', '=', taken.question.id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
