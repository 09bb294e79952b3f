import type { Doors } from '#src/http/doors.ts'
import type { CommentPage } from '#src/snapshot/wire.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { takeOver } from '#lib/server/handover.ts'
import { orError } from '#lib/server/or-error.ts'
import { questionActions } from '#lib/server/question-actions.ts'
import { layOut } from '#lib/server/question-page.ts'
import { isRefusal } from '#lib/server/refusals.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { doors, origin, device, forEveryone } = servicesOf(event)
  const { id } = event.params
  const caller = callerOf(event)
  const before = event.url.searchParams.get('before')
  const question = await orError(event, doors.snapshot(id))
  const [overlay, discussion] = await orError(
    event,
    Promise.all([doors.overlay(caller, id), before === null ? null : earlierComments(doors, id, before)]),
  )
  const adminUrl = takeOver(event, id)
  const search = event.url.searchParams
  const forDevice = device !== null
  return { question: layOut(question, { overlay, discussion, adminUrl, forEveryone, forDevice, origin, search }) }
}

/** The discussion before a comment; where that one was withdrawn meanwhile, the newest part. */
async function earlierComments(doors: Doors, id: string, before: string): Promise<CommentPage | null> {
  try {
    return await doors.comments(id, { before })
  } catch (thrown) {
    if (isRefusal(thrown) && thrown.code === 'comment_not_found') return null
    throw thrown
  }
}

export const actions: Actions = questionActions
