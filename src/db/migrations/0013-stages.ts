import { sql, type Kysely } from 'kysely'

/** Lets a question say from when and until when ideas and votes are taken, and in which zone it tells its times. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ['opens_at', 'ideas_until', 'votes_from', 'votes_until', 'turns_at'])
    await sql`alter table questions add column ${sql.id(column)} integer`.execute(db)
  await sql`alter table questions add column time_zone text`.execute(db)
  await sql`create index questions_turning on questions (turns_at) where turns_at is not null`.execute(db)
}
