import { expect, it } from 'vitest'
import { keepOrder } from './keep-order.ts'

const rows = (ids: string) => [...ids].map((id) => ({ id }))
const kept = (seen: string, now: string) =>
  keepOrder([...seen], rows(now))
    .map(({ id }) => id)
    .join('')

it('keeps rows where they were seen', () => {
  expect(kept('abc', 'cab')).toBe('abc')
})
it('lets new rows in and old ones out', () => {
  expect(kept('abc', 'cnb')).toBe('bnc')
  expect(kept('', 'cab')).toBe('cab')
})
