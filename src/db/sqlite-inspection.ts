import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { StorageError } from './failures.ts'
import type { Inspection } from './inspection.ts'
import { NodeSqliteDialect, openReader } from './sqlite.ts'
import { pathIn } from './sqlite-store.ts'
import type { Tables } from './tables.ts'

/** @throws StorageError when there is no database in the folder; whatever the engine says when it cannot be opened */
// eslint-disable-next-line @typescript-eslint/require-await -- another engine takes its time
export async function inspectSqlite(dataDir: string): Promise<Inspection> {
  const path = pathIn(dataDir)
  if (!existsSync(path))
    throw new StorageError(`There are no data at ${path}. Is DATA_DIR the one that the server has?`)
  // Not opened for reading alone: that would leave its log files behind, which then belong to whoever runs this.
  const database = openReader(path)
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(() => database) })
  return {
    db,
    place: path,
    findDamage: () => Promise.resolve(findDamage(database)),
    findWeaknesses: () => Promise.resolve([]),
    compareClock: () => Promise.resolve(null),
    newestWrite: () => statSync(path).mtimeMs,
    findFolder: () => Promise.resolve(dataDir),
    close: () => db.destroy().catch(() => database.close()),
  }
}

/** Damage that the engine itself finds: torn pages, indexes that miss rows, rows that refer to nothing. */
export function findDamage(database: DatabaseSync): string[] {
  const lines = database.prepare('pragma integrity_check(10)').all()
  const damage = lines.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok')
  const orphans = damage.length > 0 ? [] : database.prepare('pragma foreign_key_check').all()
  const tables = new Set(orphans.map((row) => String(row.table)))
  return [
    ...damage.map((line) => `The database is damaged: ${line}.`),
    ...[...tables].map((table) => `The database is damaged: rows of ${table} refer to what is not there.`),
  ]
}
