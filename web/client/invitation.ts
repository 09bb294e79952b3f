/**
 * Takes the token that stands behind the # of an invitation, so that nobody has to paste it; it is sent when the button is
 * pressed, and then goes out of the address and what the browser remembers of it.
 */
export function openInvitation(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-invitation]')
  const input = form?.elements.namedItem('token')
  const token = location.hash.slice(1)
  if (!form || !(input instanceof HTMLInputElement) || !/^[\w-]{16,}$/.test(token)) return
  input.value = token
  form.querySelector('[data-paste]')?.setAttribute('hidden', '')
  form.addEventListener('submit', () => history.replaceState(history.state, '', location.pathname))
}
