import Type from 'typebox'
import { catalogue, type RefusalCode } from '../base/refusals.ts'

/** Problem details of a refusal (RFC 9457). Besides these there are the facts of some refusals. */
const Problem = Type.Object({
  type: Type.Literal('about:blank'),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  code: Type.Enum(Object.keys(catalogue) as RefusalCode[]),
  detail: Type.String(),
  errors: Type.Optional(
    Type.Array(Type.Object({ path: Type.String(), message: Type.String() }, { additionalProperties: false })),
  ),
})

const asProblem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
})

/** What any address may answer instead of what was asked for, for its description. */
export const refusals = {
  '4xx': asProblem('Refused: the code says by which rule'),
  '5xx': asProblem('Refused by the state of the server; Retry-After says when to come back'),
}

/** What an address answers besides where clients may only go so fast, for its description. */
export const tooFast = {
  ...asProblem('Refused: too_fast. Nothing was changed; send it again after Retry-After'),
  headers: { 'Retry-After': { type: 'integer', minimum: 1, description: 'In seconds' } },
}
