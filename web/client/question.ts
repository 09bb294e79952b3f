import type { Words } from '../lib/words.ts'

/** The root of a question's page, with what the script goes by; null on any other page. */
export function questionOf(page: Document): HTMLElement | null {
  return page.querySelector<HTMLElement>('#question[data-question]')
}

/** What may have to be said on this page, in its language; null when the question is closed. */
export function wordsOf(root: HTMLElement): Words | null {
  const { words } = root.dataset
  return words === undefined ? null : (JSON.parse(words) as Words)
}
