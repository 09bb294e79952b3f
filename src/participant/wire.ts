import Type, { type Static } from 'typebox'
import { limits } from '../question/wire.ts'

const name = Type.Union([Type.String({ format: 'optional-line', maxLength: limits.name }), Type.Null()])

/** Body of `POST /questions/:id/participants` and `PATCH /questions/:id/me`; an empty name is no name. */
export const NewParticipant = Type.Object({ name: Type.Optional(name) }, { additionalProperties: false })
export type NewParticipant = Static<typeof NewParticipant>

export const Renaming = Type.Object({ name }, { additionalProperties: false })
export type Renaming = Static<typeof Renaming>

/** Said of an idea or argument that the owner adds for somebody in the room: their name, if it is to stand beside it. */
export const InRoom = Type.Object({ name: Type.Optional(name) }, { additionalProperties: false })
export type InRoom = Static<typeof InRoom>

/** Body of `DELETE /questions/:id/me`: whether what the person contributed goes too. */
export const Leaving = Type.Object(
  { contributions: Type.Optional(Type.Enum(['keep', 'remove'])) },
  { additionalProperties: false },
)
export type Leaving = Static<typeof Leaving>
