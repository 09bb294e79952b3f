import { describe, expect, it } from 'vitest'
import { EvenHours } from './keep-house.ts'

const second = 1_000
const hour = 60 * 60 * second
const noon = Date.parse('2026-05-04T12:00:00Z')

/** Looks each second for some hours, with the clock set by so much at some moments; tells after which hours it ended. */
function watch(hours: number, ahead: (passed: number) => number): number[] {
  const even = new EvenHours()
  const ended: number[] = []
  for (let passed = 0; passed <= hours * hour; passed += second)
    if (even.hasEnded(noon + passed + ahead(passed), passed)) ended.push(passed / hour)
  return ended
}

describe('what cannot be undone', () => {
  it('is done each hour, and not before the first has passed', () => {
    expect(watch(3.5, () => 0)).toEqual([1, 2, 3])
  })

  it('is not done by a clock that is years ahead and set right within the hour', () => {
    const year = 365 * 24 * hour
    expect(watch(2.4, (passed) => (passed >= 0.9 * hour && passed < 1.5 * hour ? year : 0))).toEqual([])
  })

  it('waits for an hour again after the clock was set back', () => {
    expect(watch(2.5, (passed) => (passed >= 0.75 * hour ? -10 * 60 * second : 0))).toEqual([1.75])
  })

  it('is done while the clock stands still no longer than a moment, or is put right a little at a time', () => {
    expect(watch(2.5, (passed) => passed / 3_000 + (passed % hour === 0 ? 0 : 400))).toEqual([1, 2])
  })
})
