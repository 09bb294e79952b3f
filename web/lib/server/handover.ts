import type { RequestEvent } from '@sveltejs/kit'
import { servicesOf } from './caller.ts'

const name = 'folkmoot_admin_link'

/** For the page of the question alone. Taken back as it was set: a browser ignores a Secure cookie over plain http. */
function optionsFor(event: Event, questionId: string) {
  const { secure } = servicesOf(event).cookie.options
  return { path: `/q/${questionId}`, httpOnly: true, sameSite: 'lax', secure } as const
}

type Event = Pick<RequestEvent, 'platform' | 'cookies'>

/** Hands the secret link to the next page, which shows it once: a cookie for that page alone, gone when it is shown. */
export function handOver(event: Event, questionId: string, adminToken: string): void {
  event.cookies.set(name, adminToken, { ...optionsFor(event, questionId), maxAge: 600 })
}

/** The secret link to show now, if there is one. It will not be there again. */
export function takeOver(event: Event, questionId: string): string | null {
  const adminToken = event.cookies.get(name)
  if (!adminToken) return null
  event.cookies.delete(name, optionsFor(event, questionId))
  return `${servicesOf(event).origin}/q/${questionId}/admin#${adminToken}`
}
