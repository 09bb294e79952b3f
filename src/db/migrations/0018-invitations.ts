import { sql, type Kysely } from 'kysely'

/**
 * Invitations, by which of them somebody takes part, and how many votes of each idea were cast at which level above
 * `open`. A release before this one casts every vote at `open`, of which nothing is kept here, and takes back none other.
 */
export async function upOnPostgres(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/** The same, and what a large question looks like, which the embedded engine has to be told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await upOnPostgres(db)
  await sql`insert into sqlite_stat1 (tbl, idx, stat) values ('invitations', 'invitations_token', '30000000 30000 1')`.execute(
    db,
  )
}

const statements = [
  `alter table participants add column invitation_id integer`,

  `create table tallies (
    question_id integer not null,
    idea_id integer not null,
    level text not null check (level in ('email', 'invited', 'account')),
    votes integer not null,
    primary key (question_id, idea_id, level),
    foreign key (question_id, idea_id) references ideas (question_id, id) on delete cascade
  ) without rowid`,

  `create table invitations (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    token_hash blob not null,
    label text not null,
    address text,
    most integer check (most > 0),
    uses integer not null default 0 check (uses >= 0),
    created_at integer not null,
    revoked_at integer,
    check (most is null or uses <= most),
    primary key (question_id, id),
    unique (question_id, public_id)
  ) without rowid`,
  `create unique index invitations_token on invitations (question_id, token_hash)`,
]
