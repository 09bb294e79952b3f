import { sql, type Kysely } from 'kysely'

/** The first schema: questions and all that belongs to one. The database holds the invariants, not the code. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table questions (
    id integer primary key,
    public_id text not null unique,
    revision integer not null default 0,
    next_id integer not null default 1,
    title text not null check (title <> ''),
    description text not null,
    settings text not null,
    admin_hash blob not null unique,
    created_at integer not null,
    closes_at integer,
    closed_at integer,
    deleted_at integer,
    participants integer not null default 0 check (participants >= 0),
    votes integer not null default 0 check (votes >= 0),
    ideas integer not null default 0 check (ideas >= 0),
    arguments integer not null default 0 check (arguments >= 0),
    comments integer not null default 0 check (comments >= 0)
  )`,
  `create index questions_due on questions (closes_at) where closed_at is null and closes_at is not null`,
  `create index questions_deleted on questions (deleted_at) where deleted_at is not null`,

  `create table owners (
    question_id integer not null references questions (id) on delete cascade,
    token_hash blob not null,
    created_at integer not null,
    primary key (question_id, token_hash)
  ) without rowid`,

  `create table participants (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    name text check (name <> ''),
    token_hash blob not null,
    level text not null,
    created_at integer not null,
    primary key (question_id, id),
    unique (question_id, public_id),
    unique (question_id, token_hash)
  ) without rowid`,

  `create table images (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    type text not null,
    width integer not null,
    height integer not null,
    bytes blob not null,
    created_at integer not null,
    primary key (question_id, id),
    unique (question_id, public_id)
  )`,

  `create table ideas (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    author_id integer,
    title text not null check (title <> ''),
    description text not null,
    link text,
    image_id integer,
    created_at integer not null,
    edited_at integer,
    hidden_at integer,
    merged_into integer,
    votes integer not null default 0 check (votes >= 0),
    primary key (question_id, id),
    unique (question_id, public_id),
    foreign key (question_id, author_id) references participants (question_id, id),
    foreign key (question_id, image_id) references images (question_id, id),
    foreign key (question_id, merged_into) references ideas (question_id, id) on delete cascade,
    check (merged_into is null or merged_into <> id)
  ) without rowid`,
  `create index ideas_author on ideas (question_id, author_id)`,
  `create index ideas_merged on ideas (question_id, merged_into) where merged_into is not null`,
  `create index ideas_image on ideas (question_id, image_id) where image_id is not null`,

  // Primary-key order answers "what did this participant vote for"; the index answers "who voted for this idea".
  `create table votes (
    question_id integer not null,
    participant_id integer not null,
    idea_id integer not null,
    value integer not null check (value = 1),
    level text not null,
    cast_at integer not null,
    revision integer not null,
    primary key (question_id, participant_id, idea_id),
    foreign key (question_id, participant_id) references participants (question_id, id),
    foreign key (question_id, idea_id) references ideas (question_id, id)
  ) without rowid`,
  `create index votes_idea on votes (question_id, idea_id, revision)`,

  `create table arguments (
    question_id integer not null,
    id integer not null,
    public_id text not null,
    idea_id integer not null,
    author_id integer,
    side text not null check (side in ('pro', 'con')),
    text text not null check (text <> ''),
    created_at integer not null,
    edited_at integer,
    hidden_at integer,
    agreements integer not null default 0 check (agreements >= 0),
    primary key (question_id, id),
    unique (question_id, public_id),
    foreign key (question_id, idea_id) references ideas (question_id, id) on delete cascade,
    foreign key (question_id, author_id) references participants (question_id, id)
  ) without rowid`,
  `create index arguments_idea on arguments (question_id, idea_id)`,
  `create index arguments_author on arguments (question_id, author_id)`,

  `create table agreements (
    question_id integer not null,
    participant_id integer not null,
    argument_id integer not null,
    created_at integer not null,
    primary key (question_id, participant_id, argument_id),
    foreign key (question_id, participant_id) references participants (question_id, id),
    foreign key (question_id, argument_id) references arguments (question_id, id) on delete cascade
  ) without rowid`,
  `create index agreements_argument on agreements (question_id, argument_id)`,

  `create table comments (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    author_id integer,
    text text not null check (text <> ''),
    created_at integer not null,
    edited_at integer,
    hidden_at integer,
    primary key (question_id, id),
    unique (question_id, public_id),
    foreign key (question_id, author_id) references participants (question_id, id)
  ) without rowid`,
  `create index comments_author on comments (question_id, author_id)`,

  `create table decisions (
    question_id integer primary key references questions (id) on delete cascade,
    statement text not null,
    ideas text not null,
    decided_at integer not null
  )`,

  `create table changes (
    question_id integer not null references questions (id) on delete cascade,
    revision integer not null,
    type text not null,
    data text not null,
    at integer not null,
    primary key (question_id, revision)
  ) without rowid`,

  `create table replies (
    key_hash blob primary key,
    request_hash blob not null,
    sealed blob not null,
    created_at integer not null
  ) without rowid`,
  `create index replies_age on replies (created_at)`,

  `create table imports (
    source text primary key,
    question_id integer not null references questions (id) on delete cascade,
    position integer not null,
    finished_at integer
  )`,

  `create table server (
    name text primary key,
    value text not null
  )`,
]
