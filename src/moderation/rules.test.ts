import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../question/rules.ts'
import { containsOne, isToWait, tokensOf } from './rules.ts'

describe('words to hold', () => {
  it.each([
    ['Straße', 'STRASSE!'],
    ['café', 'Ein Cafe\u0301, bitte'],
    ['free money', 'Get free\n  money now'],
    ['垃圾', '这是垃圾话'],
    ['ขยะ', 'นี่คือขยะจริง'],
    ['spam', 's\u200bp\u200dam'],
    ['spam', 'ｓｐａｍ'],
    ['शब्द', 'यह शब्द है'],
  ])('%s is found in “%s”', (word, text) => {
    expect(containsOne([word], [text])).toBe(true)
  })

  it.each([
    ['ass', 'a first class glass'],
    ['Straße', 'Hauptstraße'],
    ['free money', 'money free'],
    ['free money', 'free, and then money'.replace(',', ' x')],
    ['शब्द', 'शब्दकोश'],
    ['', 'anything'],
    ['…', 'And so on …'],
  ])('%s is not found in “%s”', (word, text) => {
    expect(containsOne([word], [text])).toBe(false)
  })

  it('are found as whole words wherever they stand, and nowhere else', () => {
    const word = fc.stringMatching(/^[a-zäöüß]{1,6}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), fc.array(word, { maxLength: 20 }), (words, text) => {
        const folded = (one: string) => tokensOf(one).join(' ')
        const expected = text.some((one) => words.some((listed) => folded(listed) === folded(one)))
        expect(containsOne(words, [text.join(', ')])).toBe(expected)
      }),
    )
  })

  it('take no longer for a text that begins like one of them again and again', () => {
    const words = Array.from({ length: 200 }, (_, n) => `${'a '.repeat(28)}${n}`)
    const began = performance.now()
    expect(containsOne(words, ['a '.repeat(2_500)])).toBe(false)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('hold nothing of the owner’s, and all else waits where everything does', () => {
    const hold = { ...defaultSettings, moderation: 'hold' as const }
    expect(isToWait(hold, true, ['spam'], ['spam'])).toBe(false)
    expect(isToWait(hold, false, [], ['Hello'])).toBe(true)
    expect(isToWait(defaultSettings, false, ['spam'], ['Hello'])).toBe(false)
    expect(isToWait(defaultSettings, false, ['spam'], ['Hello', 'Spam.'])).toBe(true)
  })
})
