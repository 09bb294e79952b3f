import { enliven } from './enliven.ts'
import { showAnew } from './page.ts'

/** How often the desk looks what has come or was dealt with, in milliseconds. */
const lookEvery = 5_000

const items = () => [...document.querySelectorAll<HTMLElement>('[data-desk] > [data-wait]')]

/** The owner's desk by the keyboard, while one of what waits is in focus, and up to date by itself. */
export function workAtDesk(): void {
  if (!document.querySelector('[data-desk]')) return
  document.addEventListener('keydown', pressed)
  setInterval(() => {
    if (document.hidden || !document.querySelector('[data-desk]') || isBusy()) return
    showAnew('reload').then(enliven, () => undefined)
  }, lookEvery)
}

/** While something is being sent or typed nothing changes under the owner's hands. */
function isBusy(): boolean {
  return (
    document.querySelector('form[aria-busy=true]') !== null ||
    document.activeElement?.matches('input, textarea, select') === true
  )
}

function pressed(event: KeyboardEvent): void {
  const { target, key } = event
  if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return
  const section = target.closest('#queue')
  if (!section || target.matches('input, textarea, select')) return
  const all = items()
  const item = target.closest<HTMLElement>('[data-wait]')
  const at = item ? all.indexOf(item) : -1
  if (key === 'j' || key === 'k') {
    const next = all[key === 'j' ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0)]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  } else if (key === 'u') document.querySelector<HTMLElement>('#last [data-undo]')?.click()
  else if (item && 'adhem'.includes(key)) act(item, key)
  else return
  event.preventDefault()
}

function act(item: HTMLElement, key: string): void {
  const found = item.querySelector<HTMLElement>(`[data-key=${key}]`)
  if (!(found instanceof HTMLDetailsElement)) {
    found?.click()
    return
  }
  found.open = true
  found.querySelector<HTMLElement>('input:not([type=hidden]), textarea, select')?.focus()
}
