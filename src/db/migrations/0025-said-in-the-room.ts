import { sql, type Kysely } from 'kysely'

/**
 * Ideas and arguments that the owner adds for people in the room, each with that person's name or none, and how many of
 * them there are. A release before this one shows them as somebody's, and counts them with the others.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `alter table ideas add column in_room integer not null default 0 check (in_room in (0, 1))`,
    `alter table ideas add column room_name text`,
    `alter table arguments add column in_room integer not null default 0 check (in_room in (0, 1))`,
    `alter table arguments add column room_name text`,
    `alter table questions add column room_ideas integer not null default 0 check (room_ideas >= 0)`,
    `alter table questions add column room_arguments integer not null default 0 check (room_arguments >= 0)`,
  ])
    await sql.raw(statement).execute(db)
}
