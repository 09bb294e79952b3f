import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { losesAndDoublesNothing } from './under-faults.ts'

losesAndDoublesNothing(
  'when NATS is gone for ten seconds',
  async ({ cluster }) => {
    await cluster.nats.stop()
    await sleep(10_000)
    await cluster.nats.start()
  },
  ({ crowd }) => expect(crowd.troubles, 'nobody noticed').toBe(0),
)
