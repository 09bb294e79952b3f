import Type, { type Static } from 'typebox'
import { PublicId, Time } from '../question/wire.ts'

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const closed = { additionalProperties: false } as const

export const invitationLimits = {
  /** How many can be made at once, and how many a question can have. */
  atOnce: 5_000,
  inAll: 20_000,
  label: 120,
  address: 254,
  /** Devices that one invitation lets in, where there is a bound. */
  most: 100_000,
  /** Characters of a list of people as it is pasted. */
  list: 1_000_000,
} as const

/** One invitation to be made. Without `most` it is for one device; null is for any number. */
export const NewInvitation = Type.Object(
  {
    label: Type.Optional(Type.String({ format: 'optional-line', maxLength: invitationLimits.label })),
    address: Type.Optional(
      nullable(
        Type.String({ format: 'line', pattern: '^[^\\s@<>,;"]+@[^\\s@<>,;"]+$', maxLength: invitationLimits.address }),
      ),
    ),
    most: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: invitationLimits.most }))),
  },
  closed,
)
export type NewInvitation = Static<typeof NewInvitation>

/** Body of `POST /questions/:q/invitations`. */
export const NewInvitations = Type.Object(
  { invitations: Type.Array(NewInvitation, { minItems: 1, maxItems: invitationLimits.atOnce }) },
  closed,
)
export type NewInvitations = Static<typeof NewInvitations>

/** An invitation as its owner sees it. */
export const InvitationView = Type.Object({
  id: PublicId,
  label: Type.String(),
  address: nullable(Type.String()),
  most: nullable(Type.Integer()),
  uses: Type.Integer(),
  createdAt: Time,
  revokedAt: nullable(Time),
  /** Null where it can be told no more, since the server's secret key was another when it was made; it works all the same. */
  link: nullable(Type.String()),
})
export type InvitationView = Static<typeof InvitationView>

export const MadeInvitations = Type.Object({ invitations: Type.Array(InvitationView) })
export type MadeInvitations = Static<typeof MadeInvitations>

/** A page of invitations, newest first. */
export const InvitationPage = Type.Object({
  invitations: Type.Array(InvitationView),
  total: Type.Integer(),
  /** Cursor of the next page, null on the last one. */
  next: nullable(Type.String()),
})
export type InvitationPage = Static<typeof InvitationPage>

/** Body of `PUT /questions/:q/me/invitation`. */
export const Acceptance = Type.Object({ token: Type.String({ maxLength: 200 }) }, closed)
export type Acceptance = Static<typeof Acceptance>
