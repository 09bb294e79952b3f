import { sql, type Kysely } from 'kysely'

/**
 * Votes that the owner enters for people in the room: an entry for each time that hands or papers were counted, and how
 * many votes each idea had in it. A release before this one leaves them alone and counts without them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table questions add column room_votes integer not null default 0 check (room_votes >= 0)`,
  `alter table ideas add column room_votes integer not null default 0 check (room_votes >= 0)`,

  `create table room_entries (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    how text not null check (how in ('hands', 'paper')),
    people integer not null check (people > 0),
    note text not null,
    entered_at integer not null,
    withdrawn_at integer,
    primary key (question_id, id),
    unique (question_id, public_id)
  ) without rowid`,

  // A vote stays with the idea that it was for, also once that is merged: so whatever is undone, nothing has to move back.
  `create table room_votes (
    question_id integer not null,
    entry_id integer not null,
    idea_id integer not null,
    votes integer not null check (votes > 0),
    primary key (question_id, entry_id, idea_id),
    foreign key (question_id, entry_id) references room_entries (question_id, id) on delete cascade,
    foreign key (question_id, idea_id) references ideas (question_id, id) on delete cascade
  ) without rowid`,
  `create index room_votes_idea on room_votes (question_id, idea_id)`,
]
