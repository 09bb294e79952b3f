import type { QuestionPage } from './question-page.ts'

/** What is to be shown wherever it stands by now: an idea, and perhaps an argument of it. */
export interface Place {
  idea?: string
  argument?: string
}

/** Where a question's page shows an idea, or an argument of it, wherever it stands by now. */
export function pathTo(questionId: string, { idea, argument }: Place & { idea: string }): string {
  const search = argument === undefined ? `idea=${idea}` : `idea=${idea}&argument=${argument}`
  return `/q/${questionId}?${search}#${argument === undefined ? `idea-${idea}` : `argument-${argument}`}`
}

interface Changes {
  /** The comment before which the discussion ends, null for its newest part; left out, it stays as it is. */
  before?: string | null
  /** The place at which the shown stretch of ideas begins; left out, it stays as it is. */
  from?: number
  place?: Place
}

/**
 * What an address says for the page to stay as the reader arranged it. What was shuffled for a stranger stays so only by
 * its seed.
 */
export function arrangement(
  asked: Iterable<[name: string, value: string]>,
  { order, seed, me, stretch }: Pick<QuestionPage, 'order' | 'seed' | 'me' | 'stretch'>,
  { before, from = stretch.first, place = {} }: Changes = {},
): string {
  // Kit names the action of a form by a parameter that begins with a slash.
  const search = new URLSearchParams([...asked].filter(([name]) => !name.startsWith('/')))
  if (order === 'shuffled' && !me.takesPart) {
    search.set('order', order)
    search.set('seed', seed)
  }
  // Where it was looked for says nothing any more; where it was found does.
  for (const name of ['from', 'idea', 'argument']) search.delete(name)
  if (from > 1) search.set('from', String(from))
  if (place.idea !== undefined) search.set('idea', place.idea)
  if (place.argument !== undefined) search.set('argument', place.argument)
  if (before !== undefined) search.delete('before')
  if (before) search.set('before', before)
  return search.toString()
}
