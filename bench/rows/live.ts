import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, requestBytes } from '../support/connection.ts'
import { fill, type Filled } from '../support/fill.ts'
import { Listeners } from '../support/listeners.ts'
import { percentile } from '../support/load.ts'
import { newFolder, startFloor, startFolkmoot, type Measured } from '../support/processes.ts'
import { expectCount, median, type Options, type Row, type Scale } from '../support/row.ts'
import { fromPage } from '../support/votes.ts'
import { usualQuestion } from './views.ts'

/** Between two changes, in milliseconds. Those that follow each other closely are gathered, which is measured as `flow`. */
const calm = 1_000

/** What one round with listeners showed. */
interface Round {
  p50: number
  p99: number
  /** Bytes of memory: before anyone listened, with all, and after all had left. */
  before: number
  during: number
  after: number
}

/** One change to all listeners, and the memory they take, beside raw node:http that writes the same bytes. */
export async function measureLive(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const { launches, listeners } = scale
  const rooms: Round[] = []
  const floors: Round[] = []
  let bytes: Buffer = Buffer.alloc(0)
  for (let round = 0; round < launches; round++) {
    const folder = await newFolder()
    const [question] = await fill(folder, [usualQuestion])
    if (!question) return []
    const server = await startFolkmoot(folder, nodeFlags)
    const comment = requestBytes(
      ...(['POST', `/api/v1/questions/${question.id}/comments`] as const),
      fromPage(0),
      '{"text":"Has anyone measured the room?"}',
    )
    const heard = await listen(server, livePath(question), comment, scale)
    rooms.push(heard)
    bytes = heard.bytes
    await server.stop()

    const floor = await startFloor('sse')
    const emit = requestBytes('POST', '/emit', {}, bytes.toString('latin1'))
    floors.push(await listen(floor, '/live', emit, scale))
    await floor.stop()
  }
  const each = (one: Round) => (one.during - one.before) / listeners / 1024
  const megabytes = (of: Round[], when: 'before' | 'during' | 'after') =>
    (median(of.map((one) => one[when])) / 2 ** 20).toFixed(0)
  const memory = (of: Round[]) =>
    `${megabytes(of, 'before')} MB before, ${megabytes(of, 'during')} MB with them, ${megabytes(of, 'after')} MB after they left`
  const all = listeners.toLocaleString('en')
  const raw = 'raw node:http, the same bytes'
  const [halfOurs, halfFloor] = [rooms, floors].map((of) => median(of.map((one) => one.p50)).toFixed(0))
  return [
    {
      what: `live: one change to ${all} listeners, p99 from sending it`,
      ...{ unit: 'ms', ours: rooms.map((one) => one.p99), against: raw, floor: floors.map((one) => one.p99) },
      target: { is: 'at most', value: 1.5 },
      notes: [
        `${bytes.length} bytes a listener; p50 ${halfOurs} ms, floor ${halfFloor} ms; ours with the durable commit`,
      ],
    },
    {
      what: 'live: memory a listener',
      ...{ unit: 'KB', ours: rooms.map(each), against: raw, floor: floors.map(each) },
      target: { is: 'at most', value: 1.5 },
      notes: [`${memory(rooms)}; floor: ${memory(floors)}`],
    },
  ]
}

export function livePath(question: Filled): string {
  return `/api/v1/questions/${question.id}/live`
}

async function listen(
  server: Measured,
  path: string,
  change: Buffer,
  { listeners, changes, settle }: Scale,
): Promise<Round & { bytes: Buffer }> {
  const all = new Listeners()
  try {
    const before = await server.settledRss(settle)
    await all.open(server.port, path, listeners)
    expectCount('listeners', all.count, listeners)
    const during = await server.settledRss(settle)
    const line = await Connection.open(server.port, () => {})
    const send = () => new Promise<void>((resolve) => line.send(change, () => resolve()))
    const marker = 'event: change'
    // The first is slower than all that follow, and nothing but itself tells so.
    await all.hear(marker, send)
    const each: { p50: number; p99: number }[] = []
    for (let n = 0; n < changes; n++) {
      await sleep(calm)
      const latencies = (await all.hear(marker, send)).toSorted((a, b) => a - b)
      each.push({ p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) })
    }
    line.close()
    const { last, returns } = await all.state()
    expectCount('listeners that were cut off', returns, 0)
    await all.leave()
    const after = await server.settledRss(settle)
    // Of several changes the median: all their listeners taken together, one slow change would say it all.
    const [p50, p99] = [median(each.map((one) => one.p50)), median(each.map((one) => one.p99))]
    return { p50, p99, before, during, after, bytes: Buffer.from(last, 'base64') }
  } finally {
    await all.end()
  }
}
