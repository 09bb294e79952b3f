/** Shows a vote as cast or not, as the server would. @param button of an idea's vote; nothing happens without one */
export function showVoted(button: HTMLElement | null, voted: boolean): void {
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

export function isPressed(button: HTMLElement): boolean {
  return button.ariaPressed === 'true'
}
