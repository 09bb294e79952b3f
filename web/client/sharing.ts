/** Shows the button that opens the device's own sharing, where there is one. */
export function offerSharing(): void {
  if (typeof navigator.share !== 'function') return
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-share]')) {
    const { share: url = '', title = '' } = button.dataset
    button.closest('li')?.removeAttribute('hidden')
    // Closing the sheet without choosing is no failure.
    button.onclick = () => void navigator.share({ title, url }).catch(() => undefined)
  }
}
