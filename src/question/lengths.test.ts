import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refuseLength } from './lengths.ts'
import { defaultSettings } from './rules.ts'

describe('how long a text may be', () => {
  it('is up to the owner for everybody but the owner, counted in characters as people see the most of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 10, max: 50 }), (text, limit) => {
        const settings = { ...defaultSettings, commentLength: limit }
        const sent = [{ path: 'text', text, setting: 'commentLength' }] as const
        expect(refuseLength(settings, true, [...sent])).toBeNull()
        const refusal = refuseLength(settings, false, [...sent])
        expect(refusal !== null).toBe([...text].length > limit)
      }),
    )
  })

  it('lets stand what is there already, and refuses each of several texts by its name', () => {
    const settings = { ...defaultSettings, ideaTitleLength: 10, ideaDescriptionLength: 20 }
    const long = 'much longer than twenty characters'
    const texts = (before?: string) => [
      { path: 'title', text: long, setting: 'ideaTitleLength' as const, ...(before && { before }) },
      { path: 'description', text: long, setting: 'ideaDescriptionLength' as const },
    ]
    expect(refuseLength(settings, false, texts())?.errors).toMatchObject([
      { path: 'title', code: 'too_long', limit: 10 },
      { path: 'description', code: 'too_long', limit: 20 },
    ])
    expect(refuseLength(settings, false, texts(long))?.errors.map(({ path }) => path)).toEqual(['description'])
  })
})
