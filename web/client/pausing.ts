import { announce } from './announcing.ts'

let paused = false

/** Whether the reader wants the page to stay as it is. Lasts as long as the page. */
export function isPaused(): boolean {
  return paused
}

/** Lets the button pause live updates and go on with them. @param changed is called after each press */
export function offerPause(changed: () => void): void {
  document.addEventListener('click', (event) => {
    const place = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-live]') : null
    if (!place) return
    paused = !paused
    showPause(document)
    announce((paused ? place.dataset.paused : place.dataset.resumed) ?? '')
    changed()
  })
  showPause(document)
}

/** Has a page offer to pause, or to go on. */
export function showPause(page: ParentNode): void {
  const place = page.querySelector<HTMLElement>('[data-live]')
  const button = place?.querySelector('button')
  if (!place || !button) return
  place.hidden = false
  button.textContent = (paused ? place.dataset.resume : place.dataset.pause) ?? ''
}
