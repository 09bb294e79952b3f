import type { HTTPMethods } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { Acted, ActPage, NewAct, QueuePage } from '../desk/wire.ts'
import { HeldWords, IdeaClosure, NewReport, type Kind } from '../moderation/wire.ts'
import type { Caller } from '../question/seat.ts'
import { IdeaView } from '../snapshot/wire.ts'
import type { Doors } from './doors.ts'

const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 100 }))
const QueueQuery = Type.Object(
  { after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}\\.[0-9]{1,15}$' })), limit },
  { additionalProperties: false },
)
const ActsQuery = Type.Object(
  { before: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })), limit },
  { additionalProperties: false },
)

interface Call {
  caller: Caller
  params: Record<'q' | 'idea' | 'argument' | 'comment' | 'act' | 'aside' | 'entry' | 'invitation', string>
  body: unknown
  request: { query: unknown }
}

/** Adds a route, as `apiRoutes` does. */
export type AddRoute = (
  method: HTTPMethods,
  url: string,
  summary: string,
  schema: { body?: TSchema; query?: TSchema; status?: 200 | 201; answer?: TSchema },
  answer: (call: Call) => Promise<unknown>,
  options?: { bodyLimit?: number },
) => void

/** The addresses of the owner's desk, and those by which something gets onto it. */
export function deskRoutes(route: AddRoute, doors: Doors): void {
  route(
    'PUT',
    '/questions/:q/ideas/:idea/closure',
    'Let nobody vote for an idea any more (owner)',
    { body: IdeaClosure, answer: IdeaView },
    ({ caller, params, body }) => doors.closeIdea(caller, params.q, params.idea, body as IdeaClosure),
  )
  route(
    'DELETE',
    '/questions/:q/ideas/:idea/closure',
    'Let people vote for an idea again (owner)',
    { answer: IdeaView },
    ({ caller, params }) => doors.reopenIdea(caller, params.q, params.idea),
  )

  const reported: [path: string, kind: Kind][] = [
    ['ideas/:idea', 'idea'],
    ['ideas/:idea/arguments/:argument', 'argument'],
    ['arguments/:argument', 'argument'],
    ['comments/:comment', 'comment'],
  ]
  for (const [path, kind] of reported)
    route(
      'PUT',
      `/questions/:q/${path}/report`,
      `Report ${kind === 'comment' ? 'a' : 'an'} ${kind} to the owner`,
      { body: NewReport },
      ({ caller, params, body }) => doors.report(caller, params.q, kind, params[kind], body as NewReport),
    )

  route(
    'GET',
    '/questions/:q/desk',
    'What waits for the owner: held back, changed by its author or reported; oldest first (owner)',
    { query: QueueQuery, answer: QueuePage },
    ({ caller, params, request }) => doors.queue(caller, params.q, request.query as { after?: string; limit?: number }),
  )
  route(
    'GET',
    '/questions/:q/desk/acts',
    'Every act of moderation, newest first (owner)',
    { query: ActsQuery, answer: ActPage },
    ({ caller, params, request }) => doors.acts(caller, params.q, request.query as { before?: string; limit?: number }),
  )
  route(
    'POST',
    '/questions/:q/desk/acts',
    'Approve, decline, hide, edit or merge a contribution (owner)',
    { body: NewAct, status: 201, answer: Acted },
    ({ caller, params, body }) => doors.act(caller, params.q, body as NewAct),
  )
  route('DELETE', '/questions/:q/desk/acts/:act', 'Undo an act (owner)', {}, ({ caller, params }) =>
    doors.undoAct(caller, params.q, params.act),
  )
  route(
    'GET',
    '/questions/:q/desk/words',
    'Words that hold back what contains one (owner)',
    { answer: HeldWords },
    ({ caller, params }) => doors.heldWords(caller, params.q),
  )
  route(
    'PUT',
    '/questions/:q/desk/words',
    'Set the words that hold back what contains one (owner)',
    { body: HeldWords, answer: HeldWords },
    ({ caller, params, body }) => doors.setHeldWords(caller, params.q, body as HeldWords),
  )
}
