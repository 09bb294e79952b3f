import { servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import type { PageServerLoad } from './$types'

/** All votes that the owner set aside, newest first, a stretch at a time; for everyone. */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id, title } = await orError(event, doors.snapshot(event.params.id))
  const before = event.url.searchParams.get('before') ?? ''
  const page = /^\d{1,15}$/.test(before) ? { before } : {}
  return { question: { id, title }, ...(await orError(event, doors.asides(id, page))) }
}
