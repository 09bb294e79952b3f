import { refuse } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import type { CommentRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'

/** A comment, hidden or not. @throws comment_not_found */
export async function loadComment(db: Db | Trx, questionKey: number, commentId: string): Promise<CommentRow> {
  const row = await db
    .selectFrom('comments')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('public_id', '=', commentId)
    .executeTakeFirst()
  if (!row) throw refuse('comment_not_found')
  return row
}

export async function storeComment(
  taken: Taken,
  row: Pick<CommentRow, 'id' | 'public_id' | 'author_id' | 'text' | 'created_at' | 'hidden_at'>,
): Promise<void> {
  await taken.trx
    .insertInto('comments')
    .values({ question_id: taken.question.id, ...row })
    .execute()
}

export async function updateComment(taken: Taken, commentKey: number, change: Partial<CommentRow>): Promise<void> {
  await taken.trx
    .updateTable('comments')
    .set(change)
    .where('question_id', '=', taken.question.id)
    .where('id', '=', commentKey)
    .execute()
}

export async function deleteCommentRow(taken: Taken, commentKey: number): Promise<void> {
  await taken.trx
    .deleteFrom('comments')
    .where('question_id', '=', taken.question.id)
    .where('id', '=', commentKey)
    .execute()
}
