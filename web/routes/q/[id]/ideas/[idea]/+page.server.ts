import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { errorPage } from '#lib/server/editing.ts'
import { orError } from '#lib/server/or-error.ts'
import { questionActions } from '#lib/server/question-actions.ts'
import { layOutAlone } from '#lib/server/question-page.ts'
import type { Actions, PageServerLoad } from './$types'

/** One idea with all of its arguments, a stretch at a time. */
export const load: PageServerLoad = async (event) => {
  const { doors, origin, device, forEveryone } = servicesOf(event)
  const { id, idea: ideaId } = event.params
  const question = await orError(event, doors.snapshot(id))
  const idea = question.ideas.find((one) => one.id === ideaId)
  if (!idea) return await errorPage(event, 404, 'idea_not_found')
  const overlay = await orError(event, doors.overlay(callerOf(event), id))
  const search = event.url.searchParams
  const own = { overlay, forEveryone, forDevice: device !== null, adminUrl: null }
  return {
    question: layOutAlone(question, idea, { ...own, discussion: null, origin, search }),
    idea: { title: idea.title },
  }
}

const { argument, vote, unvote, agree, disagree } = questionActions
export const actions: Actions = { argument, vote, unvote, agree, disagree }
