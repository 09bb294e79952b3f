import { servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import type { PageServerLoad } from './$types'

/** More than a receipt has, however it was copied. */
const longest = 200

/** What a receipt finds, once the question is closed. */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id } = event.params
  const { title, phase, settings } = await orError(event, doors.snapshot(id))
  const open = phase === 'open'
  const receipt = (event.url.searchParams.get('receipt') ?? '').slice(0, longest).trim()
  const found = open || receipt === '' ? null : await orError(event, doors.findBallot(id, receipt))
  return { question: { id, title }, open, secret: settings.names === 'hidden', receipt, found }
}
