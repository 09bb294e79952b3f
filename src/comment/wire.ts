import Type, { type Static } from 'typebox'
import { limits } from '../question/wire.ts'

/** Body of `POST` and `PATCH` of a comment. */
export const NewComment = Type.Object(
  { text: Type.String({ format: 'text', maxLength: limits.comment }) },
  { additionalProperties: false },
)
export type NewComment = Static<typeof NewComment>
