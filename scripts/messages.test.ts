import { describe, expect, it } from 'vitest'
import { catalogue } from '../src/base/refusals.ts'
import { locales, parameterTypes, readMessages } from './messages.ts'

const english = readMessages('en')

describe.each(locales())('the messages in %s', (locale) => {
  const own = readMessages(locale)

  it('are all there, and no more', () => {
    expect(Object.keys(own).sort()).toEqual(Object.keys(english).sort())
  })
  it('say something each', () => {
    const silent = Object.keys(own).filter((key) => own[key]?.trim() === '')
    expect(silent).toEqual([])
  })
  it('need the same values as in English', () => {
    for (const [key, text] of Object.entries(own))
      expect(parameterTypes(locale, key, text), key).toEqual(parameterTypes('en', key, english[key] ?? ''))
  })
  it('have a sentence for every refusal, and for none that there is not', () => {
    const said = Object.keys(own).flatMap((key) => (key.startsWith('refusal_') ? [key.slice('refusal_'.length)] : []))
    expect(said.sort()).toEqual(Object.keys(catalogue).sort())
  })
  it('are written without an exclamation mark', () => {
    expect(Object.keys(own).filter((key) => own[key]?.includes('!'))).toEqual([])
  })
})
