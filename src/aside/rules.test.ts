import { describe, expect, it } from 'vitest'
import { isUnusual, spanOf } from './rules.ts'

describe('how many who began from one network within ten minutes are more than usual', () => {
  it.each([
    ['nineteen, wherever nobody else began', 19, { people: 0, spans: 0 }, false],
    ['twenty, wherever nobody else began', 20, { people: 0, spans: 0 }, true],
    ['twenty beside single people', 20, { people: 400, spans: 400 }, true],
    ['thirty beside other classes', 30, { people: 84, spans: 3 }, false],
    ['five times as many as classes have', 140, { people: 84, spans: 3 }, true],
  ])('%s: %i', (_, people, others, unusual) => {
    expect(isUnusual(people, others)).toBe(unusual)
  })

  it('is told by spans that begin at every tenth minute', () => {
    const at = (time: string) => Date.parse(`2026-05-04T${time}Z`)
    expect(spanOf(at('18:19:59.999'))).toBe(at('18:10:00.000'))
    expect(spanOf(at('18:20:00.000'))).toBe(at('18:20:00.000'))
  })
})
