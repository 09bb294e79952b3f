/** Shows the copy buttons where the browser lets a page copy. */
export function offerCopying(): void {
  // Browsers have no clipboard for pages that came over plain http.
  if (!('clipboard' in navigator)) return
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    if (!button.hidden) continue
    button.hidden = false
    button.onclick = () => void copy(button)
    field(button)?.addEventListener('focus', (event) => (event.target as HTMLInputElement).select())
  }
}

function field(button: HTMLElement): HTMLInputElement | null {
  return document.getElementById(button.dataset.copy ?? '') as HTMLInputElement | null
}

async function copy(button: HTMLButtonElement): Promise<void> {
  await navigator.clipboard.writeText(field(button)?.value ?? '')
  const label = button.textContent
  const done = button.dataset.done ?? ''
  const status = button.closest('.field')?.querySelector('[role=status]')
  button.textContent = done
  if (status) status.textContent = done
  setTimeout(() => {
    button.textContent = label
    if (status) status.textContent = ''
  }, 4000)
}
