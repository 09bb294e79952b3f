import { expect, it } from 'vitest'
import { SecondPress } from './second-press.ts'

const now = Date.parse('2026-05-04T10:00:00Z')

it('is the same for the same words from the same browser within seconds', () => {
  const presses = new SecondPress()
  const first = presses.keyFor('Bob', 'At the lake', now)
  for (const later of [0, 1, 500, 9_999]) expect(presses.keyFor('Bob', 'At the lake', now + later)).toBe(first)
})

it('is another for other words, for somebody else, and later', () => {
  const presses = new SecondPress()
  const keys = [
    presses.keyFor('Bob', 'At the lake', now),
    presses.keyFor('Bob', 'In the park', now),
    presses.keyFor('Charlie', 'At the lake', now),
    presses.keyFor('Bob', 'At the lake', now + 10_000),
  ]
  expect(new Set(keys).size).toBe(4)
})

it('is mostly the same on another node of the same server', () => {
  expect(new SecondPress().keyFor('Bob', 'At the lake', now)).toBe(
    new SecondPress().keyFor('Bob', 'At the lake', now + 4_000),
  )
})
