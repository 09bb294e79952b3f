import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { neverBack, shareClock } from './clock.ts'

const hour = 60 * 60 * 1000
const noon = Date.parse('2026-05-04T12:00:00Z')

describe('a clock that never goes back', () => {
  it('stands still while the machine’s is behind it, and goes on from there', () => {
    const told = [0, 1_000, -300_000, -1, 999, 1_000, 1_001].map((step) => noon + step)
    let at = 0
    const clock = shareClock(() => told[at++] ?? NaN).now
    const stood = [0, 1_000, 1_000, 1_000, 1_000, 1_000, 1_001].map((step) => noon + step)
    expect(told.map(clock)).toEqual(stood)
  })

  it('never goes back however the machine’s is set within an hour', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: hour })), (steps) => {
        let now = 0
        const clock = shareClock(() => now).now
        let before = -Infinity
        for (const step of steps) {
          now = noon + step
          const told = clock()
          expect(told).toBeGreaterThanOrEqual(Math.max(before, now))
          before = told
        }
      }),
    )
  })

  it('is not held a year ahead by a machine that was a year ahead for a moment', () => {
    let now = noon + 365 * 24 * hour
    const clock = shareClock(() => now).now
    expect(clock()).toBe(now)
    now = noon
    expect(clock()).toBe(noon)
  })

  it('tells every thread what was told to one of them', () => {
    let now = noon
    const { now: here, latest } = shareClock(() => now)
    const there = neverBack(() => now, latest)
    expect(there()).toBe(noon)
    now = noon + 60_000
    expect(here()).toBe(noon + 60_000)
    now = noon
    expect(there()).toBe(noon + 60_000)
  })
})
