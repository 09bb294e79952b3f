import type { Engine } from './engine.ts'
import { inspectPostgres } from './postgres-inspection.ts'
import { inspectSqlite } from './sqlite-inspection.ts'
import type { Db } from './store.ts'

/** Something about a store that is not well, and what its operator can do about it. */
export interface Trouble {
  finding: string
  advice: string
}

/** A store looked at from beside whoever serves it. Changes nothing. */
export interface Inspection {
  /** Reads all there is, however long it takes. */
  db: Db
  /** Where it is, for the operator. */
  place: string
  /** What of it is damaged, in sentences. */
  findDamage(): Promise<string[]>
  /** What its settings and rights do not let it keep of what we promise. */
  findWeaknesses(): Promise<Trouble[]>
  /** How far its clock is ahead of ours, in milliseconds, and how sure that is; null when it has none of its own. */
  compareClock(now: number): Promise<{ ahead: number; within: number } | null>
  /** When it was last written to, by the clock of then; 0 when it cannot say. */
  newestWrite(): number
  /** Where its files lie, when that can be told and is on this machine. */
  findFolder(): Promise<string | null>
  close(): Promise<void>
}

/** Opens a store to look at it. @throws StorageError when there is none, or it cannot be reached */
export async function inspect(engine: Engine): Promise<Inspection> {
  return await (engine.kind === 'sqlite' ? inspectSqlite(engine.dataDir) : inspectPostgres(engine.url))
}

/** How what is damaged can be brought back. */
export function remedyFor({ kind }: Engine): string {
  const [stop, restore] =
    kind === 'sqlite'
      ? ['Stop the server, keep a copy of DATA_DIR', 'the last good backup: folkmoot restore FILE --force']
      : ['Stop the nodes, keep a copy of what PostgreSQL has', 'the last good dump with pg_restore']
  return `${stop}, and restore ${restore} (docs/backup.md). Then look for what broke it: the disk, the memory, a copy made by other means.`
}
