import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { connect, connectReader, type Db } from '../../src/db/connect.ts'
import type { Engine } from '../../src/db/engine.ts'
import type { Tables } from '../../src/db/tables.ts'
import { fill, type Filled, type Plan } from './fill.ts'

/** Rows in one statement. */
const atOnce = 500

/** In the order in which rows point at each other. */
const tables = [
  'addresses',
  'questions',
  'participants',
  'images',
  'ideas',
  'votes',
  'arguments',
  'agreements',
  'comments',
  'changes',
] as const satisfies (keyof Tables)[]

/** Like `fill`, on whichever engine: PostgreSQL, which must be empty, gets what a data folder was filled with. */
export async function fillStore(engine: Engine, plans: Plan[]): Promise<Filled[]> {
  if (engine.kind === 'sqlite') return await fill(engine.dataDir, plans)
  const dataDir = await mkdtemp(join(tmpdir(), 'folkmoot-fill-'))
  try {
    const filled = await fill(dataDir, plans)
    const source = connectReader({ kind: 'sqlite', dataDir })
    const store = await connect(engine)
    for (const table of tables) await copy(source, store.write, table)
    await sql`select setval(pg_get_serial_sequence('questions', 'id'), (select max(id) from questions))`.execute(
      store.write,
    )
    await store.close()
    await source.destroy()
    return filled
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function copy(source: Db, target: Db, table: (typeof tables)[number]): Promise<void> {
  const rows = await (source as Kysely<Record<string, Record<string, unknown>>>).selectFrom(table).selectAll().execute()
  for (let at = 0; at < rows.length; at += atOnce)
    await (target as Kysely<Record<string, Record<string, unknown>>>)
      .insertInto(table)
      .values(rows.slice(at, at + atOnce))
      .execute()
}
