import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { losesAndDoublesNothing } from './under-faults.ts'

losesAndDoublesNothing(
  'when one stands still until others do its work, and then goes on',
  async ({ cluster, crowd }) => {
    const node = crowd.chance.oneOf(cluster.nodes)
    node.pause()
    // Longer than people wait for an answer and than a lease lasts.
    await sleep(7_000 + crowd.chance.below(2_000))
    node.resume()
    await crowd.goOn(50)
  },
  ({ crowd }) => expect(crowd.troubles).toBeGreaterThan(0),
)
