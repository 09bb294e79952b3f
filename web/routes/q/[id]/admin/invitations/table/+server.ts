import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadMessages } from '#lib/messages.ts'
import { stateOfInvitation } from '#lib/invitation-state.ts'
import type { RequestHandler } from './$types'

/** All invitations with their links, as a table for a spreadsheet or for letters. */
export const GET: RequestHandler = async (event) => {
  const { doors, origin } = servicesOf(event)
  const { id } = event.params
  const m = await loadMessages(event.locals.locale)
  const heads = [m.table_label(), m.table_address(), m.invitation_link(), m.table_uses(), m.table_state()]
  const table = await orError(
    event,
    doors.invitationTable(callerOf(event), id, origin, heads, (one) => stateOfInvitation(m, one)),
  )
  // With the mark by which spreadsheets know that it is UTF-8.
  return new Response(`\uFEFF${table}`, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="invitations-${id}.csv"`,
    },
  })
}
