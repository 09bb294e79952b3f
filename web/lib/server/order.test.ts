import { describe, expect, it } from 'vitest'
import type { ArgumentView, IdeaView } from '#src/snapshot/wire.ts'
import { isOrder, orderIdeas } from './order.ts'

const idea = (id: string, minute: number, votes: number, pros = 0): IdeaView =>
  ({
    id,
    votes,
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    pros: Array.from({ length: pros }, () => ({}) as ArgumentView),
    cons: [],
  }) as unknown as IdeaView

const ideas = [idea('a', 1, 2, 1), idea('b', 2, 5), idea('c', 3, 2, 3), idea('d', 4, 0, 1)]
const ids = (order: Parameters<typeof orderIdeas>[1], seed = '') =>
  orderIdeas(ideas, order, seed)
    .map(({ id }) => id)
    .join('')

describe('orderIdeas', () => {
  it('puts most votes first, the earlier idea first on a tie', () => {
    expect(ids('votes')).toBe('bacd')
  })
  it('goes by age either way', () => {
    expect(ids('newest')).toBe('dcba')
    expect(ids('oldest')).toBe('abcd')
  })
  it('puts the most discussed first, the earlier idea first on a tie', () => {
    expect(ids('discussed')).toBe('cadb')
  })
  it('shuffles the same way for the same seed, and differently for others', () => {
    expect(ids('shuffled', 'bob')).toBe(ids('shuffled', 'bob'))
    expect(new Set(Array.from({ length: 20 }, (_, n) => ids('shuffled', String(n)))).size).toBeGreaterThan(5)
  })
  it('keeps the others where they were when an idea is added to a shuffled order', () => {
    const more = orderIdeas([...ideas, idea('e', 5, 0)], 'shuffled', 'bob').map(({ id }) => id)
    expect(more.filter((id) => id !== 'e').join('')).toBe(ids('shuffled', 'bob'))
  })
  it('leaves the list it was given as it is', () => {
    orderIdeas(ideas, 'newest', '')
    expect(ideas.map(({ id }) => id).join('')).toBe('abcd')
  })
})

it('knows an order by its name', () => {
  expect(isOrder('newest')).toBe(true)
  expect(isOrder('best')).toBe(false)
  expect(isOrder(null)).toBe(false)
})
