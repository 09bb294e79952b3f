import { fill, ideaOf, type Filled } from '../support/fill.ts'
import { Listeners } from '../support/listeners.ts'
import { pace, percentile } from '../support/load.ts'
import { debuggable, newFolder, startFolkmoot, type Measured } from '../support/processes.ts'
import { expectCount, median, type Options, type Row, type Scale } from '../support/row.ts'
import { Poll, type Ballots } from '../support/votes.ts'
import { livePath } from './live.ts'
import { vote } from './votes.ts'

const ideas = 24

/** Votes that flow while thousands listen: nobody misses the end, and the memory of those who leave serves others. */
export async function measureFlow(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const { connections, people, listeners, watchers, settle } = scale
  const seconds = scale.seconds * 3
  const { server, poll, question } = await open(people, [...nodeFlags, debuggable])
  const all = new Listeners()
  const rows: Row[] = []
  const memory: string[] = []
  const remember = async () => {
    const { objects, buffers } = await server.collectGarbage()
    memory.push(`${megabytes(await server.settledRss(settle))} (${megabytes(objects + buffers)})`)
  }
  try {
    await remember()
    for (const [round, count] of [listeners, watchers].entries()) {
      await all.open(server.port, livePath(question), count)
      await remember()
      const perSecond = await vote(server, ballotsOf(poll, people, round), { connections, seconds })
      expectCount(`of ${count} listeners, those who missed the last count`, await all.missing(poll.votes), 0)
      const { resyncs, returns } = await all.state()
      await all.leave()
      await remember()
      rows.push({
        what: `durable votes while ${count.toLocaleString('en')} listen, none of whom misses the last count`,
        ...{ unit: 'votes/s', ours: [perSecond] },
        notes: [`cut off ${returns} times, resynced ${resyncs} times`],
      })
    }
    await all.open(server.port, livePath(question), listeners)
    await remember()
    await poll.expectExact(server.port)
  } finally {
    await all.end()
  }
  await server.stop()
  const [before, during, after, , , again] = memory
  rows[0]?.notes?.push(
    `resident memory (of it what is needed after collecting garbage): ${before} MB before, ${during} MB with these ` +
      `listeners, ${after} MB after the votes and when all had left, ${again} MB with as many anew`,
  )
  return rows
}

/** How long a vote takes at half of the peak rate, while many watch. */
export async function measurePace(scale: Scale, { nodeFlags }: Options): Promise<Row[]> {
  const { connections, people, seconds, warmUp, watchers } = scale
  const rounds = scale.rounds * scale.launches
  const { server, poll, question } = await open(people, nodeFlags)
  await vote(server, ballotsOf(poll, people, rounds), { connections, seconds: warmUp })
  const peak = await vote(server, ballotsOf(poll, people, rounds + 1), { connections, seconds })
  const half = Math.min(peak / 2, Math.floor(people / seconds))
  const all = new Listeners()
  const latencies = { p50: [] as number[], p99: [] as number[] }
  try {
    await all.open(server.port, livePath(question), watchers)
    for (let round = 0; round < rounds; round++) {
      const ballots = ballotsOf(poll, people, round)
      const requests = (n: number) => {
        const ballot = ballots(n)
        return ballot?.poll.request(ballot.device, ballot.idea) ?? null
      }
      const acknowledged = (n: number) => poll.acknowledged(ballots(n)?.idea ?? 0)
      // As many connections as there may be waiting: what waits for one has waited for the server.
      const options = { connections: connections * 4, seconds, perSecond: half, answered: acknowledged }
      const { latencies: taken } = await pace(server.port, requests, options)
      latencies.p50.push(percentile(taken, 0.5))
      latencies.p99.push(percentile(taken, 0.99))
    }
    expectCount(`of ${watchers} listeners, those who missed the last count`, await all.missing(poll.votes), 0)
    await poll.expectExact(server.port)
  } finally {
    await all.end()
  }
  await server.stop()
  const counted = Math.round(half).toLocaleString('en')
  return [
    {
      what: `latency of a vote at half of the peak rate while ${watchers.toLocaleString('en')} watch, p99`,
      ...{ unit: 'ms', ours: latencies.p99, target: { is: 'at most', value: 50 } as const },
      notes: [
        `${counted} votes/s, each counted from when it was due; p50 ${median(latencies.p50).toFixed(1)} ms; on two ` +
          'cores the listeners share one with the load, so what they cost it is in here',
      ],
    },
  ]
}

async function open(people: number, nodeFlags: string[]): Promise<{ server: Measured; poll: Poll; question: Filled }> {
  const folder = await newFolder()
  const [question] = await fill(folder, [{ ideas, participants: people }])
  if (!question) throw new Error('Nothing was filled in.')
  return { server: await startFolkmoot(folder, nodeFlags), poll: new Poll(question), question }
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}

function ballotsOf(poll: Poll, people: number, round: number): Ballots {
  return (n) => (n < people ? { poll, device: n, idea: ideaOf(n, round, ideas) } : null)
}
