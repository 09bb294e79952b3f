import { sql, type Kysely } from 'kysely'

/**
 * Lets an owner set votes aside: they leave the table of votes, so that whatever reads votes leaves them out, and are
 * kept beside it for the way back. A release before this one sees them nowhere; a vote of somebody whose votes are set
 * aside it would still take, so nothing is to be set aside while both run.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `alter table participants add column set_aside integer`,
  `create index participants_aside on participants (question_id, set_aside) where set_aside is not null`,
  `create table asides (
    question_id integer not null references questions (id) on delete cascade,
    id integer not null,
    public_id text not null,
    about text not null check (about in ('newcomers', 'person')),
    reason text not null,
    note text not null,
    people integer not null,
    votes integer not null,
    at integer not null,
    undone_at integer,
    primary key (question_id, id),
    unique (question_id, public_id)
  ) without rowid`,
  `create table votes_aside (
    question_id integer not null,
    participant_id integer not null,
    idea_id integer not null,
    value integer not null,
    level text not null,
    cast_at integer not null,
    revision integer not null,
    named integer not null,
    primary key (question_id, participant_id, idea_id),
    foreign key (question_id, participant_id) references participants (question_id, id),
    foreign key (question_id, idea_id) references ideas (question_id, id)
  ) without rowid`,
  `create index votes_aside_idea on votes_aside (question_id, idea_id)`,
]
