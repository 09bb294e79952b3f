import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inOrder, isOrder, orders, placesOf, weightOf } from './rules.ts'
import type { ArgumentView, IdeaView } from './wire.ts'

const reason = (agreements: number) => ({ agreements }) as ArgumentView
function idea(id: string, minute: number, votes: number, pros: number[] = [], cons: number[] = []): IdeaView {
  const createdAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  return { id, createdAt, votes, pros: pros.map(reason), cons: cons.map(reason) } as IdeaView
}
const ids = (ideas: IdeaView[]) => ideas.map((one) => one.id).join(' ')

describe('inOrder', () => {
  const ideas = [idea('a', 1, 2), idea('b', 2, 5, [3]), idea('c', 3, 2, [0], [0, 0]), idea('d', 4, 5)]

  it.each([
    ['votes', 'b d a c'],
    ['oldest', 'a b c d'],
    ['newest', 'd c b a'],
    ['discussed', 'b c a d'],
  ] as const)('by %s, the earlier idea first on a tie', (order, expected) => {
    expect(ids(inOrder(ideas, order, ''))).toBe(expected)
  })

  it('shuffles the same way for the same person, whatever the order before', () => {
    expect(ids(inOrder(ideas, 'shuffled', 'Bob'))).toBe(ids(inOrder(ideas.toReversed(), 'shuffled', 'Bob')))
  })

  it('shuffles differently from person to person, and puts every idea first about as often', () => {
    const firsts = new Map<string, number>()
    for (let n = 0; n < 4_000; n++) {
      const first = inOrder(ideas, 'shuffled', `person ${n}`)[0]!.id
      firsts.set(first, (firsts.get(first) ?? 0) + 1)
    }
    expect(firsts.size).toBe(4)
    for (const times of firsts.values()) expect(times).toBeGreaterThan(850)
  })

  it('moves none of the others when an idea is added to a shuffled order', () => {
    const more = [...ideas, idea('e', 5, 0)]
    expect(ids(inOrder(more, 'shuffled', 'Bob').filter((one) => one.id !== 'e'))).toBe(
      ids(inOrder(ideas, 'shuffled', 'Bob')),
    )
  })

  it('neither loses nor doubles an idea', () => {
    const anyIdeas = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1 }), minute: fc.nat(50), votes: fc.nat(9) }),
      {
        selector: (one) => one.id,
      },
    )
    fc.assert(
      fc.property(anyIdeas, fc.constantFrom(...orders), fc.string(), (records, order, seed) => {
        const some = records.map(({ id, minute, votes }) => idea(id, minute, votes))
        expect(new Set(inOrder(some, order, seed))).toEqual(new Set(some))
      }),
    )
  })
})

it('gives equal votes the same place, calls them tied and leaves the next place free', () => {
  const places = placesOf([
    { id: 'a', votes: 4 },
    { id: 'b', votes: 9 },
    { id: 'c', votes: 1 },
    { id: 'd', votes: 4 },
  ])
  expect(Object.fromEntries(places)).toEqual({
    a: { place: 2, tied: true },
    b: { place: 1, tied: false },
    c: { place: 4, tied: false },
    d: { place: 2, tied: true },
  })
})

it('knows an order by its name', () => {
  expect(isOrder('newest')).toBe(true)
  expect(isOrder('best')).toBe(false)
  expect(isOrder(null)).toBe(false)
})

it('weighs an argument by its author and by everyone who agrees', () => {
  expect(weightOf([reason(0), reason(3)])).toBe(5)
})
