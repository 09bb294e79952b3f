import { expect } from 'vitest'
import { losesAndDoublesNothing } from './under-faults.ts'

losesAndDoublesNothing(
  'when one is killed in the middle of everything and comes back',
  async ({ cluster, crowd }) => {
    const node = crowd.chance.oneOf(cluster.nodes)
    await node.kill()
    await crowd.goOn(crowd.chance.below(50))
    await node.start()
  },
  ({ crowd }) => expect(crowd.troubles).toBeGreaterThan(0),
)
