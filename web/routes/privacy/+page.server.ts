import { servicesOf } from '#lib/server/caller.ts'
import type { PageServerLoad } from './$types'

/** What this server keeps of people and for how long, from the same places that have it do so. */
export const load: PageServerLoad = (event) => {
  const { privacy, cookie, origin } = servicesOf(event)
  return { ...privacy, cookie: { name: cookie.name, days: inDays(cookie.options.maxAge) }, host: new URL(origin).host }
}

function inDays(seconds: number): number {
  return Math.round(seconds / 86_400)
}
