import { sql, type Kysely } from 'kysely'

/**
 * Remembers which seat has asked for a letter to confirm an address, and which addresses count on a question: each once,
 * by a keyed hash.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table confirmations (
      question_id integer not null references questions (id) on delete cascade,
      key_hash blob not null,
      token_hash blob not null,
      address_hash blob not null,
      number text not null,
      tries integer not null default 0,
      asked_at integer not null,
      expires_at integer not null,
      primary key (question_id, key_hash),
      unique (question_id, token_hash)
    ) without rowid`,
    `create index confirmations_expired on confirmations (expires_at)`,
    `create table confirmed (
      question_id integer not null,
      address_hash blob not null,
      participant_id integer not null,
      confirmed_at integer not null,
      primary key (question_id, address_hash),
      unique (question_id, participant_id),
      foreign key (question_id, participant_id) references participants (question_id, id) on delete cascade
    ) without rowid`,
  ])
    await sql.raw(statement).execute(db)
}
