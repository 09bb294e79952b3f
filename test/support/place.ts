import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Engine } from '../../src/db/engine.ts'
import { newDatabase } from './databases.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Which engine the end-to-end tests run on; each project names its own. */
    engine: 'SQLite' | 'PostgreSQL'
  }
}

/** Where a server keeps all that it knows. */
export interface Place {
  engine: Engine
  dataDir: string
  /** The variables that lead a server or a command there. */
  env: Record<string, string>
  remove(): Promise<void>
}

/** An empty data folder and, where these tests run on PostgreSQL, an empty database. */
export async function newPlace(): Promise<Place> {
  const folder = await newFolder()
  if (inject('engine') === 'SQLite') return folder
  const { dataDir } = folder
  const { url, remove } = await newDatabase()
  return {
    engine: { kind: 'postgres', url },
    dataDir,
    env: { DATA_DIR: dataDir, DATABASE_URL: url },
    async remove() {
      await remove()
      await folder.remove()
    },
  }
}

/** An empty data folder. */
export async function newFolder(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'folkmoot-test-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  return { engine: { kind: 'sqlite', dataDir }, dataDir, env: { DATA_DIR: dataDir }, remove }
}
