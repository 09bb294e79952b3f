import type { FastifyRequest, HTTPMethods } from 'fastify'
import type { TSchema } from 'typebox'
import { Confirmable, Confirmation, Confirmed, Confirming, NewConfirmation } from '../confirmation/wire.ts'
import type { Caller } from '../question/seat.ts'
import type { LetterRequest } from './confirmation-doors.ts'
import type { Doors } from './doors.ts'

interface Call {
  caller: Caller
  params: { q: string; key: string }
  body: unknown
  request: FastifyRequest
}

/** Adds a route, as `apiRoutes` does. */
type AddRoute = (
  method: HTTPMethods,
  url: string,
  summary: string,
  schema: { body?: TSchema; status?: 200 | 201; answer?: TSchema },
  answer: (call: Call) => Promise<unknown>,
) => void

/** The addresses by which an e-mail address is confirmed. */
export function confirmationRoutes(
  route: AddRoute,
  doors: Doors,
  letterFrom: (request: FastifyRequest) => Promise<LetterRequest>,
): void {
  route(
    'POST',
    '/questions/:q/confirmations',
    'Ask for a letter that confirms an e-mail address',
    { body: NewConfirmation, status: 201, answer: Confirmation },
    async ({ caller, params, body, request }) =>
      await doors.askConfirmation(caller, params.q, body as NewConfirmation, await letterFrom(request)),
  )
  route(
    'GET',
    '/questions/:q/confirmations/:key',
    'What the link of such a letter is about',
    { answer: Confirmable },
    ({ caller, params }) => doors.confirmable(caller, params.q, params.key),
  )
  route(
    'PUT',
    '/questions/:q/confirmations/:key',
    'Confirm the address, with the number where another device asked',
    { body: Confirming, answer: Confirmed },
    ({ caller, params, body }) => doors.confirm(caller, params.q, params.key, body as Confirming),
  )
}
