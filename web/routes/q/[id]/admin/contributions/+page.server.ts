import type { RequestEvent } from '@sveltejs/kit'
import type { Doors } from '#src/http/doors.ts'
import type { Caller } from '#src/question/seat.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import type { Actions, PageServerLoad } from './$types'

/** Everything that people contributed, for the owner to look through. */
export const load: PageServerLoad = async (event) => {
  const { question, hidden } = await loadAsOwner(event)
  const before = event.url.searchParams.get('before')
  const { comments, earlier } = await orError(
    event,
    servicesOf(event).doors.comments(question.id, before ? { before } : {}),
  )
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    ideas: question.ideas.map(({ id, title, author, pros, cons }) => ({
      ...{ id, title, author },
      arguments: [...pros, ...cons].map(({ id, side, text, author }) => ({ id, side, text, author })),
    })),
    comments: comments.map(({ id, text, author }) => ({ id, text, author })),
    earlier,
    hidden,
  }
}

type Event = RequestEvent<{ id: string }>
type Verb = (doors: Doors, caller: Caller, q: string, id: string) => Promise<void>

const verbs: Record<string, Verb> = {
  'hide idea': (doors, caller, q, id) => doors.hideIdea(caller, q, id),
  'show idea': (doors, caller, q, id) => doors.showIdea(caller, q, id),
  'delete idea': (doors, caller, q, id) => doors.deleteIdea(caller, q, id),
  'hide argument': (doors, caller, q, id) => doors.hideArgument(caller, q, id),
  'show argument': (doors, caller, q, id) => doors.showArgument(caller, q, id),
  'delete argument': (doors, caller, q, id) => doors.deleteArgument(caller, q, id),
  'hide comment': (doors, caller, q, id) => doors.hideComment(caller, q, id),
  'show comment': (doors, caller, q, id) => doors.showComment(caller, q, id),
  'delete comment': (doors, caller, q, id) => doors.deleteComment(caller, q, id),
}

/** One button beside one contribution: what it does, and to what, is in the form. */
function moderates(what: 'hide' | 'show' | 'delete') {
  return async (event: Event) => {
    const { kind = '', id = '' } = textsOf(await event.request.formData())
    return await carryOut(event, 'contributions', {}, async (doors, caller) => {
      await verbs[`${what} ${kind}`]?.(doors, caller, event.params.id, id)
      return `/q/${event.params.id}/admin/contributions${what === 'show' ? `#${kind}-${id}` : '#hidden'}`
    })
  }
}

export const actions: Actions = { hide: moderates('hide'), show: moderates('show'), delete: moderates('delete') }
