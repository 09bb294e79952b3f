import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lengthOf, refuseText, tidyLine, tidyText } from './text.ts'

describe('refuseText', () => {
  it.each([
    ['half a character', 'a\ud800b', /broken character/],
    ['NUL', 'a\u0000b', /NUL/],
    ['a control character', 'a\u0007b', /control character/],
    ['a right-to-left override', 'photo\u202Egpj.exe', /direction/],
    ['a left-to-right embedding', '\u202Aabc\u202C', /direction/],
  ])('refuses %s and says what it is', (_, text, reason) => {
    expect(refuseText(text)).toMatch(reason)
  })

  it.each(['שלום', 'مرحبا \u200Fabc', '\u2068isolated\u2069', '👩‍👩‍👧‍👦', 'a\tb\nc', '<script>alert(1)</script>', 'Z̸̡a'])(
    'takes what people write: %s',
    (text) => {
      expect(refuseText(text)).toBeNull()
    },
  )
})

describe('tidying', () => {
  it('folds a line and composes its letters', () => {
    expect(tidyLine('  Cafe\u0301\n\t am  See ')).toBe('Café am See')
  })

  it('keeps paragraphs and drops what cannot be seen', () => {
    expect(tidyText('\r\n one  \r\ntwo\n\n\n\nthree \n')).toBe('one\ntwo\n\nthree')
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(tidyLine(tidyLine(text))).toBe(tidyLine(text))
        expect(tidyText(tidyText(text))).toBe(tidyText(text))
      }),
    )
  })
})

it('counts code points, not halves of them', () => {
  expect(lengthOf('a😀é')).toBe(3)
})
