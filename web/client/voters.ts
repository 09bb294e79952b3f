import type { VoterPage } from '../../src/vote/wire.ts'

/** Opens the list of voters in place, a page at a time. */
export function openVoters(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-voters]') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const list = link.nextElementSibling
    const isOpen = list?.classList.contains('names') ?? false
    link.ariaExpanded = String(!isOpen)
    if (isOpen) list?.remove()
    else void open(link)
  })
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const list = document.createElement('div')
  list.className = 'names'
  link.after(list)
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
