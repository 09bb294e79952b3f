import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { entryCursor } from '#lib/server/entry-cursor.ts'
import { orError } from '#lib/server/or-error.ts'
import type { PageServerLoad } from './$types'

/** What was counted in the room, for everyone to read, a page at a time. */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id } = event.params
  const question = await orError(event, doors.snapshot(id))
  const page = entryCursor(event.url.searchParams)
  return {
    question: { id, title: question.title },
    room: await orError(event, doors.entries(callerOf(event), id, page)),
    isNewest: page.before === undefined,
  }
}
