import { sql, type Kysely } from 'kysely'

/**
 * Keeps letters until the mail server has them, and for a day after that to whom as a hash and from which network, so that
 * nobody is flooded.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table letters (
      id text primary key,
      to_hash blob not null,
      network text,
      created_at integer not null,
      next_at integer,
      attempts integer not null default 0,
      sealed blob not null
    )`,
    `create index letters_due on letters (next_at) where next_at is not null`,
    `create index letters_to on letters (to_hash, created_at)`,
    `create index letters_from on letters (network, created_at) where network is not null`,
    // For taking them away after their day.
    `create index letters_old on letters (created_at)`,
  ])
    await sql.raw(statement).execute(db)
}
