import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readFeed } from '../faults/accounts.ts'
import { whilePostgresIsAway } from '../faults/outage.ts'
import { startCluster, Crowd, Follower, rounds, toldOneByOne, type Cluster } from './cluster.ts'

let cluster: Cluster
let crowd: Crowd
let followers: Follower[]
beforeAll(async () => {
  cluster = await startCluster()
}, 120_000)
afterAll(() => cluster.stop())
beforeEach(async () => {
  crowd = new Crowd(cluster)
  await crowd.gather()
  followers = cluster.nodes.map((_node, n) => new Follower(cluster, crowd.alice.questionId, n))
})
afterEach(async () => {
  await crowd.settle()
})

/** Lets the fault come about again and again while everyone acts, and looks each time at what is left. */
async function expectNothingLostBy(fault: (round: number) => Promise<void>): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    crowd.start()
    await crowd.goOn(20 + crowd.chance.below(100))
    await fault(round)
    await crowd.goOn(20)
    await crowd.settle()
    await crowd.expectNothingLost(`round ${round}`)
  }
  // Who listened all the while, wherever that was, heard of every change once and in order, or was told to load all anew.
  const revision = (await readFeed(crowd.alice)).length
  const told = await toldOneByOne(crowd.alice)
  expect(told.length).toBeGreaterThan(rounds)
  for (const follower of followers) {
    const heard = await follower.heardUpTo(revision, told)
    expect(heard.told).toEqual(heard.due)
  }
}

describe(`three nodes lose and double nothing, ${rounds} times`, () => {
  const long = 600_000

  it('when one is killed in the middle of everything and comes back', { timeout: long }, async () => {
    await expectNothingLostBy(async () => {
      const node = crowd.chance.oneOf(cluster.nodes)
      await node.kill()
      await crowd.goOn(crowd.chance.below(50))
      await node.start()
    })
    expect(crowd.troubles).toBeGreaterThan(0)
  })

  it('when NATS is gone for ten seconds', { timeout: long }, async () => {
    await expectNothingLostBy(async () => {
      await cluster.nats.stop()
      await sleep(10_000)
      await cluster.nats.start()
    })
    expect(crowd.troubles, 'nobody noticed').toBe(0)
  })

  it('when PostgreSQL is restarted, in order or after a crash', { timeout: long }, async () => {
    await expectNothingLostBy(async () => {
      const refused = crowd.stage.refused ?? 0
      await whilePostgresIsAway(cluster.postgres, crowd.chance, () =>
        expect.poll(() => crowd.stage.refused, { timeout: 20_000 }).toBeGreaterThan(refused),
      )
    })
  })

  it('when one stands still until others do its work, and then goes on', { timeout: long }, async () => {
    await expectNothingLostBy(async () => {
      const node = crowd.chance.oneOf(cluster.nodes)
      node.pause()
      // Longer than people wait for an answer and than a lease lasts.
      await sleep(7_000 + crowd.chance.below(2_000))
      node.resume()
      await crowd.goOn(50)
    })
    expect(crowd.troubles).toBeGreaterThan(0)
  })
})
