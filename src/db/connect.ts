import type { DatabaseSync } from 'node:sqlite'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { migrate } from './migrate.ts'
import { openSound } from './sound.ts'
import { HotStatements, NodeSqliteDialect, openReader } from './sqlite.ts'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>

/**
 * The store: `write` for verbs (one writer at a time), `read` for snapshots and look-ups, which never wait for a
 * writer. Awaiting `write` inside one of its own transactions would wait for itself; verbs use only their `trx`.
 */
export interface Store {
  write: Db
  read: Db
  /** Lends the writer's connection, with no transaction open, to statements too hot for a query builder. */
  exclusively: <Result>(work: (database: DatabaseSync) => Promise<Result> | Result) => Promise<Result>
  close(): Promise<void>
}

/**
 * Opens the embedded engine in a data folder, making the folder and bringing the schema up to date.
 * @throws an Error with a sentence for the operator when the folder cannot be used
 */
export async function connect(dataDir: string): Promise<Store> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Error(`DATA_DIR: the folder ${dataDir} cannot be made or used.`, { cause })
  }
  const path = pathIn(dataDir)
  const writer = openSound(path)
  const write = new Kysely<Tables>({ dialect: new NodeSqliteDialect(() => writer) })
  await migrate(write)
  chmodSync(path, 0o600)
  const read = connectReader(dataDir)
  return {
    write,
    read,
    exclusively: (work) => write.connection().execute(async () => work(writer)),
    async close() {
      await read.destroy()
      await write.destroy()
    },
  }
}

/**
 * Opens for reading alone what `connect` has opened before, in another thread; `destroy()` closes it.
 * @param notice is told of what fails
 */
export function connectReader(dataDir: string, notice: (failure: unknown) => void = () => undefined): Db {
  const path = pathIn(dataDir)
  const statements = new HotStatements(() => openReader(path), notice)
  const dialect = new NodeSqliteDialect(
    () => openReader(path),
    () => statements.close(),
    notice,
  )
  const read = new Kysely<Tables>({ dialect })
  readers.set(read, statements)
  return read
}

const readers = new WeakMap<Db, HotStatements>()

/** Statements too hot for a query builder, for who reads through a connection that `connectReader` opened. */
export function hot(read: Db): HotStatements {
  const found = readers.get(read)
  if (!found) throw new Error('This connection is not for reading alone.')
  return found
}

/** The database file of a data folder. */
export function pathIn(dataDir: string): string {
  return join(dataDir, 'folkmoot.sqlite')
}
