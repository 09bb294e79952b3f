import Type, { type Static } from 'typebox'
import { Time } from '../question/wire.ts'

/** Body of `POST /questions/:id/confirmations`. The language is that of the letter. */
export const NewConfirmation = Type.Object(
  {
    email: Type.String({ format: 'line', maxLength: 320 }),
    language: Type.Optional(Type.Enum(['en', 'de'])),
  },
  { additionalProperties: false },
)
export type NewConfirmation = Static<typeof NewConfirmation>

/** What the device that asked shows until the address is confirmed. */
export const Confirmation = Type.Object({ number: Type.String(), askedAt: Time, expiresAt: Time })
export type Confirmation = Static<typeof Confirmation>

/** Body of `PUT /questions/:id/confirmations/:key`: the number, where another device asked. */
export const Confirming = Type.Object(
  { number: Type.Optional(Type.String({ maxLength: 40 })) },
  { additionalProperties: false },
)
export type Confirming = Static<typeof Confirming>

/** What a letter's link is about, for who has it. */
export const Confirmable = Type.Object({
  askedAt: Time,
  /** The name under which the seat takes part that asked; null without one. */
  name: Type.Union([Type.String(), Type.Null()]),
  /** Whether this device asked, so that no number is needed. */
  here: Type.Boolean(),
})
export type Confirmable = Static<typeof Confirmable>

/** Whether the seat that was confirmed is one from another device, which has lost it. */
export const Confirmed = Type.Object({ moved: Type.Boolean() })
export type Confirmed = Static<typeof Confirmed>
