import type { VoterPage } from '../../src/vote/wire.ts'
import { openBehind, openedBy } from './opened.ts'

/** Opens the list of voters in place, a page at a time. */
export function openVoters(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-voters]') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const list = openedBy(link)
    if (list) list.remove()
    else void open(link)
    tell(link, !list)
  })
}

/** Says of the links that their list opens and closes here. */
export function offerVoters(): void {
  for (const link of document.querySelectorAll<HTMLElement>('a[data-voters]:not([aria-expanded])'))
    link.ariaExpanded = 'false'
}

/** The link says what it would do now, and whether its list is open. */
function tell(link: HTMLElement, isOpen: boolean): void {
  link.ariaExpanded = String(isOpen)
  const label = link.querySelector('span')
  const { other = '' } = link.dataset
  link.dataset.other = label?.textContent ?? ''
  if (label) label.textContent = other
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const list = document.createElement('div')
  list.className = 'names'
  openBehind(link, list)
  await addPage(link, list, null)
}

async function addPage(link: HTMLAnchorElement, list: HTMLElement, after: string | null): Promise<void> {
  const response = await fetch(`${link.dataset.voters}?limit=100${after ? `&after=${after}` : ''}`).catch(() => null)
  // Where the list cannot be had in place, its own page has it.
  if (!response?.ok) {
    location.assign(link.href)
    return
  }
  const page = (await response.json()) as VoterPage
  const voters = page.voters.map(({ name }) => {
    const voter = document.createElement('bdi')
    voter.textContent = name ?? link.dataset.somebody ?? ''
    voter.className = name === null ? 'soft' : ''
    return voter
  })
  list.append(...voters)
  if (after !== null) goOnReading(voters[0])
  if (page.next === null) return
  const more = document.createElement('button')
  more.className = 'quiet'
  more.textContent = link.dataset.next ?? ''
  more.onclick = () => void addPage(link, list, page.next).then(() => more.remove())
  list.append(more)
}

/** The button goes with its click; the focus moves on to what it brought, rather than back to the top of the page. */
function goOnReading(voter: HTMLElement | undefined): void {
  if (!voter) return
  voter.tabIndex = -1
  voter.focus()
}
