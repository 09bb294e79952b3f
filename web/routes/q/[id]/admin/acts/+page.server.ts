import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import type { PageServerLoad } from './$types'

/** Every act of moderation, newest first, a stretch at a time. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const before = event.url.searchParams.get('before') ?? ''
  const page = /^\d{1,15}$/.test(before) ? { before } : {}
  const { acts, next } = await orError(event, servicesOf(event).doors.acts(callerOf(event), question.id, page))
  return { question: { id: question.id, title: question.title }, acts, next }
}
