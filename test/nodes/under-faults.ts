import { afterAll, beforeAll, expect, it } from 'vitest'
import { readFeed } from '../faults/accounts.ts'
import { Crowd, Follower, rounds, startCluster, toldOneByOne, type Cluster } from './cluster.ts'

/** What is there while a fault comes about. */
export interface Stage {
  cluster: Cluster
  crowd: Crowd
}

/**
 * Lets a fault come about again and again on three nodes while everyone acts, and looks each time at what is left. Each
 * fault has a file of its own, so that they can be tried side by side: most of the time they wait.
 * @param fault brings it about, and ends it
 * @param after what else is expected in the end
 */
export function losesAndDoublesNothing(
  when: string,
  fault: (stage: Stage) => Promise<void>,
  after: (stage: Stage) => void = () => undefined,
): void {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  }, 120_000)
  afterAll(() => cluster.stop())

  it(`three nodes lose and double nothing ${when}, ${rounds} times`, { timeout: 600_000 }, async () => {
    const crowd = new Crowd(cluster)
    await crowd.gather()
    const followers = cluster.nodes.map((_node, n) => new Follower(cluster, crowd.alice.questionId, n))
    try {
      for (let round = 1; round <= rounds; round++) {
        crowd.start()
        await crowd.goOn(20 + crowd.chance.below(100))
        await fault({ cluster, crowd })
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
      after({ cluster, crowd })
    } finally {
      await crowd.settle()
    }
  })
}
