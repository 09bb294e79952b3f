import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Acceptance, InvitationPage, MadeInvitations, NewInvitations } from '../invitation/wire.ts'
import { PublicId } from '../question/wire.ts'
import { originOf } from './caller.ts'
import type { Config } from './config.ts'
import type { AddRoute } from './desk-routes.ts'
import type { Doors } from './doors.ts'

const InvitationsQuery = Type.Object(
  {
    before: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    unused: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
type InvitationsQuery = { before?: string; limit?: number; unused?: boolean }

/** Of a list of invitations, in bytes. */
const largest = 4 * 1024 * 1024

const Joined = Type.Object({
  participant: Type.Object({ id: PublicId, name: Type.Union([Type.String(), Type.Null()]) }),
  token: Type.String(),
})

/** The addresses of invitations. */
export function invitationRoutes(route: AddRoute, { doors, config }: { doors: Doors; config: Config }): void {
  const from = (request: { query: unknown }) => originOf(request as FastifyRequest, config)
  route(
    'POST',
    '/questions/:q/invitations',
    'Make invitations, for one device each or for many (owner)',
    { body: NewInvitations, status: 201, answer: MadeInvitations },
    ({ caller, params, body, request }) => doors.invite(caller, params.q, body as NewInvitations, from(request)),
    { bodyLimit: largest },
  )
  route(
    'GET',
    '/questions/:q/invitations',
    'Invitations with their links, newest first (owner)',
    { query: InvitationsQuery, answer: InvitationPage },
    ({ caller, params, request }) =>
      doors.invitations(caller, params.q, request.query as InvitationsQuery, from(request)),
  )
  route(
    'DELETE',
    '/questions/:q/invitations/:invitation',
    'Let nobody else in by an invitation; who came in by it stays (owner)',
    {},
    ({ caller, params }) => doors.revokeInvitation(caller, params.q, params.invitation),
  )
  route(
    'PUT',
    '/questions/:q/me/invitation',
    'Take part by an invitation, on this device or with this token',
    { body: Acceptance, answer: Joined },
    ({ caller, params, body }) => doors.acceptInvitation(caller, params.q, body as Acceptance),
  )
}
