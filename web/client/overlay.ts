import type { Overlay } from '../../src/snapshot/wire.ts'
import { sayNumber } from '../lib/words.ts'
import { questionOf, wordsOf } from './question.ts'
import { showResults } from './tallies.ts'
import { markTaps } from './taps.ts'
import { showAgreed, showVotes } from './pressed.ts'

/** The page that everyone gets is enough for this device: the script marks on it what is the visitor's own. */
const cookie = 'folkmoot_script'

/** Long enough to go from page to page; where the script runs no more, pages come with everything marked soon. */
const anHour = 3600

function remember(id: string, seconds: number): void {
  const secure = location.protocol === 'https:' ? '; secure' : ''
  document.cookie = `${cookie}=1; path=/q/${id}; max-age=${seconds}; samesite=lax${secure}`
}

function isRemembered(): boolean {
  return document.cookie.split('; ').includes(`${cookie}=1`)
}

/**
 * Marks on a page of a question what is this visitor's own: who they are, what they voted for and agree with, what they
 * may edit, what their limits leave. On a page that was made for this device, all of that is there already.
 * @param askedAt when the page was asked for: what was tapped since, it does not know
 * @returns false when the page has to be made for this visitor after all: the owner may do more on it, and where a level is
 *   needed, whoever has it
 */
export async function markOwn(page: Document, askedAt = performance.now()): Promise<boolean> {
  const root = questionOf(page)
  const id = root?.dataset.question
  if (!root || id === undefined) return true
  if (root.dataset.device !== undefined) remember(id, anHour)
  if (root.dataset.everyone === undefined || !isRemembered()) {
    markTaps(page, askedAt)
    return true
  }
  const asked = performance.now()
  const me = await fetchOverlay(id)
  // Without an answer the page stands as for everyone; what is done on it is still this device's.
  if (!me) return true
  // What somebody may do on it depends on how well they are proven.
  if (me.role === 'owner' || (root.dataset.gated !== undefined && me.participant)) {
    remember(id, 0)
    return false
  }
  remember(id, anHour)
  mark(page, root, me)
  markTaps(page, asked)
  return true
}

async function fetchOverlay(id: string): Promise<Overlay | null> {
  const answer = await fetch(`/api/v1/questions/${id}/me`).catch(() => null)
  return answer?.ok === true ? ((await answer.json()) as Overlay) : null
}

function mark(page: Document, root: HTMLElement, me: Overlay): void {
  delete root.dataset.everyone
  root.dataset.device = 'true'
  for (const id of me.votes) showVotes(page.getElementById(`vote-${id}`), me.values[id] ?? 1)
  for (const id of me.agreements) showAgreed(page.getElementById(`agree-${id}`), true)
  for (const id of [...me.ideas, ...me.arguments, ...me.comments])
    page.querySelector(`[data-edit="${id}"]`)?.removeAttribute('hidden')
  if (me.results) showResults(page, me.results)
  sayIdeasLeft(page, root, me)
  if (!me.participant) return
  sayTakingPart(page, root, me)
  if (!(me.participant.name === null && root.dataset.namesRequired !== undefined)) {
    delete root.dataset.asksName
    for (const field of root.querySelectorAll('input[name=name]')) field.closest('.field')?.remove()
  }
  // Who takes part has an order of their own without saying so.
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a[href^="?order=shuffled&"]'))
    link.setAttribute('href', '?order=shuffled#ideas')
}

function sayTakingPart(page: Document, root: HTMLElement, { participant, votesLeft }: Overlay): void {
  const template = page.getElementById('taking-part')
  if (!(template instanceof HTMLTemplateElement)) return
  const line = page.importNode(template.content, true).querySelector('.me')
  const said = line?.querySelector('span')
  const name = participant?.name ?? null
  const told = said?.querySelector(name === null ? '[data-unnamed]' : '[data-named]')
  if (!line || !said || !told) return
  const bdi = told.querySelector('bdi')
  if (bdi) bdi.textContent = name
  const words = wordsOf(root)
  const left = words && votesLeft !== null ? ` ${sayNumber(words.votesLeft, votesLeft, page.documentElement.lang)}` : ''
  said.replaceChildren(...told.childNodes, left)
  root.querySelector('p.me')?.remove()
  template.after(line)
}

function sayIdeasLeft(page: Document, root: HTMLElement, { ideasLeft }: Overlay): void {
  const said = root.querySelector('[data-ideas-left]')
  const words = wordsOf(root)
  if (!said || !words || ideasLeft === null) return
  said.textContent = sayNumber(words.ideasLeft, ideasLeft, page.documentElement.lang)
  const spent = page.getElementById('ideas-spent')
  if (ideasLeft !== 0 || !(spent instanceof HTMLTemplateElement)) return
  said.closest('form')?.replaceWith(page.importNode(spent.content, true))
  // By which one votes for an idea like one's own.
  page.getElementById('similar-vote')?.remove()
}
