import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { errorPage } from '#lib/server/editing.ts'
import { orError } from '#lib/server/or-error.ts'
import type { PageServerLoad } from './$types'

/** Everybody who voted for an idea, a page at a time. */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id, idea: ideaId } = event.params
  const after = event.url.searchParams.get('after')
  const question = await orError(event, doors.snapshot(id))
  const idea = question.ideas.find((one) => one.id === ideaId)
  if (!idea) return await errorPage(event, 404, 'idea_not_found')
  // A cursor that is none of ours begins at the beginning.
  const page = after && /^\d{1,15}(-\d{1,15})?$/.test(after) ? { after } : {}
  return {
    question: { id, title: question.title },
    idea: { id: ideaId, title: idea.title, inRoom: idea.votesInRoom ?? 0 },
    voters: await orError(event, doors.voters(callerOf(event), id, ideaId, page)),
    isFirst: page.after === undefined,
  }
}
