import { describe, expect, it } from 'vitest'
import { compile, readMessages } from '../../scripts/messages.ts'
import type { Messages } from './messages.ts'
import { voterLine } from './voters.ts'

async function load(locale: string): Promise<Messages> {
  const source = compile(locale, readMessages(locale))
  return ((await import(`data:text/javascript,${encodeURIComponent(source)}`)) as { default: Messages }).default
}
const english = await load('en')
const german = await load('de')

const say = (first: string[], others: number, m = english, locale = 'en') =>
  voterLine(m, locale, { first, others })
    .map((piece) => ('name' in piece ? piece.name : piece.words))
    .join('')

describe('voterLine', () => {
  it('reads as people know it', () => {
    expect(say(['Karen Shawhan', 'Sharon Adams', 'Mark'], 47)).toBe('Karen Shawhan, Sharon Adams, Mark and 47 more')
    expect(say(['Harris', 'Timothy', 'Martin Sheridan'], 1)).toBe('Harris, Timothy, Martin Sheridan and 1 more')
  })
  it('is right for none, one, two, three and four', () => {
    expect(say([], 0)).toBe('No votes yet')
    expect(say(['Karen'], 0)).toBe('Karen')
    expect(say(['Karen', 'Sharon'], 0)).toBe('Karen and Sharon')
    expect(say(['Karen', 'Sharon', 'Mark'], 0)).toBe('Karen, Sharon and Mark')
    expect(say(['Karen', 'Sharon', 'Mark'], 1)).toBe('Karen, Sharon, Mark and 1 more')
  })
  it('counts people without a name among the others', () => {
    expect(say(['Karen'], 1)).toBe('Karen and 1 more')
    expect(say(['Karen', 'Sharon'], 1200)).toBe('Karen, Sharon and 1,200 more')
  })
  it('counts people when nobody gave a name', () => {
    expect(say([], 1)).toBe('1 person')
    expect(say([], 12)).toBe('12 people')
  })
  it('speaks German', () => {
    const sag = (first: string[], others: number) => say(first, others, german, 'de')
    expect(sag([], 0)).toBe('Noch keine Stimmen')
    expect(sag([], 1)).toBe('1 Person')
    expect(sag([], 12)).toBe('12 Personen')
    expect(sag(['Karen', 'Sharon'], 0)).toBe('Karen und Sharon')
    expect(sag(['Karen', 'Sharon', 'Mark'], 1)).toBe('Karen, Sharon, Mark und 1 weitere Person')
    expect(sag(['Karen', 'Sharon', 'Mark'], 1047)).toBe('Karen, Sharon, Mark und 1.047 weitere')
  })
  it('tells names from the words around them, also a name that looks like words', () => {
    expect(voterLine(english, 'en', { first: ['2 more', 'שרה'], others: 2 })).toEqual([
      { name: '2 more' },
      { words: ', ' },
      { name: 'שרה' },
      { words: ' and ' },
      { words: '2 more' },
    ])
  })
})
