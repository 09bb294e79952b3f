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

/** Until when each button says that it copied. */
const saying = new WeakMap<HTMLElement, ReturnType<typeof setTimeout>>()

async function copy(button: HTMLButtonElement): Promise<void> {
  const { done = '', failed = '' } = button.dataset
  const input = field(button)
  const status = button.closest('.field')?.querySelector('[role=status]')
  const copied = await navigator.clipboard.writeText(input?.value ?? '').then(
    () => true,
    () => false,
  )
  // Where the browser refuses, everybody is told in words, and the link is ready to be copied by hand.
  status?.classList.toggle('heard', copied)
  if (status) status.textContent = copied ? done : failed
  if (!copied) return input?.select()
  const label = button.dataset.label ?? button.textContent
  button.dataset.label = label
  button.textContent = done
  clearTimeout(saying.get(button))
  const end = setTimeout(() => {
    button.textContent = label
    if (status) status.textContent = ''
  }, 4000)
  saying.set(button, end)
}
