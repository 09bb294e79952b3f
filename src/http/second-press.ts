import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

/** Within this time the same words from the same browser are a second press of the same button, in milliseconds. */
const impatience = 10_000
/** How many presses are remembered at most; the earliest are forgotten first. */
const most = 100_000

/**
 * Keys for what strangers send from the page that everyone gets, which holds no key of its own: the same when a browser
 * without cookies sends the same words once more within seconds, another for other words, another browser, or later.
 */
export class SecondPress {
  readonly #first = new Map<string, { at: number; key: string }>()

  /** @param sender who sends, as far as that can be told: see `senderOf`. @param now in milliseconds */
  keyFor(sender: string, words: string, now: number): string {
    for (const [press, { at }] of this.#first) {
      if (now - at < impatience && this.#first.size <= most) break
      this.#first.delete(press)
    }
    const press = createHash('sha256').update(`${sender}\n${words}`).digest('base64url')
    const known = this.#first.get(press)
    if (known) return known.key
    // By the clock, so that another node that gets the second press finds, mostly, the same key.
    const key = `${press}-${Math.floor(now / impatience)}`
    this.#first.set(press, { at: now, key })
    return key
  }
}

/**
 * What tells browsers without cookies from each other. What a proxy says of who stands behind it is not believed
 * elsewhere, but here a lie would only tell the liar from themselves.
 */
export function senderOf({ ip, headers }: FastifyRequest): string {
  const said = ['x-forwarded-for', 'forwarded', 'user-agent', 'accept-language', 'accept-encoding']
  return JSON.stringify([ip, ...said.map((name) => headers[name] ?? '')])
}
