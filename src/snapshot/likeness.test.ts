import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { likenessOf, piecesOf } from './likeness.ts'

const like = (one: string, other: string) => likenessOf(piecesOf(one), piecesOf(other)).like

describe('how alike two texts are', () => {
  it.each([
    ['capitals, accents and punctuation', 'Ein Café für ALLE!', 'ein cafe fur alle'],
    ['ways to write ß', 'Straße sperren', 'STRASSE SPERREN'],
    ['a sigma at the end of a word', 'ΔΡΌΜΟΣ', 'δρόμος'],
    ['full-width letters', 'Ｐａｒｋ', 'park'],
    ['the order of the words', 'Benches in the park', 'In the park, benches'],
  ])('makes no difference of %s', (_what, one, other) => {
    expect(like(one, other)).toBe(1)
  })

  it.each([
    ['English', 'Longer opening hours of the library', 'Open the library for longer hours', 'More buses at night'],
    ['German', 'Die Bücherei länger öffnen', 'Längere Öffnungszeiten der Bücherei', 'Mehr Busse in der Nacht'],
    ['Turkish', 'Kütüphanenin açılış saatlerini uzatmak', 'Kütüphane daha uzun açık kalsın', 'Gece otobüsü'],
    ['Japanese', '図書館の開館時間を延長する', '図書館をもっと長く開館してほしい', '夜のバスを増やす'],
    ['Chinese', '图书馆延长开放时间', '延长图书馆的开放时间', '增加夜间公交车'],
    ['Thai', 'ขยายเวลาเปิดห้องสมุด', 'เปิดห้องสมุดให้นานขึ้น', 'เพิ่มรถเมล์กลางคืน'],
    ['Hebrew', 'להאריך את שעות הספרייה', 'שעות ספרייה ארוכות יותר', 'אוטובוס לילה'],
    ['Hindi', 'पुस्तकालय का समय बढ़ाएँ', 'पुस्तकालय देर तक खुला रहे', 'रात की बसें'],
  ])('finds more in common in %s between two ways to say the same than with something else', (_, one, same, other) => {
    expect(like(one, same)).toBeGreaterThan(like(one, other) + 0.15)
  })

  it('tells vowels apart where they are written as marks', () => {
    expect(like('कि', 'कु')).toBeLessThan(1)
  })

  it('knows what somebody has only begun to type in what they mean', () => {
    const { like, contained } = likenessOf(piecesOf('playgr'), piecesOf('Build a playground behind the school'))
    expect(contained).toBeGreaterThan(0.8)
    expect(like).toBeLessThan(0.5)
  })

  it('lies between 0 and 1, is the same both ways, and whole for a text and itself', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const both = like(one, other)
        expect(both).toBeGreaterThanOrEqual(0)
        expect(both).toBeLessThanOrEqual(1)
        expect(like(other, one)).toBe(both)
        if (piecesOf(one).size > 0) expect(like(one, one)).toBe(1)
      }),
    )
  })
})
