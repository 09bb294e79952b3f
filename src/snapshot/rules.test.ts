import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inOrder, isOrder, orders, placesOf, sharedOrders, weightOf } from './rules.ts'
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

  describe('of the orders that people share', () => {
    const anyIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 11 }), { maxLength: 60 })
    const placesIn = (some: IdeaView[], id: string) =>
      Array.from({ length: sharedOrders }, (_, n) =>
        inOrder(some, 'shuffled', String(n)).findIndex((one) => one.id === id),
      )

    it('puts each idea as far up as any other, on average over all of them', () => {
      fc.assert(
        fc.property(anyIds, (all) => {
          const some = all.map((id, n) => idea(id, n, 0))
          for (const id of all) {
            const sum = placesIn(some, id).reduce((before, place) => before + place, 0)
            expect(sum).toBe((sharedOrders * (all.length - 1)) / 2)
          }
        }),
      )
    })

    it('puts each idea into each fourth of a long page, first and last alike', () => {
      const some = Array.from({ length: 400 }, (_, n) => idea(`idea ${n}`, n, 0))
      const all = Array.from({ length: sharedOrders }, (_, n) => inOrder(some, 'shuffled', String(n)))
      for (const one of some) {
        const { id } = one
        const fourths = all.map((order) => Math.floor(order.indexOf(one) / 100))
        // Two each, but for ideas that stand where one fourth goes over into the next.
        for (const fourth of [0, 1, 2, 3]) {
          const times = fourths.filter((one) => one === fourth).length
          expect(times, `${id} ${fourths.join()}`).toBeGreaterThanOrEqual(1)
          expect(times, `${id} ${fourths.join()}`).toBeLessThanOrEqual(3)
        }
      }
    })

    it('moves none of the others when an idea is added', () => {
      fc.assert(
        fc.property(anyIds, fc.nat(sharedOrders - 1), (all, number) => {
          const some = all.map((id, n) => idea(id, n, 0))
          const [, ...fewer] = some
          const left = inOrder(some, 'shuffled', String(number)).filter((one) => one !== some[0])
          expect(left).toEqual(inOrder(fewer, 'shuffled', String(number)))
        }),
      )
    })

    it('has eight different ones of a page of ideas', () => {
      const some = Array.from({ length: 24 }, (_, n) => idea(`idea ${n}`, n, 0))
      const all = Array.from({ length: sharedOrders }, (_, n) => ids(inOrder(some, 'shuffled', String(n))))
      expect(new Set(all).size).toBe(sharedOrders)
    })
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
