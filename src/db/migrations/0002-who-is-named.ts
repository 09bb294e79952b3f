import { sql, type Kysely } from 'kysely'

/** Answers at once whether anybody in a question gave a name, also when a million people gave none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index participants_named on participants (question_id) where name is not null`.execute(db)
}
