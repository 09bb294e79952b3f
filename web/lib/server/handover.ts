import type { Cookies, RequestEvent } from '@sveltejs/kit'
import { servicesOf } from './caller.ts'

const name = 'folkmoot_admin_link'

/** Hands the secret link to the next page, which shows it once: a cookie for that page alone, gone when it is shown. */
export function handOver(event: RequestEvent, questionId: string, adminToken: string): void {
  const { secure } = servicesOf(event).cookie.options
  event.cookies.set(name, adminToken, {
    path: `/q/${questionId}`,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: 600,
  })
}

/** The secret link to show now, if there is one. It will not be there again. */
export function takeOver(cookies: Cookies, questionId: string, origin: string): string | null {
  const adminToken = cookies.get(name)
  if (!adminToken) return null
  cookies.delete(name, { path: `/q/${questionId}` })
  return `${origin}/q/${questionId}/admin#${adminToken}`
}
