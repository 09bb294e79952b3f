import { setTimeout as sleep } from 'node:timers/promises'
import type { Owner } from '../../test/support/api.ts'
import type { TestServer } from '../../test/support/server.ts'
import { Connection, requestBytes, type Reply } from './connection.ts'
import { drive } from './load.ts'
import { fromPage, votesFor } from './votes.ts'

/** How a burst went, in numbers that must agree with each other. */
export interface Burst {
  /** Everyone was told in the end that their vote counts, many of them before the server was killed. */
  acknowledged: number
  beforeKill: number
  /** Requests that were cut off after they were sent, sent twice at the same moment, and sent again after a failure. */
  cut: number
  doubled: number
  resent: number
  /** What the server says afterwards. */
  votes: number
  participants: number
  tallies: number[]
  /** People who do not have their one vote, and no other. */
  withoutTheirVote: number
  /** The feed: entries that say so, and places where the revision does not count up by one. */
  casts: number
  joins: number
  gaps: number
}

/** Every n-th person's request is cut off after it was sent, or sent twice: 5 in 100 and 2 in 100. */
const cutEvery = 20
const doubledEvery = 50

/** How long someone waits before they send again what was not answered, in milliseconds: longer each time, up to a limit. */
const [shortest, longest] = [200, 2_000]

/**
 * A burst of people who all vote for the first time, each with a cookie of their own; in the middle of it the server is
 * killed and comes back with the same data. Whoever has no answer sends again.
 * @param ideas ids, voted for in turn
 */
export async function burst(
  server: TestServer,
  alice: Owner,
  ideas: string[],
  { people, seconds }: { people: number; seconds: number },
): Promise<Burst> {
  const port = Number(new URL(server.url).port)
  const requests = ideas.map((idea) => votesFor(alice.questionId, idea))
  const counts = { acknowledged: 0, beforeKill: 0, cut: 0, doubled: 0, resent: 0 }
  const end = new AbortController()
  const kill = async () => {
    counts.beforeKill = counts.acknowledged
    await server.kill()
    await server.start()
  }

  const persist = async (request: Buffer) => {
    for (let wait = shortest; !(await isAcknowledged(port, request)); wait = Math.min(longest, wait * 2)) {
      counts.resent += 1
      // Apart from each other, or those who were refused together would knock together for ever.
      await sleep(wait * (0.5 + Math.random()), undefined, { signal: end.signal })
    }
  }
  const person = async (n: number) => {
    await sleep((n / people) * seconds * 1000, undefined, { signal: end.signal })
    const request = requests[n % ideas.length]?.(n) ?? Buffer.alloc(0)
    if (n % cutEvery === 1) {
      counts.cut += 1
      await vanish(port, request)
    }
    if (n % doubledEvery === 2) {
      counts.doubled += 1
      await Promise.all([persist(request), persist(request)])
    } else await persist(request)
    counts.acknowledged += 1
    if (counts.acknowledged === Math.floor(people / 2)) await kill()
  }
  try {
    await Promise.all(Array.from({ length: people }, (_, n) => person(n)))
  } finally {
    // When one of them failed, the others do not knock on.
    end.abort()
  }

  const { body } = await alice.snapshot()
  const tallies = new Map(body.ideas.map((idea) => [idea.id, idea.votes]))
  return {
    ...counts,
    votes: body.counts.votes ?? 0,
    participants: body.counts.participants ?? 0,
    tallies: ideas.map((idea) => tallies.get(idea) ?? 0),
    withoutTheirVote: await countWithoutVote(port, alice.questionId, ideas, people),
    ...(await readFeed(alice)),
  }
}

/** Sends it on a connection of its own. @returns false when no answer came, or one that says to come back later */
async function isAcknowledged(port: number, request: Buffer): Promise<boolean> {
  const broken = Promise.withResolvers<never>()
  let line: Connection | null = null
  let reply: Reply
  try {
    const open = await Connection.open(port, broken.reject)
    line = open
    reply = await Promise.race([new Promise<Reply>((resolve) => open.send(request, resolve)), broken.promise])
  } catch {
    return false
  } finally {
    broken.promise.catch(() => {})
    line?.close()
  }
  if (reply.status !== 200 && reply.status !== 503)
    throw new Error(`A vote was answered with ${reply.status}: ${reply.body.toString('utf8')}`)
  return reply.status === 200
}

async function vanish(port: number, request: Buffer): Promise<void> {
  try {
    const line = await Connection.open(port, () => {})
    await line.sendAndVanish(request)
  } catch {
    // There is no server at this moment; what was to be lost is lost.
  }
}

async function countWithoutVote(port: number, question: string, ideas: string[], people: number): Promise<number> {
  let without = 0
  const mine = (n: number) => (n < people ? requestBytes('GET', `/api/v1/questions/${question}/me`, fromPage(n)) : null)
  await drive(port, mine, {
    connections: 16,
    seconds: Infinity,
    answered: (n, { body }) => {
      const { votes } = JSON.parse(body.toString('utf8')) as { votes: string[] }
      if (votes.length !== 1 || votes[0] !== ideas[n % ideas.length]) without += 1
    },
  })
  return without
}

async function readFeed(alice: Owner): Promise<Pick<Burst, 'casts' | 'joins' | 'gaps'>> {
  const feed = { casts: 0, joins: 0, gaps: 0 }
  for (let since = 0, end = 1; since < end;) {
    const { body } = await alice.changes(since)
    if (body.changes.length === 0) {
      feed.gaps += 1
      break
    }
    for (const { revision, type } of body.changes) {
      if (revision !== since + 1) feed.gaps += 1
      if (type === 'vote.cast') feed.casts += 1
      if (type === 'participant.joined') feed.joins += 1
      since = revision
    }
    end = body.revision
  }
  return feed
}
