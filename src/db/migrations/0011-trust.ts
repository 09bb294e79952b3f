import { sql, type Kysely } from 'kysely'

/**
 * Says for a few days from which network somebody began to take part, as a hash that means nothing once its day is over,
 * and which proofs of work were used.
 */
export async function upOnPostgres(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** The same, and what a large question looks like, which the embedded engine has to be told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await upOnPostgres(db)
  for (const [table, index, rows] of [
    ['participants', 'participants_network', '30000000 30000 300 1'],
    ['participants', 'participants_networks', '30000000 1'],
  ])
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${table}, ${index}, ${rows})`.execute(db)
}

const statements = [
  `alter table participants add column network text`,
  `create index participants_network on participants (question_id, network, created_at) where network is not null`,
  // For taking them away after their days.
  `create index participants_networks on participants (created_at) where network is not null`,
  `create table proofs (
    question_id integer not null references questions (id) on delete cascade,
    nonce text not null,
    network text not null,
    kind text not null check (kind in ('work', 'wait')),
    used_at integer not null,
    expires_at integer not null,
    primary key (question_id, nonce)
  ) without rowid`,
  `create index proofs_network on proofs (question_id, network, used_at) where kind = 'wait'`,
]
