import { describe, expect, it } from 'vitest'
import { neighbours, partIn, placeIn, stretchAt } from './stretch.ts'

describe('a stretch of a long list', () => {
  it('holds the place that was asked for, and begins where stretches begin', () => {
    expect(stretchAt(1, 50, 120)).toMatchObject({ first: 1, last: 50 })
    expect(stretchAt(50, 50, 120)).toMatchObject({ first: 1, last: 50 })
    expect(stretchAt(51, 50, 120)).toMatchObject({ first: 51, last: 100 })
    expect(stretchAt(77, 50, 120)).toMatchObject({ first: 51, last: 100 })
    expect(stretchAt(120, 50, 120)).toMatchObject({ first: 101, last: 120 })
  })

  it('takes a place that is not there for the nearest', () => {
    expect(stretchAt(0, 50, 120).first).toBe(1)
    expect(stretchAt(9_999, 50, 120).first).toBe(101)
    expect(stretchAt(9_999, 50, 100).first).toBe(51)
    expect(partIn([], stretchAt(1, 50, 0))).toEqual([])
  })

  it('reads nonsense in an address as the beginning', () => {
    for (const search of ['', 'from=', 'from=-5', 'from=x', 'from=1e9', 'from=99999999999999'])
      expect(placeIn(new URLSearchParams(search)), search).toBe(1)
    expect(placeIn(new URLSearchParams('from=51'))).toBe(51)
  })

  it('leads to its neighbours and to both ends, each once', () => {
    const from = (place: number, total: number) =>
      neighbours(stretchAt(place, 50, total)).map(({ first, last, rel }) => `${first}-${last} ${rel}`)
    expect(from(1, 50)).toEqual([])
    expect(from(1, 51)).toEqual(['51-51 next'])
    expect(from(51, 120)).toEqual(['1-50 prev', '101-120 next'])
    expect(from(501, 10_000)).toEqual(['1-50 undefined', '451-500 prev', '551-600 next', '9951-10000 undefined'])
  })
})
