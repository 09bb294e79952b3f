import { setTimeout as rest } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { worthWaitingFor } from '../feed/command.ts'
import { Standstill } from './standstill.ts'

/** Nothing runs in this thread meanwhile. */
const standStill = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

it('does not take the time that a start takes for one', () => {
  const standstill = new Standstill()
  standStill(worthWaitingFor + 100)
  expect(standstill.isJustOver).toBe(false)
  standstill.begin()
  expect(standstill.isJustOver).toBe(false)
  standstill.close()
})

it('knows at once that the process stood still, a moment later too, and then no more', async () => {
  const standstill = new Standstill()
  standstill.begin()
  await rest(300)
  expect(standstill.isJustOver).toBe(false)
  standStill(worthWaitingFor + 100)
  expect(standstill.isJustOver).toBe(true)
  await rest(300)
  expect(standstill.isJustOver).toBe(true)
  await expect.poll(() => standstill.isJustOver, { timeout: 5_000 }).toBe(false)
  standstill.close()
})
