import Type, { type Static } from 'typebox'
import { limits, PublicId } from '../question/wire.ts'

/** Body of `PUT /questions/:id/decision`. */
export const NewDecision = Type.Object(
  {
    ideas: Type.Array(PublicId, { maxItems: 100, uniqueItems: true }),
    statement: Type.String({ format: 'optional-text', maxLength: limits.statement }),
  },
  { additionalProperties: false },
)
export type NewDecision = Static<typeof NewDecision>
