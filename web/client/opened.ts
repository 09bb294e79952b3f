/**
 * Puts what a reader opened behind the link that opened it, where it stays whatever is sent meanwhile. Link and what it
 * opened find each other again by their ids.
 */
export function openBehind(link: HTMLElement, opened: HTMLElement): void {
  opened.id = `${link.id}-opened`
  opened.dataset.opened = link.id
  link.after(opened)
}

/** What this link has opened, if it is open. */
export function openedBy(link: HTMLElement): HTMLElement | null {
  return document.getElementById(`${link.id}-opened`)
}

/** Lets a new page have open what is open on this one: the link as it stands, and a place for what it opened. */
export function keepOpened(main: HTMLElement, newMain: HTMLElement): void {
  for (const opened of main.querySelectorAll<HTMLElement>('[data-opened]')) {
    const id = opened.dataset.opened ?? ''
    const link = main.querySelector(`[id="${id}"]`)
    const place = newMain.querySelector(`[id="${id}"]`)
    if (link) place?.replaceWith(link.cloneNode(true), opened.cloneNode(false))
  }
}
