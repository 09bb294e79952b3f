import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Snapshot } from '../src/snapshot/wire.ts'
import { startPostgres } from '../scripts/postgres.ts'
import { requestBytes } from './support/connection.ts'
import { once } from './support/load.ts'
import { debuggable, newFolder, startFolkmoot, type Measured } from './support/processes.ts'
import { growthOf } from './support/slope.ts'
import { Town } from './support/town.ts'

/** What is looked at again and again while the town lives. */
interface Look {
  /** Minutes since the start. */
  at: number
  answered: number
  /**
   * Megabytes: what the process holds, and what its main thread needs once the garbage is collected, as objects and as
   * buffers.
   */
  resident: number
  objects: number
  buffers: number
  /** Open files and sockets, besides the town's own connections. */
  handles: number
  /** Milliseconds, since the last look. */
  lag: number
  /** Share of one processor. */
  busy: number
  /** Megabytes. */
  database: number
}

/** Grown by more than this over the last two thirds, it is no longer called flat. */
const bounds = { resident: 0.15, objects: 0.15, handles: 5 }
/** Megabytes of buffers at the most: 64 of answers that are ready (src/http/ready-cache.ts), and what is on its way. */
const mostBuffers = 100
/** Within less than this the process is still warming up, and nothing can be said of memory. In minutes. */
const shortest = 10

/**
 * A mixed load at a steady rate on one server, looked at thirty times.
 * @param minutes how long
 * @returns whether memory and handles stayed flat, nothing failed, every deadline was kept and `doctor` finds nothing
 */
export async function soak(minutes: number, engine: string, perSecond: number, listeners: number): Promise<boolean> {
  const folder = await newFolder()
  const postgres = engine === 'postgres' ? await startPostgres({ durable: true }) : null
  const env = { DATA_DIR: folder, ...(postgres && { DATABASE_URL: postgres.url }) }
  const server = await startFolkmoot(folder, [debuggable], env)
  const pool = postgres && new pg.Pool({ connectionString: postgres.url, max: 1 })
  const size = async () => (pool ? await sizeOf(pool) : sizeOfFolder(folder))
  try {
    const length = minutes * 60_000
    const [askEvery, closesAfter] = [Math.min(5_000, length / 20), Math.min(120_000, length / 4)]
    const town = await Town.open({ port: server.port, perSecond, listeners, askEvery, closesAfter })
    console.log('minute | answered | resident MB | objects MB | buffers MB | handles | lag p99 ms | busy | database MB')
    const looks = await lookAgainAndAgain(server, town, length, size)
    const closed = await town.leave()
    // The last of them have been closed for half a second; the house is kept each second.
    await sleep(2_000)
    const open = await countOpen(server.port, closed)
    const { answered, asked, listened, broken, others } = town.counts
    console.log(
      `${say(answered)} answers, ${say(asked)} questions asked, ${say(closed.length)} of them closed by the clock,`,
    )
    console.log(
      `${say(listened)} times somebody listened, ${say(broken)} connections broke; refused:`,
      await refusals(server.port),
    )
    await server.stop()
    const found = await doctor(env)
    return judge(looks, { minutes, open, found, failed: (others.get(500) ?? 0) + broken })
  } finally {
    await pool?.end()
    await postgres?.stop()
  }
}

async function lookAgainAndAgain(
  server: Measured,
  town: Town,
  length: number,
  size: () => Promise<number>,
): Promise<Look[]> {
  const looks: Look[] = []
  const begun = performance.now()
  let [cpu, at] = [server.cpu, begun]
  for (let n = 1; n <= 30; n++) {
    await sleep(Math.max(0, begun + (n / 30) * length - performance.now()))
    const now = performance.now()
    const busy = ((server.cpu - cpu) * 1000) / (now - at)
    ;[cpu, at] = [server.cpu, now]
    const metrics = await readMetrics(server.port)
    const resident = server.rss
    const { objects, buffers } = await server.collectGarbage()
    const look: Look = {
      at: (now - begun) / 60_000,
      answered: town.counts.answered,
      resident: resident / 2 ** 20,
      objects: objects / 2 ** 20,
      buffers: buffers / 2 ** 20,
      handles: readdirSync(`/proc/${server.pid}/fd`).length - town.connections,
      lag: Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1]) * 1000,
      busy,
      database: (await size()) / 2 ** 20,
    }
    looks.push(look)
    console.log(
      Object.values(look)
        .map((value) => (value as number).toFixed(value < 10 ? 2 : 0))
        .join(' | '),
    )
  }
  return looks
}

interface Findings {
  minutes: number
  /** Questions that are still open after their deadline. */
  open: number
  /** What doctor said, and whether it found anything. */
  found: { isWell: boolean; said: string }
  /** Answers with 500, and connections that broke. What is refused with 503, because there is no room at this moment, is said and does no harm. */
  failed: number
}

function judge(looks: Look[], { minutes, open, found, failed }: Findings): boolean {
  const grown = (of: 'resident' | 'objects' | 'handles') => {
    const { mean, by } = growthOf(looks.map((look) => [look.at, look[of]]))
    const isFlat = of === 'handles' ? by < bounds.handles : by / mean < bounds[of]
    console.log(
      `${of}: ${mean.toFixed(0)} on average in the last two thirds, ${by.toFixed(1)} more at their end: ${isFlat ? 'flat' : 'it grows'}`,
    )
    return isFlat
  }
  const flat = [grown('resident'), grown('objects'), grown('handles')].every(Boolean)
  const buffers = Math.max(...looks.map((look) => look.buffers))
  console.log(`buffers: ${buffers.toFixed(0)} MB at the most, of ${mostBuffers} that they may take`)
  if (minutes < shortest) console.log(`That says nothing of memory: it is looked at for ${minutes} minutes only.`)
  console.log(`Answers with 500, and broken connections: ${failed}`)
  console.log(`Questions still open after their deadline: ${open}`)
  console.log(`doctor: ${found.said}`)
  return ((flat && buffers < mostBuffers) || minutes < shortest) && failed === 0 && open === 0 && found.isWell
}

async function readMetrics(port: number): Promise<string> {
  return (await once(port, requestBytes('GET', '/metrics'))).body.toString('utf8')
}

async function refusals(port: number): Promise<Record<string, number>> {
  const counted = (await readMetrics(port)).matchAll(/^folkmoot_refusals_total\{code="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...counted].map(([, code = '', times]) => [code, Number(times)]))
}

async function countOpen(port: number, questions: string[]): Promise<number> {
  let open = 0
  for (const id of questions) {
    const { body } = await once(port, requestBytes('GET', `/api/v1/questions/${id}`))
    if ((JSON.parse(body.toString('utf8')) as Snapshot).phase !== 'closed') open++
  }
  return open
}

async function doctor(env: Record<string, string>): Promise<Findings['found']> {
  const own = { PATH: process.env.PATH, HOME: process.env.HOME, ...env }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/folkmoot.ts', 'doctor'], {
      cwd: join(import.meta.dirname, '..'),
      env: own,
    })
    return { isWell: true, said: stdout.trim() }
  } catch (failure) {
    return { isWell: false, said: (failure as { stdout?: string }).stdout ?? String(failure) }
  }
}

async function sizeOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ size: string }>('select pg_database_size(current_database()) as size')
  return Number(rows[0]?.size)
}

function sizeOfFolder(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

function say(count: number): string {
  return count.toLocaleString('en')
}
