import { sayNumber } from '../lib/words.ts'
import { keepOrder } from '../lib/keep-order.ts'
import { own } from './own.ts'
import { questionOf, wordsOf } from './question.ts'
import { showTallies } from './tallies.ts'

/** New ideas as they came, which would move what somebody is reading; and the order of all, by their ids. */
let waiting: HTMLElement[] = []
let order: string[] = []

/** Ids of ideas that were added since the page came. */
const added = new Set<string>()

export function hearAdded(id: string): void {
  added.add(id)
}

/** Ids of ideas that nobody can see any more since the page came. */
const gone = new Set<string>()

export function hearGone(id: string, isGone: boolean): void {
  if (isGone) gone.add(id)
  else gone.delete(id)
}

export function isGone(id: string): boolean {
  return gone.has(id)
}

/** Takes new ideas out of a page that is about to be shown, and has it say how many there are. */
export function holdBack(main: HTMLElement, newMain: HTMLElement): void {
  const [seen, rows] = [main, newMain].map((page) => page.querySelector<HTMLElement>('[data-arrangement]'))
  waiting = []
  // Where nothing is in order yet, or another order was asked for, everything comes at once.
  if (seen && rows && seen.dataset.arrangement === rows.dataset.arrangement) {
    const known = rowsOf(seen).map(idOf)
    order = keepOrder(
      known,
      rowsOf(rows).map((row) => ({ id: idOf(row) })),
    ).map(({ id }) => id)
    const isPart = rows.dataset.part !== undefined
    waiting = rowsOf(rows).filter((row) => {
      const id = idOf(row)
      // Into a part of many ideas those come as well that have only changed their places.
      return !known.includes(id) && !own.has(`idea-${id}`) && (!isPart || added.has(id))
    })
    for (const row of waiting) row.remove()
  }
  sayWaiting(newMain)
}

/** Lets the button put the new ideas where they belong. @param shown is called when they are there */
export function offerWaiting(shown: () => void): void {
  document.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('[data-new-ideas] button')) {
      show()
      shown()
    }
  })
}

function show(): void {
  const list = document.querySelector<HTMLElement>('[data-arrangement]')
  const first = order.find((id) => waiting.some((row) => idOf(row) === id))
  if (!list) return
  const rows = new Map([...rowsOf(list), ...waiting].map((row) => [idOf(row), row]))
  let before: HTMLElement | undefined
  for (const row of order.flatMap((id) => rows.get(id) ?? [])) {
    // Rows that are there stay where they are: a video in them would begin anew.
    if (waiting.includes(row)) {
      if (before) before.after(row)
      else list.prepend(row)
    }
    before = row
  }
  waiting = []
  sayWaiting(document)
  showTallies(document)
  const place = document.getElementById(`idea-${first}`)
  place?.focus({ preventScroll: true })
  place?.scrollIntoView({ block: 'nearest' })
}

function sayWaiting(page: ParentNode): void {
  const bar = page.querySelector<HTMLElement>('[data-new-ideas]')
  const button = bar?.querySelector('button')
  const root = questionOf(document)
  const words = root && wordsOf(root)
  if (!bar || !button || !words) return
  bar.hidden = waiting.length === 0
  document.documentElement.toggleAttribute('data-waiting', !bar.hidden)
  button.textContent = sayNumber(words.showIdeas, waiting.length, document.documentElement.lang)
}

function rowsOf(list: HTMLElement): HTMLElement[] {
  return [...list.children].filter((row) => row instanceof HTMLElement)
}

function idOf(row: HTMLElement): string {
  return row.dataset.id ?? ''
}
