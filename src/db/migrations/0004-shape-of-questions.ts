import { sql, type Kysely } from 'kysely'

/**
 * Tells the engine what a large question looks like: how many rows share a key's first columns. Without it SQLite takes
 * every question for a small one and reads all of its arguments to find those of one author. Written by hand, because
 * statistics that are gathered would change with the day on which they were.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Makes the table of statistics; there is no other way to it.
  await sql`analyze imports`.execute(db)
  await sql`delete from sqlite_stat1`.execute(db)
  for (const [table, index, rows] of shapes)
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${table}, ${index}, ${rows})`.execute(db)
}

/** Table, index (a primary key goes by its table's name), and rows: in all, then for each further column of the key. */
const shapes = [
  ['votes', 'votes', '100000000 100000 3 1'],
  ['votes', 'votes_idea', '100000000 100000 1000 500 1'],
  ['participants', 'participants', '30000000 30000 1'],
  ['participants', 'sqlite_autoindex_participants_2', '30000000 30000 1'],
  ['participants', 'sqlite_autoindex_participants_3', '30000000 30000 1'],
  ['ideas', 'ideas', '1000000 1000 1'],
  ['ideas', 'sqlite_autoindex_ideas_2', '1000000 1000 1'],
  ['ideas', 'ideas_author', '1000000 1000 2'],
  ['ideas', 'ideas_merged', '10000 10 2'],
  ['ideas', 'ideas_image', '100000 100 1'],
  ['arguments', 'arguments', '4000000 4000 1'],
  ['arguments', 'sqlite_autoindex_arguments_2', '4000000 4000 1'],
  ['arguments', 'arguments_idea', '4000000 4000 5'],
  ['arguments', 'arguments_author', '4000000 4000 3'],
  ['agreements', 'agreements', '4000000 4000 5 1'],
  ['agreements', 'agreements_argument', '4000000 4000 5'],
  ['comments', 'comments', '1000000 1000 1'],
  ['comments', 'sqlite_autoindex_comments_2', '1000000 1000 1'],
  ['comments', 'comments_author', '1000000 1000 3'],
] as const
