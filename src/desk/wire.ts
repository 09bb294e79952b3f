import Type, { type Static } from 'typebox'
import { AsideReason } from '../aside/wire.ts'
import { ActName, deskLimits, Kind, Reason } from '../moderation/wire.ts'
import { limits, PublicId, Time } from '../question/wire.ts'

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const closed = { additionalProperties: false } as const

/** Body of `POST …/desk/acts`: what the owner does about one contribution. */
export const NewAct = Type.Object(
  {
    kind: Kind,
    id: PublicId,
    /** `decline`: a change by its author that waits. `merge`: an idea, into another. */
    act: Type.Enum(['approve', 'decline', 'hide', 'edit', 'merge']),
    reason: Type.Optional(Reason),
    note: Type.Optional(Type.String({ format: 'optional-text', maxLength: deskLimits.note })),
    /** What of the queue the owner has seen; refused where something has happened to it since. */
    version: Type.Optional(Type.String({ maxLength: 60 })),
    /** The idea that takes the votes and arguments over; for a merger. */
    into: Type.Optional(PublicId),
    /** What it says from now on; for an edit. */
    title: Type.Optional(Type.String({ format: 'line', maxLength: limits.ideaTitle })),
    description: Type.Optional(Type.String({ format: 'optional-text', maxLength: limits.ideaDescription })),
    link: Type.Optional(Type.String({ format: 'optional-line', maxLength: limits.link })),
    text: Type.Optional(Type.String({ format: 'text', maxLength: limits.comment })),
  },
  closed,
)
export type NewAct = Static<typeof NewAct>

const Fields = Type.Object({
  title: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  link: Type.Optional(nullable(Type.String())),
  text: Type.Optional(Type.String()),
})
export type Fields = Static<typeof Fields>

/** One contribution that waits for the owner. */
export const QueueItem = Type.Object({
  kind: Kind,
  id: PublicId,
  version: Type.String(),
  since: Time,
  /** Whether nobody but its author and the owner sees it. */
  held: Type.Boolean(),
  /** What it says; of an argument also for which idea, and on which side. */
  fields: Fields,
  image: nullable(Type.String()),
  idea: nullable(Type.Object({ id: PublicId, title: Type.String() })),
  side: nullable(Type.Enum(['pro', 'con'])),
  author: nullable(Type.Object({ name: nullable(Type.String()) })),
  /** Whether the owner added it for somebody in the room, who is no participant. */
  inRoom: Type.Optional(Type.Literal(true)),
  /** What its author wants it to say instead, while everyone sees what stands above. */
  edit: nullable(Type.Object({ fields: Fields, image: nullable(Type.String()) })),
  /** How many people reported it, by reason, and what they added; who they are is told to nobody. */
  reports: Type.Object({
    count: Type.Integer(),
    reasons: Type.Array(Type.Object({ reason: Reason, count: Type.Integer() })),
    texts: Type.Array(Type.String()),
  }),
})
export type QueueItem = Static<typeof QueueItem>

/** A stretch of what waits, oldest first. */
export const QueuePage = Type.Object({
  items: Type.Array(QueueItem),
  total: Type.Integer(),
  /** Cursor of the next stretch, null on the last one. */
  next: nullable(Type.String()),
})
export type QueuePage = Static<typeof QueuePage>

const listed = {
  id: PublicId,
  note: Type.String(),
  at: Time,
  undoneAt: nullable(Time),
  /** Whether it can be undone, unless something else has been done since. */
  canUndo: Type.Boolean(),
}

/** One act of moderation, as owners see it. */
export const ActView = Type.Object({
  ...listed,
  kind: Kind,
  contribution: PublicId,
  /** What the contribution says now; null once it is gone. */
  text: nullable(Type.String()),
  act: ActName,
  reason: nullable(Reason),
  into: nullable(PublicId),
})
export type ActView = Static<typeof ActView>

/** That votes were set aside, among the other acts: of how many people, and how many counted until then. */
export const AsideActView = Type.Object({
  ...listed,
  kind: Type.Literal('votes'),
  act: Type.Literal('setAside'),
  reason: AsideReason,
  people: Type.Integer(),
  votes: Type.Integer(),
})
export type AsideActView = Static<typeof AsideActView>

/** A stretch of the list of acts, newest first. */
export const ActPage = Type.Object({
  acts: Type.Array(Type.Union([ActView, AsideActView])),
  total: Type.Integer(),
  next: nullable(Type.String()),
})
export type ActPage = Static<typeof ActPage>

/** Answer to an act: its id, by which it is undone. */
export const Acted = Type.Object({ id: PublicId })
export type Acted = Static<typeof Acted>
