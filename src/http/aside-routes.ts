import Type from 'typebox'
import { AsidePage, BurstList, NewAside, PeoplePage, SetAside } from '../aside/wire.ts'
import { limits } from '../question/wire.ts'
import type { AddRoute } from './desk-routes.ts'
import type { Doors } from './doors.ts'

const closed = { additionalProperties: false } as const
const before = Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' }))
const AsidesQuery = Type.Object({ before }, closed)
const PeopleQuery = Type.Object({ name: Type.Optional(Type.String({ maxLength: limits.name })), before }, closed)

/** The addresses of who began at once, and of votes that were set aside. */
export function asideRoutes(route: AddRoute, doors: Doors): void {
  route(
    'GET',
    '/questions/:q/newcomers',
    'From where many began to take part within ten minutes, of the last seven days; the largest first (owner)',
    { answer: BurstList },
    ({ caller, params }) => doors.newcomers(caller, params.q),
  )
  route(
    'GET',
    '/questions/:q/people',
    'People who show a name, who began last first (owner)',
    { query: PeopleQuery, answer: PeoplePage },
    ({ caller, params, request }) =>
      doors.people(caller, params.q, request.query as { name?: string; before?: string }),
  )
  route(
    'GET',
    '/questions/:q/asides',
    'Votes that the owner set aside, newest first',
    { query: AsidesQuery, answer: AsidePage },
    ({ params, request }) => doors.asides(params.q, request.query as { before?: string }),
  )
  route(
    'POST',
    '/questions/:q/asides',
    'Set the votes of bursts aside, or of one person who shows a name (owner)',
    { body: NewAside, status: 201, answer: SetAside },
    ({ caller, params, body }) => doors.setAside(caller, params.q, body as NewAside),
  )
  route(
    'DELETE',
    '/questions/:q/asides/:aside',
    'Let votes count again that were set aside (owner)',
    {},
    ({ caller, params }) => doors.restoreAside(caller, params.q, params.aside),
  )
}
