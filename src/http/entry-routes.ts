import Type from 'typebox'
import { EntryPage, NewEntry } from '../entry/wire.ts'
import { PublicId } from '../question/wire.ts'
import type { AddRoute } from './desk-routes.ts'
import type { Doors } from './doors.ts'

const EntriesQuery = Type.Object(
  {
    before: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
  },
  { additionalProperties: false },
)

/** The addresses of what is counted and said in the room. */
export function entryRoutes(route: AddRoute, doors: Doors): void {
  route(
    'POST',
    '/questions/:q/room',
    'Enter votes counted in the room (owner)',
    { body: NewEntry, status: 201, answer: Type.Object({ id: PublicId }) },
    ({ caller, params, body }) => doors.enter(caller, params.q, body as NewEntry),
  )
  route(
    'GET',
    '/questions/:q/room',
    'What was counted in the room, newest first',
    { query: EntriesQuery, answer: EntryPage },
    ({ caller, params, request }) => doors.entries(caller, params.q, request.query as { before?: string }),
  )
  route('DELETE', '/questions/:q/room/:entry', 'Take an entry of the room back (owner)', {}, ({ caller, params }) =>
    doors.withdrawEntry(caller, params.q, params.entry),
  )
  const forget = 'Take away the name of who said it in the room (owner)'
  route('DELETE', '/questions/:q/ideas/:idea/name', forget, {}, ({ caller, params }) =>
    doors.forgetRoomName(caller, params.q, 'idea', params.idea),
  )
  route('DELETE', '/questions/:q/arguments/:argument/name', forget, {}, ({ caller, params }) =>
    doors.forgetRoomName(caller, params.q, 'argument', params.argument),
  )
}
