import { sql, type Kysely } from 'kysely'

/**
 * Says which question is at an address in a table of its own, so that all else of a question can lie wherever its key
 * says: a database that is distributed by question looks there first and then in one place alone. What no such database
 * can hold to be unique or to be there across its parts is not asked of it any more; the embedded engine keeps its own
 * ways to it, which cost nothing there.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table addresses (public_id text not null primary key, question_id integer not null)`.execute(db)
  await sql`insert into addresses (public_id, question_id) select public_id, id from questions`.execute(db)
}

/** The same, where constraints can be taken away. */
export async function upOnPostgres(db: Kysely<unknown>): Promise<void> {
  await up(db)
  await sql`alter table questions drop constraint questions_public_id_key`.execute(db)
  // Tokens of 128 random bits are never looked up here, and never the same.
  await sql`alter table questions drop constraint questions_admin_hash_key`.execute(db)
  await sql`alter table imports drop constraint imports_question_id_fkey`.execute(db)
}
