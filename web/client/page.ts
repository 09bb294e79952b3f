import { Idiomorph } from 'idiomorph'
import { keepOrder } from '../lib/keep-order.ts'
import { keepOpened } from './opened.ts'
import { markOwn } from './overlay.ts'
import { showPause } from './pausing.ts'
import { holdSteady } from './steady.ts'
import { hearBrought, showTallies } from './tallies.ts'
import { holdBack, isGone } from './waiting.ts'

/**
 * Brings the page up to date with what the server answered, changing only what differs: what people are typing, have
 * opened or are about to tap stays as it is.
 * @param sent the form that was sent, if one was: its fields take what the server says
 * @param askedAt when it was asked, by the clock of `performance`
 * @returns false when the answer is no page of ours
 */
export async function showPage(html: string, sent: HTMLFormElement | null, askedAt?: number): Promise<boolean> {
  const next = new DOMParser().parseFromString(html, 'text/html')
  if (!(await markOwn(next, askedAt))) return await showAnew()
  const newMain = next.getElementById('main')
  const main = document.getElementById('main')
  if (!main || !newMain) return false
  showTallies(next)
  if (sent === null) hearBrought(next)
  showPause(newMain)
  holdBack(main, newMain)
  keepRows(main, newMain)
  keepOpened(main, newMain)
  document.title = next.title
  const letGo = holdSteady()
  await Idiomorph.morph(main, newMain, {
    morphStyle: 'outerHTML',
    callbacks: {
      beforeNodeMorphed: (old) => !isBeingTyped(old, sent) && !isOpened(old),
      beforeNodeRemoved: (node) => !isToStay(node, sent),
      beforeAttributeUpdated: (name, node, what) =>
        !(name === 'open' && what === 'remove' && node instanceof HTMLDetailsElement),
    },
  })
  letGo()
  return true
}

/**
 * Shows the page as it is now, arranged as the reader has it.
 * @param cache `reload` after the reader's own contribution, which they want to see. Else a busy server may send what was
 *   right a moment ago, and nothing at all to who has that
 * @returns false when the answer is no page of ours
 */
export async function showAnew(cache: 'no-cache' | 'reload' = 'no-cache'): Promise<boolean> {
  const askedAt = performance.now()
  const address = addressOf()
  const page = await fetch(address, { headers: { accept: 'text/html' }, cache })
  if (!page.ok) throw new Error('The page is not to be had now.')
  const html = await page.text()
  // What the reader sent meanwhile may have led them on, to another part of the page.
  if (address !== addressOf()) return await showAnew(cache)
  return await showPage(html, null, askedAt)
}

/** Where this page is to be had again. A stranger's shuffled order is another one each time unless its seed is asked for. */
function addressOf(): string {
  const seeded = document.querySelector('form[action*="order=shuffled&seed="]')?.getAttribute('action')
  const seed = /order=shuffled&seed=\w+/.exec(seeded ?? '')?.[0]
  return location.pathname + (location.search || (seed === undefined ? '' : `?${seed}`))
}

/** What is told once stays while its page is there; so does what somebody is typing, though its form is gone. */
function isToStay(node: Node, sent: HTMLFormElement | null): boolean {
  if (!(node instanceof HTMLElement)) return false
  // Why something was refused, and the text of it, stay until something else is sent, whatever others do meanwhile.
  if (node.dataset.refused !== undefined) return sent === null
  return node.dataset.once !== undefined || [...node.querySelectorAll('*')].some((one) => isBeingTyped(one, sent))
}

/** Whether somebody has changed this field and not sent it yet. */
function isBeingTyped(node: Node, sent: HTMLFormElement | null): boolean {
  if (!(node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement)) return false
  if (sent !== null && node.form === sent) return false
  const isTicked = node instanceof HTMLInputElement && node.checked !== node.defaultChecked
  return isTicked || (node.type !== 'hidden' && node.value !== node.defaultValue)
}

/** Whether a script put this there for the reader; the server knows nothing of it. */
function isOpened(node: Node): boolean {
  return node instanceof HTMLElement && node.dataset.opened !== undefined
}

/** Rows stay where the reader saw them, as long as no other order was asked for. */
function keepRows(main: HTMLElement, newMain: HTMLElement): void {
  const [seen, rows] = [main, newMain].map((page) => page.querySelector<HTMLElement>('[data-arrangement]'))
  if (!seen || !rows || seen.dataset.arrangement !== rows.dataset.arrangement) return
  const idsOf = (list: HTMLElement) => [...list.children].map((row) => (row as HTMLElement).dataset.id ?? '')
  const byId = new Map([...rows.children].map((row) => [(row as HTMLElement).dataset.id ?? '', row]))
  // Of many ideas a page shows a stretch. Which ones lie in it changes with every vote; the reader's stay.
  if (rows.dataset.part !== undefined) {
    const stay = idsOf(seen).filter((id) => !isGone(id))
    rows.replaceChildren(
      ...stay.flatMap((id) => byId.get(id) ?? seen.querySelector(`:scope > [data-id="${id}"]`)?.cloneNode(true) ?? []),
    )
    return
  }
  rows.append(
    ...keepOrder(
      idsOf(seen),
      idsOf(rows).map((id) => ({ id })),
    ).flatMap(({ id }) => byId.get(id) ?? []),
  )
}
