import { showPage } from './page.ts'

/** Longer than this no timer can wait; whoever leaves a page open for weeks loads it anew some day. */
const longest = 2 ** 31 - 1
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * At the deadline the page becomes a result, as it would when loaded anew; what is being typed stays.
 * @param shown what is to be done when it is there
 */
export function awaitDeadline(shown: () => void): void {
  clearTimeout(timer)
  // Counted by the server, because the clock of this device may be wrong.
  const left = Number(document.querySelector<HTMLElement>('[data-closes-in]')?.dataset.closesIn ?? Infinity)
  if (left < longest) wait(left + 500, shown)
}

function wait(time: number, shown: () => void): void {
  timer = setTimeout(() => {
    // Without a connection there is nothing new to show; perhaps later.
    showAnew().then(shown, () => wait(30_000, shown))
  }, time)
}

async function showAnew(): Promise<void> {
  const page = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!page.ok) throw new Error('The page is not to be had now.')
  await showPage(await page.text(), null)
}
