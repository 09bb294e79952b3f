import Type, { type Static } from 'typebox'
import { InRoom } from '../participant/wire.ts'
import { limits } from '../question/wire.ts'

const text = Type.String({ format: 'text', maxLength: limits.argument })

/** Body of `POST …/ideas/:idea/arguments`. `inRoom`: the owner adds it for somebody in the room. */
export const NewArgument = Type.Object(
  { side: Type.Enum(['pro', 'con']), text, inRoom: Type.Optional(InRoom) },
  { additionalProperties: false },
)
export type NewArgument = Static<typeof NewArgument>

/** Body of `PATCH …/arguments/:argument`. */
export const ArgumentPatch = Type.Object({ text }, { additionalProperties: false })
export type ArgumentPatch = Static<typeof ArgumentPatch>
