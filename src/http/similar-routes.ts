import Type from 'typebox'
import { limits } from '../question/wire.ts'
import { SimilarIdea } from '../snapshot/wire.ts'
import type { AddRoute } from './desk-routes.ts'
import type { Doors } from './doors.ts'

const Query = Type.Object(
  {
    text: Type.String({ maxLength: limits.ideaTitle }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
  },
  { additionalProperties: false },
)

/** Ideas that are like what somebody types. */
export function similarRoutes(route: AddRoute, doors: Doors): void {
  route(
    'GET',
    '/questions/:q/ideas/similar',
    'Ideas like a text, most like it first, so that nobody adds what is there already',
    { query: Query, answer: Type.Object({ ideas: Type.Array(SimilarIdea) }) },
    async ({ params, request }) => {
      const { text, limit } = request.query as { text: string; limit?: number }
      return { ideas: await doors.similarIdeas(params.q, text, limit === undefined ? {} : { limit }) }
    },
  )
}
