import { sql, type Kysely } from 'kysely'

/**
 * The desk: what waits for the owner, what was reported and why, every act of moderation and what it takes to undo it,
 * words that hold a contribution back, and ideas that take no more votes. A release before this one leaves all of it
 * alone: what it writes is held by nothing and edited by nobody else.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table ideas add column owner_edited integer not null default 0 check (owner_edited in (0, 1))`,
  `alter table arguments add column owner_edited integer not null default 0 check (owner_edited in (0, 1))`,
  `alter table comments add column owner_edited integer not null default 0 check (owner_edited in (0, 1))`,
  `alter table ideas add column closed_at integer`,
  `alter table ideas add column closed_why text`,

  `create table held_words (
    question_id integer not null references questions (id) on delete cascade,
    words text not null,
    primary key (question_id)
  )`,

  `create table waiting (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    thing text not null,
    kind text not null check (kind in ('idea', 'argument', 'comment')),
    since integer not null,
    held integer not null check (held in (0, 1)),
    edit text,
    image_id integer,
    primary key (question_id, id),
    unique (question_id, thing),
    foreign key (question_id, image_id) references images (question_id, id)
  ) without rowid`,
  `create index waiting_since on waiting (question_id, since, id)`,
  `create index waiting_image on waiting (question_id, image_id) where image_id is not null`,

  `create table acts (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    kind text not null check (kind in ('idea', 'argument', 'comment')),
    thing text not null,
    author_id integer,
    act text not null,
    reason text,
    note text not null,
    into_thing text,
    before text,
    image_id integer,
    at integer not null,
    undone_at integer,
    primary key (question_id, id),
    unique (question_id, public_id),
    foreign key (question_id, author_id) references participants (question_id, id),
    foreign key (question_id, image_id) references images (question_id, id)
  ) without rowid`,
  `create index acts_thing on acts (question_id, thing)`,
  `create index acts_author on acts (question_id, author_id) where author_id is not null`,
  `create index acts_image on acts (question_id, image_id) where image_id is not null`,

  `create table reports (
    question_id integer not null,
    id integer not null,
    participant_id integer not null,
    thing text not null,
    kind text not null check (kind in ('idea', 'argument', 'comment')),
    reason text not null,
    text text not null,
    at integer not null,
    settled_by integer,
    primary key (question_id, id),
    unique (question_id, participant_id, thing),
    foreign key (question_id, participant_id) references participants (question_id, id)
  ) without rowid`,
  `create index reports_thing on reports (question_id, thing)`,

  // What a merger moved, so that it can be moved back.
  `create table moved (
    question_id integer not null references questions (id) on delete cascade,
    act_id integer not null,
    what text not null check (what in ('vote', 'argument', 'idea')),
    key integer not null,
    twice integer not null check (twice in (0, 1)),
    level text,
    cast_at integer,
    revision integer,
    kept_cast_at integer,
    kept_revision integer,
    primary key (question_id, act_id, what, key)
  ) without rowid`,
]
