/** Sends the token that stands behind the # of an owner link, and takes it out of the address. */
export function openOwnerLink(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-owner-link]')
  const input = form?.elements.namedItem('token')
  const token = location.hash.slice(1)
  if (!form || !(input instanceof HTMLInputElement) || !/^[\w-]{16,}$/.test(token)) return
  history.replaceState(history.state, '', location.pathname)
  input.value = token
  form.requestSubmit()
}
