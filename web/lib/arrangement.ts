import type { QuestionPage } from './question-page.ts'

/**
 * What an address says for the page to stay as the reader arranged it. What was shuffled for a stranger stays so only by
 * its seed.
 * @param before the comment before which the discussion ends, null for its newest part; left out, it stays as it is
 */
export function arrangement(
  asked: Iterable<[name: string, value: string]>,
  { order, seed, me }: Pick<QuestionPage, 'order' | 'seed' | 'me'>,
  before?: string | null,
): string {
  // Kit names the action of a form by a parameter that begins with a slash.
  const search = new URLSearchParams([...asked].filter(([name]) => !name.startsWith('/')))
  if (order === 'shuffled' && !me.takesPart) {
    search.set('order', order)
    search.set('seed', seed)
  }
  if (before !== undefined) search.delete('before')
  if (before) search.set('before', before)
  return search.toString()
}
