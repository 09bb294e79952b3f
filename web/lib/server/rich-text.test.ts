import { describe, expect, it } from 'vitest'
import { hashtagsIn, takeApart } from './rich-text.ts'

describe('takeApart', () => {
  it('keeps paragraphs and lines', () => {
    expect(takeApart('one\ntwo\n\nthree')).toEqual([[['one'], ['two']], [['three']]])
  })
  it('finds links and leaves the full stop outside', () => {
    expect(takeApart('See https://example.org/a_b?c=d. Or www.example.org')).toEqual([
      [
        [
          'See ',
          ['https://example.org/a_b?c=d', 'https://example.org/a_b?c=d'],
          '. Or ',
          ['www.example.org', 'https://www.example.org'],
        ],
      ],
    ])
  })
  it('finds hashtags in every script, but neither numbers nor parts of addresses', () => {
    expect(takeApart('#nhs #größe! #1 a#b')).toEqual([
      [
        [
          ['#nhs', 'https://mastodon.social/tags/nhs'],
          ' ',
          ['#größe', 'https://mastodon.social/tags/gr%C3%B6%C3%9Fe'],
          '! #1 a#b',
        ],
      ],
    ])
    expect(takeApart('https://example.org/#part')).toEqual([
      [[['https://example.org/#part', 'https://example.org/#part']]],
    ])
  })
  it('makes no link of script, mail or local addresses', () => {
    const text =
      'javascript:alert(1) data:text/html,x mailto:a@example.org a@example.org //example.org/x ftp://example.org'
    expect(
      takeApart(text)
        .flat(2)
        .filter((piece) => typeof piece !== 'string' && !piece[1].startsWith('http')),
    ).toEqual([])
  })
  it('makes at most 100 links of a text, however many lines it has', () => {
    const pieces = takeApart('a.de b.de\n'.repeat(80)).flat(2)
    expect(pieces.filter((piece) => typeof piece !== 'string')).toHaveLength(100)
    expect(pieces.at(-1)).toBe('a.de b.de')
  })
  it('takes a text apart once, and forgets what was not asked for since', () => {
    const first = takeApart('https://example.org/first')
    expect(takeApart('https://example.org/first')).toBe(first)
    for (let n = 0; n < 2500; n++) takeApart(`Text ${n}`)
    const anew = takeApart('https://example.org/first')
    expect(anew).toEqual(first)
    expect(anew).not.toBe(first)
  })
  it('has nothing for an empty text', () => {
    expect(takeApart('')).toEqual([])
  })
})

it('finds each hashtag once', () => {
  expect(hashtagsIn('#a and #b and #a')).toEqual(['#a', '#b'])
})
