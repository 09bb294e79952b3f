import { questionOf, wordsOf } from './question.ts'

/**
 * Shows how many votes an idea has of this visitor, as the server would.
 * @param control the button of an idea's vote, or the number between two of them; nothing happens without one
 */
export function showVotes(control: HTMLElement | null, votes: number): void {
  if (control?.dataset.value === undefined) showVoted(control, votes > 0)
  else showStand(control, votes)
}

function showStand(control: HTMLElement, votes: number): void {
  const form = control.closest('form')
  const root = questionOf(control.ownerDocument)
  const stand = root && wordsOf(root)?.stand.replace('#', sayPlainly(votes))
  if (!form || !stand) return
  control.dataset.value = String(votes)
  control.classList.toggle('some', votes > 0)
  for (const said of form.querySelectorAll('[data-stand]')) said.textContent = stand
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[data-by]')) {
    const to = stepped(control, Number(button.dataset.by))
    button.value = String(to)
    button.ariaDisabled = String(to === votes)
  }
}

/** How many votes there are after a step, as far as one can go. */
export function stepped(control: HTMLElement, by: number): number {
  const { value, most } = control.dataset
  return Math.max(0, Math.min(Number(value) + by, Math.max(Number(most), Number(value))))
}

function sayPlainly(n: number): string {
  return new Intl.NumberFormat(document.documentElement.lang).format(n)
}

function showVoted(button: HTMLElement | null, voted: boolean): void {
  if (!button || !press(button, voted, 'vote', 'unvote')) return
  const hint = button.parentElement?.querySelector<HTMLElement>('[id$="-hint"]')
  if (!hint) return
  hint.hidden = !voted
  if (voted) button.setAttribute('aria-describedby', hint.id)
  else button.removeAttribute('aria-describedby')
}

/** Shows whether somebody agrees with an argument. @param button of the agreement; nothing happens without one */
export function showAgreed(button: HTMLElement | null, agreed: boolean): void {
  if (button) press(button, agreed, 'agree', 'disagree')
}

/** @returns whether that changed anything */
function press(button: HTMLElement, pressed: boolean, verb: string, opposite: string): boolean {
  const form = button.closest('form')
  if (!form || isPressed(button) === pressed) return false
  button.ariaPressed = String(pressed)
  const [from, to] = pressed ? [verb, opposite] : [opposite, verb]
  form.setAttribute('action', (form.getAttribute('action') ?? '').replace(`?/${from}`, `?/${to}`))
  return true
}

function isPressed(button: HTMLElement): boolean {
  return button.ariaPressed === 'true'
}

/** How many votes a control shows; of a button, 1 for pressed. */
export function standOf(control: HTMLElement): number {
  return control.dataset.value === undefined ? Number(isPressed(control)) : Number(control.dataset.value)
}
