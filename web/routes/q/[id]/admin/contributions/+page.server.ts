import type { RequestEvent } from '@sveltejs/kit'
import type { Doors } from '#src/http/doors.ts'
import type { Caller } from '#src/question/seat.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import { partIn, placeIn, rowsShown, stretchAt } from '#lib/stretch.ts'
import type { Actions, PageServerLoad } from './$types'

/** Everything that people contributed, for the owner to look through, a stretch at a time. */
export const load: PageServerLoad = async (event) => {
  const { question, hidden: away } = await loadAsOwner(event)
  const search = event.url.searchParams
  const before = search.get('before')
  const { comments, earlier } = await orError(
    event,
    servicesOf(event).doors.comments(question.id, before ? { before } : {}),
  )
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    shown: stretchOf(
      question.ideas.flatMap(({ id, title, author, inRoom, pros, cons }) => [
        { kind: 'idea' as const, id, text: title, author, inRoom, side: null },
        ...[...pros, ...cons].map(({ id, side, text, author, inRoom }) => ({
          kind: 'argument' as const,
          id,
          text,
          author,
          inRoom,
          side,
        })),
      ]),
      placeIn(search),
    ),
    comments: comments.map(({ id, text, author }) => ({ id, text, author })),
    earlier,
    hidden: stretchOf(
      [
        ...away.ideas.map(({ id, title, author, inRoom }) => ({
          kind: 'idea' as const,
          id,
          text: title,
          author,
          inRoom,
        })),
        ...away.arguments.map(({ id, text, author, inRoom }) => ({
          kind: 'argument' as const,
          id,
          text,
          author,
          inRoom,
        })),
        ...away.comments.map(({ id, text, author }) => ({ kind: 'comment' as const, id, text, author, inRoom: false })),
      ],
      placeIn(search, 'hidden'),
    ),
  }
}

function stretchOf<Row>(rows: Row[], place: number) {
  const stretch = stretchAt(place, rowsShown, rows.length)
  return { rows: partIn(rows, stretch), stretch }
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
  'forget idea': (doors, caller, q, id) => doors.forgetRoomName(caller, q, 'idea', id),
  'forget argument': (doors, caller, q, id) => doors.forgetRoomName(caller, q, 'argument', id),
}

/** One button beside one contribution: what it does, and to what, is in the form. */
function moderates(what: 'hide' | 'show' | 'delete' | 'forget') {
  return async (event: Event) => {
    const { kind = '', id = '' } = textsOf(await event.request.formData())
    return await carryOut(event, 'contributions', {}, async (doors, caller) => {
      await verbs[`${what} ${kind}`]?.(doors, caller, event.params.id, id)
      const search = new URLSearchParams([...event.url.searchParams].filter(([name]) => !name.startsWith('/')))
      return `${event.url.pathname}?${search}${what === 'show' || what === 'forget' ? `#${kind}-${id}` : '#hidden'}`
    })
  }
}

export const actions: Actions = {
  hide: moderates('hide'),
  show: moderates('show'),
  delete: moderates('delete'),
  forget: moderates('forget'),
}
