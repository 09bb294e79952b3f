import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newToken } from '../../src/base/ids.ts'
import { connect } from '../../src/db/connect.ts'
import type { Engine } from '../../src/db/engine.ts'
import { schemaGap } from '../../src/db/migrate.ts'
import type { Core } from '../../src/feed/command.ts'
import { createFeed, type News } from '../../src/feed/follow.ts'
import { createDoors, type Doors, type House } from '../../src/http/doors.ts'
import { createVerbs } from '../../src/verbs/verbs.ts'
import type { Caller } from '../../src/question/seat.ts'
import { lendDatabase } from './databases.ts'

/** The real store in a folder of its own, with a clock that the test sets. */
export interface TestCore {
  core: Core
  house: House
  doors: Doors
  /** Where the store is, for another process. */
  engine: Engine
  /** The folder of the embedded engine; nothing on another one. */
  dataDir: string
  /** What the clock says, in milliseconds; set it to move in time. */
  time: { now: number }
  /** All that was published so far. */
  published: News[]
  close(): Promise<void>
}

/** Every engine that there is. Each behaviour is tested on all of them, by `describe.each(engines)`. */
export const engines = [
  { engine: 'SQLite', open: openSqlite },
  { engine: 'PostgreSQL', open: openPostgres },
]

async function openSqlite(): Promise<TestCore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'folkmoot-core-'))
  return await openCore({ kind: 'sqlite', dataDir }, () => rm(dataDir, { recursive: true, force: true }))
}

async function openPostgres(): Promise<TestCore> {
  const { url, giveBack, remove } = await lendDatabase()
  return await openCore({ kind: 'postgres', url }, (isSound) => (isSound ? giveBack() : remove()))
}

async function openCore(engine: Engine, remove: (isSound: boolean) => Promise<void>): Promise<TestCore> {
  const store = await connect(engine)
  const time = { now: Date.parse('2026-05-04T10:00:00Z') }
  const published: TestCore['published'] = []
  const core: Core = {
    store,
    clock: () => time.now,
    feed: createFeed((failure) => {
      throw failure
    }),
  }
  core.feed.follow((news) => published.push(news))
  const house = houseOf(core)
  return {
    core,
    house,
    doors: createDoors(house),
    engine,
    dataDir: engine.kind === 'sqlite' ? engine.dataDir : '',
    time,
    published,
    async close() {
      // A test may have closed it already.
      const isSound = await schemaGap(store.read, engine.kind).then(
        ({ missing, unknown }) => missing.length + unknown.length === 0,
        () => false,
      )
      await store.close()
      await remove(isSound)
    },
  }
}

/** A house whose verbs run where the test does. */
export function houseOf(core: Core): House {
  return { read: core.store.read, clock: core.clock, feed: core.feed, verbs: createVerbs(core) }
}

/** A person on a device of their own. */
export function person(name?: string): Caller {
  return { bearer: null, device: newToken(), ...(name !== undefined && { name }) }
}
