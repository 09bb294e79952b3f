import type { Engine } from './engine.ts'
import { openPostgres, openPostgresReader } from './postgres.ts'
import { openSqlite, openSqliteReader, pathIn } from './sqlite-store.ts'
import type { Db, Store } from './store.ts'

export { pathIn } from './sqlite-store.ts'
export { hot, type Db, type Store } from './store.ts'

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
  return engine.kind === 'sqlite' ? openSqliteReader(engine.dataDir, notice) : openPostgresReader(engine.url)
}

/** Where the data is, as an operator would look for it; without anything secret. */
export function placeOf(engine: Engine): string {
  return engine.kind === 'sqlite' ? pathIn(engine.dataDir) : new URL(engine.url).host
}
