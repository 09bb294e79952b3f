import { sql, type Kysely } from 'kysely'

/**
 * Lets the first named voters of an idea be a few steps in an index, also behind a million who gave no name: each vote
 * says whether its participant has one.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table votes add column named integer not null default 0 check (named in (0, 1))`.execute(db)
  await sql`drop index votes_idea`.execute(db)
  await sql`drop index participants_named`.execute(db)
  await sql`update votes set named = 1 where (question_id, participant_id) in
    (select question_id, id from participants where name is not null)`.execute(db)
  await sql`create index votes_idea on votes (question_id, idea_id, named, revision)`.execute(db)
}
