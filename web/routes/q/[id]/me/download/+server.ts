import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { orError } from '#lib/server/or-error.ts'
import { questionPath } from '#src/question/rules.ts'
import type { RequestHandler } from './$types'

/** All that one person did here and all that is known of them, as a file to keep: what the page beside it shows. */
export const GET: RequestHandler = async (event) => {
  const { doors, origin, now } = servicesOf(event)
  const caller = callerOf(event)
  const { id, title } = await orError(event, doors.snapshot(event.params.id))
  const contributions = await orError(event, doors.ownContributions(caller, id))
  const { participant } = await orError(event, doors.overlay(caller, id))
  const kept = {
    question: { id, title, url: origin + questionPath(id) },
    savedAt: new Date(now()).toISOString(),
    participant,
    receipt: await orError(event, doors.receipt(caller, id)),
    ...contributions,
  }
  return new Response(`${JSON.stringify(kept, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="folkmoot-${id}.json"`,
    },
  })
}
