import { showAnew } from './page.ts'

/** Longer than this no timer can wait; whoever leaves a page open for weeks loads it anew some day. */
const longest = 2 ** 31 - 1
/** Nearer to the deadline than this, the page comes from the server as it is now. */
const copied = 45_000
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * At the deadline the page becomes a result, and before it other things become possible, as when it is loaded anew; what
 * is being typed stays.
 * @param shown what is to be done when it is there
 */
export function awaitDeadline(shown: () => void): void {
  clearTimeout(timer)
  // Counted by the server, because the clock of this device may be wrong.
  const counted = [...document.querySelectorAll<HTMLElement>('[data-closes-in]')]
  const left = Math.min(Infinity, ...counted.map(({ dataset }) => Number(dataset.closesIn)))
  if (left >= longest) return
  // A page may be some seconds old when it comes. Shortly before the deadline it never is, so then it is asked again.
  // Not by all at the same moment; who listens is told of the close, and comes when the server says.
  const time = left > copied ? left - copied - Math.random() * Math.min(30_000, (left - copied) / 2) : left + 500
  wait(time + Math.random() * 1_500, shown)
}

function wait(time: number, shown: () => void): void {
  timer = setTimeout(() => {
    // Without a connection there is nothing new to show; perhaps later.
    showAnew().then(shown, () => wait(30_000, shown))
  }, time)
}
