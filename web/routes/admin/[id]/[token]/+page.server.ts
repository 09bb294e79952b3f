import { redirect } from '@sveltejs/kit'
import { callerOf, rememberDevice, servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import type { PageServerLoad } from './$types'

/**
 * Opens the owner's seat by its link, and goes on to an address without the token in it. A page rather than a bare
 * address, so that a link that is refused says so as every page does, in the reader's language.
 */
export const load: PageServerLoad = async (event) => {
  const caller = callerOf(event)
  await orError(event, servicesOf(event).doors.openAdminLink(caller, event.params.id, event.params.token))
  rememberDevice(event, caller)
  redirect(303, `/q/${event.params.id}/admin`)
}
