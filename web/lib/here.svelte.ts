import type { Here } from './format.ts'

/**
 * Starts out as the server rendered the page, so that the first picture in the browser is the same, and then follows
 * the browser's own clock and time zone.
 */
export class LiveHere implements Here {
  readonly locale: string
  zone = $state('')
  now = $state(0)

  constructor(start: Here) {
    this.locale = start.locale
    this.zone = start.zone
    this.now = start.now
  }

  /** Begins to follow the browser. @returns how to stop */
  follow(): () => void {
    const tick = () => (this.now = Date.now())
    tick()
    this.zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    const timer = setInterval(tick, 30_000)
    return () => clearInterval(timer)
  }
}
