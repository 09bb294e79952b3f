import { describe, expect, it } from 'vitest'
import { chooseLanguage, chosenCoding, directionOf } from './negotiate.ts'

const available = ['de', 'en', 'pt-BR']

describe('chooseLanguage', () => {
  it('takes what the person chose before what the browser asks for', () => {
    expect(chooseLanguage('de', 'en', available)).toBe('de')
  })
  it('passes over a choice that has no message file', () => {
    expect(chooseLanguage('xx', 'de', available)).toBe('de')
  })
  it('goes by the quality that the browser states', () => {
    expect(chooseLanguage(undefined, 'fr, en;q=0.5, de;q=0.8', available)).toBe('de')
  })
  it('finds a wider or narrower relative of the language asked for', () => {
    expect(chooseLanguage(undefined, 'de-AT', available)).toBe('de')
    expect(chooseLanguage(undefined, 'pt', available)).toBe('pt-BR')
  })
  it('speaks English when it understands nothing', () => {
    expect(chooseLanguage(undefined, null, available)).toBe('en')
    expect(chooseLanguage(undefined, ';;q=,*;q=0', available)).toBe('en')
  })
})

it('knows which way a language is written', () => {
  expect(directionOf('de')).toBe('ltr')
  expect(directionOf('ar')).toBe('rtl')
})

it.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0', 'gzip'],
  ['GZIP', 'gzip'],
  ['identity', null],
  ['', null],
  [null, null],
])('for “%s” chooses %s', (accepted, coding) => {
  expect(chosenCoding(accepted)).toBe(coding)
})
