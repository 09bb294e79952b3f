import { sql, type Kysely } from 'kysely'

/** Lets a question say when the names and devices of those who took part are forgotten, and notes when they were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table questions add column forget_at integer`.execute(db)
  await sql`alter table questions add column forgotten_at integer`.execute(db)
  await sql`create index questions_to_forget on questions (closed_at) where closed_at is not null and forgotten_at is null`.execute(
    db,
  )
}
