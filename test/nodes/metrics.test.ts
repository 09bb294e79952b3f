import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { startCluster, type Cluster } from './cluster.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.stop())

it('nodes tell what they told each other, how far NATS is, and when it is away', async () => {
  const [first, second] = cluster.nodes
  const metric = async (url = '', name: string) => {
    const text = await fetch(`${url}/metrics`).then((answer) => answer.text())
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    )
  }
  const messages = (url: string | undefined, how: string) => metric(url, `folkmoot_bus_messages_total{how="${how}"}`)
  for (const node of [first, second]) await expect.poll(() => metric(node?.url, 'folkmoot_bus_up')).toBe(1)
  const heard = await messages(second?.url, 'heard')
  const alice = await ask(first?.url ?? '')
  await alice.addIdea({ title: 'At the lake' })
  expect(await messages(first?.url, 'sent')).toBeGreaterThanOrEqual(1)
  await expect.poll(() => messages(second?.url, 'heard')).toBeGreaterThan(heard)
  expect(await metric(first?.url, 'folkmoot_bus_round_trip_seconds')).toBeGreaterThan(0)

  await cluster.nats.stop()
  await expect.poll(() => metric(first?.url, 'folkmoot_bus_up'), { timeout: 20_000 }).toBe(0)
  await alice.addIdea({ title: 'In the park' })
  expect(await messages(first?.url, 'unsent')).toBeGreaterThanOrEqual(1)
  expect(await metric(first?.url, 'folkmoot_bus_round_trip_seconds')).toBeNaN()
  await cluster.nats.start()
  await expect.poll(() => metric(first?.url, 'folkmoot_bus_up'), { timeout: 20_000 }).toBe(1)
})
