import { sql, type Kysely } from 'kysely'

/**
 * Lets voters be named in an order also where many votes are of one revision: while votes are hidden they move none. For
 * PostgreSQL alone: the embedded engine ends each index with its table's key.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index votes_idea`.execute(db)
  await sql`create index votes_idea on votes (question_id, idea_id, named, revision, participant_id)`.execute(db)
}
