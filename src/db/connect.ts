import { systemClock } from '../base/clock.ts'
import type { Engine } from './engine.ts'
import { openPostgresClock } from './postgres-clock.ts'
import { openPostgres, openPostgresPatiently, openPostgresReader } from './postgres.ts'
import { openSqlite, openSqlitePatiently, openSqliteReader, pathIn } from './sqlite-store.ts'
import { damagedSentence, type TroubleSentences } from './failures.ts'
import type { Db, RunningClock, Store } from './store.ts'

export { pathIn } from './sqlite-store.ts'
export { asOfOne, hot, type Db, type RunningClock, type Store } from './store.ts'

/**
 * Opens the store, making it when it is not there and bringing its schema up to date.
 * @throws an Error with a sentence for the operator when it cannot be used
 */
export async function connect(engine: Engine): Promise<Store> {
  return await (engine.kind === 'sqlite' ? openSqlite(engine.dataDir) : openPostgres(engine.url))
}

/**
 * Opens for reading alone what `connect` has opened before, here or in another thread; `destroy()` closes it.
 * @param notice is told of what fails
 */
export function connectReader(engine: Engine, notice: (failure: unknown) => void = () => undefined): Db {
  return engine.kind === 'sqlite' ? openSqliteReader(engine.dataDir, notice) : openPostgresReader(engine.url, notice)
}

/**
 * The clock by which a server goes: one for all of its nodes, so that a deadline is the same moment on each of them.
 * @throws an Error with a sentence for the operator when there is no telling the time
 */
export async function openClock(engine: Engine): Promise<RunningClock> {
  if (engine.kind === 'postgres') return await openPostgresClock(engine.url)
  return { now: systemClock, close: () => Promise.resolve() }
}

/**
 * Opens for a command that reads all there is, however long that takes. Makes nothing; `destroy()` closes it.
 * @throws StorageError where there are no data, or they cannot be reached
 */
export async function connectPatiently(engine: Engine): Promise<Db> {
  return await (engine.kind === 'sqlite' ? openSqlitePatiently(engine.dataDir) : openPostgresPatiently(engine.url))
}

/** Where the data is, as an operator would look for it; without anything secret. */
export function placeOf(engine: Engine): string {
  return engine.kind === 'sqlite' ? pathIn(engine.dataDir) : new URL(engine.url).host
}

/** What to say to the operator about each trouble of the store. */
export function troubleSentences(engine: Engine): TroubleSentences {
  const place = placeOf(engine)
  if (engine.kind === 'postgres')
    return {
      cannot_store: `The database at ${place} stores nothing: look at its room, its memory, and whether it is for reading alone. It goes on by itself.`,
      storage_damaged: `The database at ${place} says that it is damaged. Stop the server, bring the database back from a backup (docs/backup.md), and start the server again.`,
      database_away: `The database at ${place} cannot be reached. It goes on by itself once it can.`,
    }
  return {
    cannot_store: `${place} cannot be written to: look at the disk's room, its mount and its health. It goes on by itself.`,
    storage_damaged: damagedSentence(place),
    database_away: `${place} cannot be reached. It goes on by itself once it can.`,
  }
}
