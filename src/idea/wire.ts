import Type, { type Static } from 'typebox'
import { Reasoned } from '../moderation/wire.ts'
import { InRoom } from '../participant/wire.ts'
import { limits, PublicId } from '../question/wire.ts'

const closed = { additionalProperties: false } as const

const title = Type.String({ format: 'line', maxLength: limits.ideaTitle })
const description = Type.String({ format: 'optional-text', maxLength: limits.ideaDescription })
const link = Type.Union([Type.String({ format: 'optional-line', maxLength: limits.link }), Type.Null()])

/** Body of `POST /questions/:id/ideas`. `inRoom`: the owner adds it for somebody in the room. */
export const NewIdea = Type.Object(
  { title, description: Type.Optional(description), link: Type.Optional(link), inRoom: Type.Optional(InRoom) },
  closed,
)
export type NewIdea = Static<typeof NewIdea>

/** Body of `PATCH /questions/:id/ideas/:idea`. */
export const IdeaPatch = Type.Partial(Type.Object({ title, description, link }, closed), closed)
export type IdeaPatch = Static<typeof IdeaPatch>

/** Body of `PUT /questions/:id/ideas/:idea/merger`: the idea that takes the votes and arguments over. */
export const Merger = Type.Object({ into: PublicId, ...Reasoned.properties }, closed)
export type Merger = Static<typeof Merger>
