import { setTimeout as rest } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startNats, type Nats } from '../../scripts/nats.ts'
import { createFeed, type Feed, type News } from '../feed/follow.ts'
import { Bus } from './bus.ts'

let nats: Nats
beforeAll(async () => {
  nats = await startNats()
})
afterAll(() => nats.stop())

interface Node {
  bus: Bus
  feed: Feed
  heard: News[]
  said: string[]
}
const nodes: Node[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ bus }) => bus.close()))
})

function node(server = 'server', url = nats.url): Node {
  const feed = createFeed((failure) => {
    throw failure
  })
  const heard: News[] = []
  feed.follow((news) => heard.push(news))
  const said: string[] = []
  const bus = new Bus({ url, server, feed, report: (sentence) => said.push(sentence) })
  const made = { bus, feed, heard, said }
  nodes.push(made)
  return made
}

async function joined(...servers: string[]): Promise<Node[]> {
  const made = servers.map((server) => node(server))
  await expect.poll(() => made.every(({ bus }) => bus.isThere)).toBe(true)
  // Sent in order: an answer means that NATS has read what we asked for before.
  await Promise.all(made.map(({ bus }) => bus.roundTrip()))
  return made
}

const news = (revision: number): News => ({
  questionId: 'lakelakelak',
  since: revision - 1,
  revision,
  changes: [{ revision, type: 'comment.added', at: 1_000, data: { comment: 'c', text: 'By the lake – 湖' } }],
  tallied: [],
})

it('tells every other node what one commits, once and in order, and that one only what it told itself', async () => {
  const [one, two, three] = (await joined('a', 'a', 'a')) as [Node, Node, Node]
  for (let revision = 1; revision <= 100; revision++) one.feed.publish(news(revision))
  const all = Array.from({ length: 100 }, (_, at) => news(at + 1))
  await expect.poll(() => [two.heard.length, three.heard.length]).toEqual([100, 100])
  expect(two.heard).toEqual(all)
  expect(three.heard).toEqual(all)
  await rest(100)
  expect(one.heard).toEqual(all)
})

it('keeps servers that share a NATS apart', async () => {
  const [one, same, other] = (await joined('a', 'a', 'b')) as [Node, Node, Node]
  one.feed.publish(news(1))
  await expect.poll(() => same.heard.length).toBe(1)
  await rest(100)
  expect(other.heard).toEqual([])
})

it('tells of what is too much for a message that there is something to be read', async () => {
  const [one, two] = (await joined('a', 'a')) as [Node, Node]
  const much = news(7)
  one.feed.publish({ ...much, changes: [{ ...much.changes[0]!, data: { text: 'x'.repeat(1_100_000) } }] })
  await expect.poll(() => two.heard).toEqual([{ ...much, since: 7, changes: [], tallied: [] }])
})

it('goes on by itself when NATS was away, and says so once each time', async () => {
  const [one, two] = (await joined('a', 'a')) as [Node, Node]
  await nats.stop()
  await expect.poll(() => one.bus.isThere || two.bus.isThere, { timeout: 5_000 }).toBe(false)
  one.feed.publish(news(1))
  expect(one.bus.counts).toEqual({ sent: 0, heard: 0, unsent: 1 })
  expect(await one.bus.roundTrip()).toBeNull()
  await nats.start()
  await expect.poll(() => one.bus.isThere && two.bus.isThere, { timeout: 10_000 }).toBe(true)
  await Promise.all([one.bus.roundTrip(), two.bus.roundTrip()])
  one.feed.publish(news(2))
  await expect.poll(() => two.heard.map(({ revision }) => revision)).toEqual([2])
  expect(one.said).toEqual([expect.stringContaining('is gone'), expect.stringContaining('is back')])
})

it('begins also while NATS is away, and joins once it is there', async () => {
  await nats.stop()
  const one = node('a')
  const two = node('a')
  await expect.poll(() => one.said).toEqual([expect.stringContaining('cannot be reached')])
  one.feed.publish(news(1))
  expect(one.heard).toHaveLength(1)
  await nats.start()
  await expect.poll(() => one.bus.isThere && two.bus.isThere, { timeout: 10_000 }).toBe(true)
  await two.bus.roundTrip()
  one.feed.publish(news(2))
  await expect.poll(() => two.heard.length).toBe(1)
})

it('leaves without a word where NATS never was', async () => {
  const lonely = node('a', 'nats://127.0.0.1:1')
  await expect.poll(() => lonely.said).toHaveLength(1)
  await lonely.bus.close()
})
