import { expect, it } from 'vitest'
import { languages, loadMessages } from './messages.ts'
import { sayNumber, wordsFor } from './words.ts'

it.each(languages)('lets a script say any number as the server says it, in %s', async (locale) => {
  const m = await loadMessages(locale)
  const words = wordsFor(m, locale, { open: true, gated: true, levels: [], settings: { votesPerIdea: 5 } })!
  for (const n of [0, 1, 2, 3, 5, 11, 21, 100, 101, 999, 1000, 12_345, 1_000_000]) {
    expect(sayNumber(words.votes, n, locale)).toBe(m.count_votes({ n }))
    expect(sayNumber(words.votesLeft, n, locale)).toBe(m.votes_left({ n }))
    expect(sayNumber(words.ideasLeft, n, locale)).toBe(m.ideas_left({ n }))
    for (const level of ['invited', 'account', 'email', 'open'] as const)
      expect(sayNumber(words.levels![level], n, locale)).toBe(m.votes_at({ level, n }))
    expect(sayNumber(words.people, n, locale)).toBe(m.voters_unnamed({ n }))
  }
})

it('brings no words for levels to a question that tells none', async () => {
  const m = await loadMessages('en')
  expect(wordsFor(m, 'en', { open: true, gated: false, levels: [], settings: { votesPerIdea: 1 } })).not.toHaveProperty(
    'levels',
  )
})
