import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { SqliteBallots } from './ballots-sqlite.ts'
import { StorageError } from './failures.ts'
import { migrate } from './migrate.ts'
import { openSound } from './sound.ts'
import { HotStatements, NodeSqliteDialect, openReader } from './sqlite.ts'
import { withHot, type Db, type Store } from './store.ts'
import type { Tables } from './tables.ts'

/**
 * Opens the embedded engine in a data folder, making the folder and bringing the schema up to date. There is one writer
 * at a time.
 * @throws an Error with a sentence for the operator when the folder cannot be used
 */
export async function openSqlite(dataDir: string): Promise<Store> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Error(`DATA_DIR: the folder ${dataDir} cannot be made or used.`, { cause })
  }
  const path = pathIn(dataDir)
  const writer = openSound(path)
  const write = new Kysely<Tables>({ dialect: new NodeSqliteDialect(() => writer) })
  await migrate(write, 'sqlite')
  chmodSync(path, 0o600)
  const read = openSqliteReader(dataDir)
  const ballots = new SqliteBallots(writer)
  return {
    write,
    read,
    // The one connection gives turns itself.
    inTurn: (_questionId, work) => work(),
    withBallots: (work) => write.connection().execute(() => work(ballots)),
    // The server is one process; what else opens the file are commands.
    lease: () => Promise.resolve(true),
    lanes: 1,
    questionsAtOnce: Infinity,
    async close() {
      await read.destroy()
      await write.destroy()
    },
  }
}

/** Opens for reading alone a data folder whose schema is up to date. */
export function openSqliteReader(dataDir: string, notice: (failure: unknown) => void = () => undefined): Db {
  const path = pathIn(dataDir)
  const statements = new HotStatements(() => openReader(path), notice)
  const dialect = new NodeSqliteDialect(
    () => openReader(path),
    () => statements.close(),
    notice,
  )
  return withHot(new Kysely<Tables>({ dialect }), statements)
}

/** Opens a data folder for a command that reads all of it. @throws StorageError when there is nothing in it */
export function openSqlitePatiently(dataDir: string): Promise<Db> {
  const path = pathIn(dataDir)
  if (!existsSync(path))
    return Promise.reject(new StorageError(`There are no data at ${path}. Is DATA_DIR the one that the server has?`))
  return Promise.resolve(openSqliteReader(dataDir))
}

/** The database file of a data folder. */
export function pathIn(dataDir: string): string {
  return join(dataDir, 'folkmoot.sqlite')
}
