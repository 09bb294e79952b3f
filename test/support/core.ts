import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newToken } from '../../src/base/ids.ts'
import { connect } from '../../src/db/connect.ts'
import type { Core } from '../../src/feed/command.ts'
import { createFeed, type News } from '../../src/feed/follow.ts'
import { createDoors, type Doors, type House } from '../../src/http/doors.ts'
import { createVerbs } from '../../src/verbs/verbs.ts'
import type { Caller } from '../../src/question/seat.ts'

/** The real store in a folder of its own, with a clock that the test sets. */
export interface TestCore {
  core: Core
  house: House
  doors: Doors
  /** The store's folder. */
  dataDir: string
  /** What the clock says, in milliseconds; set it to move in time. */
  time: { now: number }
  /** All that was published so far. */
  published: News[]
  close(): Promise<void>
}

/** Every engine that there is. Each behaviour is tested on all of them, by `describe.each(engines)`. */
export const engines = [{ engine: 'SQLite', open: openSqlite }]

async function openSqlite(): Promise<TestCore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'folkmoot-core-'))
  const store = await connect(dataDir)
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
    dataDir,
    time,
    published,
    async close() {
      await store.close()
      await rm(dataDir, { recursive: true, force: true })
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
