import pg from 'pg'
import { startNats } from '../../scripts/nats.ts'
import { startPostgres } from '../../scripts/postgres.ts'
import { requestBytes } from './connection.ts'
import { fill, type Filled, type Plan } from './fill.ts'
import { fillStore } from './fill-store.ts'
import { drive, once, type LoadOptions, type Requests } from './load.ts'
import { childrenOf, cpuOf, cpuWithChildren, newFolder, parentOf, startFolkmoot, type Measured } from './processes.ts'
import { expectCount } from './row.ts'

/** Seconds of processor time that somebody has used so far. */
export interface Spent {
  nodes: number
  /** PostgreSQL with all its processes; the embedded engine is part of its node. */
  store: number
  bus: number
}

/** One way to run Folkmoot: an engine and so many nodes, with questions that are there already. */
export interface House {
  name: string
  nodes: Measured[]
  questions: Filled[]
  /** Starts the nodes one after the other. @returns milliseconds until each gave its first answer */
  start: () => Promise<number[]>
  stop: () => Promise<void>
  spent: () => Spent
  /** Bytes that PostgreSQL has written into its log so far; 0 for the embedded engine. */
  logged: () => Promise<number>
}

/**
 * The embedded engine, PostgreSQL with one node, and PostgreSQL with three nodes and NATS, each filled with the same.
 * The nodes share the core of what is measured; PostgreSQL, which waits for the disk, and NATS share that of the load.
 */
export async function withHouses<T>(plans: Plan[], work: (houses: House[]) => Promise<T>): Promise<T> {
  const ends: (() => Promise<void>)[] = []
  try {
    const folder = await newFolder()
    const houses = [houseOf('embedded engine', 1, await fill(folder, plans), { DATA_DIR: folder })]
    for (const [name, count] of [
      ['PostgreSQL, one node', 1] as const,
      ['PostgreSQL, three nodes and NATS', 3] as const,
    ]) {
      const postgres = await startPostgres({ durable: true })
      ends.push(postgres.stop)
      const questions = await fillStore({ kind: 'postgres', url: postgres.url }, plans)
      const store = await settle(postgres.url)
      const nats = count > 1 ? await startNats() : null
      if (nats) ends.push(nats.stop)
      const bus = nats && childrenOf(process.pid, 'nats-server').at(-1)
      const env = { DATABASE_URL: postgres.url, ...(nats && { NATS_URL: nats.url }) }
      houses.push(houseOf(name, count, questions, env, { store, bus: bus ?? null }))
    }
    return await work(houses)
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

function houseOf(
  name: string,
  count: number,
  questions: Filled[],
  env: Record<string, string>,
  pids: { store: number | null; bus: number | null } = { store: null, bus: null },
): House {
  const nodes: Measured[] = []
  return {
    name,
    nodes,
    questions,
    async start() {
      const took: number[] = []
      for (let n = 0; n < count; n++) {
        const begun = performance.now()
        const node = await startFolkmoot(env.DATA_DIR ?? (await newFolder()), [], env)
        expectCount('status', (await once(node.port, requestBytes('GET', '/healthz'))).status, 200)
        took.push(performance.now() - begun)
        nodes.push(node)
      }
      return took
    },
    async stop() {
      for (const node of nodes.splice(0)) await node.stop()
    },
    spent: () => ({
      nodes: nodes.reduce((sum, node) => sum + node.cpu, 0),
      store: pids.store === null ? 0 : cpuWithChildren(pids.store),
      bus: pids.bus === null ? 0 : cpuOf(pids.bus),
    }),
    logged: () => (env.DATABASE_URL === undefined ? Promise.resolve(0) : askOnce(env.DATABASE_URL, logPosition)),
  }
}

const logPosition = `select pg_current_wal_insert_lsn() - '0/0' as answer`

/** Lets PostgreSQL count what was brought in, as it does by itself after a while. @returns the process of all its processes */
async function settle(url: string): Promise<number> {
  await askOnce(url, 'vacuum analyze')
  await askOnce(url, 'checkpoint')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const parent = parentOf(rows[0]?.pid ?? 0)
  await client.end()
  return parent
}

async function askOnce(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return Number((await client.query<{ answer?: string }>(statement)).rows[0]?.answer)
  } finally {
    await client.end()
  }
}

/** Sends requests to all nodes of a house at once, each its share, as fast as they are answered. @returns how many a second */
export async function driveHouse(house: House, requests: Requests, options: LoadOptions): Promise<number> {
  const { nodes } = house
  const each = await Promise.all(
    nodes.map(({ port }, node) => {
      const mine = (n: number) => n * nodes.length + node
      const answered: LoadOptions['answered'] = (n, reply) => options.answered?.(mine(n), reply)
      const connections = Math.ceil(options.connections / nodes.length)
      return drive(port, (n) => requests(mine(n)), { ...options, connections, answered })
    }),
  )
  return each.reduce((sum, { perSecond }) => sum + perSecond, 0)
}
