import Type, { type Static } from 'typebox'
import { deskLimits } from '../moderation/wire.ts'
import { PublicId, Time } from '../question/wire.ts'

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const closed = { additionalProperties: false } as const
const Count = Type.Integer({ minimum: 0 })

/** How many of each are in one answer, and how many bursts can be set aside at once. */
export const asideLimits = { bursts: 50, asides: 25, people: 50 } as const

/** Why votes are set aside. */
export const asideReasons = ['manyAtOnce', 'notEntitled', 'twice', 'trial', 'other'] as const
export const AsideReason = Type.Enum([...asideReasons])
export type AsideReason = Static<typeof AsideReason>

/** Hash of a network that means nothing beyond its day and its question. */
const NetworkHash = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })

/** Body of `POST …/asides`: whose votes, of bursts or of one person; and why, for everyone to read. */
export const NewAside = Type.Object(
  {
    bursts: Type.Optional(
      Type.Array(Type.Object({ network: NetworkHash, from: Type.String({ format: 'date-time' }) }, closed), {
        minItems: 1,
        maxItems: asideLimits.bursts,
      }),
    ),
    participant: Type.Optional(PublicId),
    reason: AsideReason,
    note: Type.Optional(Type.String({ format: 'optional-text', maxLength: deskLimits.note })),
  },
  closed,
)
export type NewAside = Static<typeof NewAside>

/** Many who began to take part from one network within ten minutes. */
export const Burst = Type.Object({
  network: NetworkHash,
  from: Time,
  until: Time,
  people: Count,
  /** How many of them vote, set aside or not, and of how many the votes are set aside. */
  voted: Count,
  setAside: Count,
  /** Whether it is far more than is usual in this question. */
  unusual: Type.Boolean(),
})
export type Burst = Static<typeof Burst>

/** The largest bursts of the last days, the largest first, and how many people of whom the network is known. */
export const BurstList = Type.Object({ bursts: Type.Array(Burst), known: Count })
export type BurstList = Static<typeof BurstList>

/** People who show a name, who began last first. */
export const PeoplePage = Type.Object({
  people: Type.Array(
    Type.Object({ id: PublicId, name: Type.String(), joinedAt: Time, votes: Count, setAside: Type.Boolean() }),
  ),
  /** Cursor of the next stretch, null on the last one. */
  next: nullable(Type.String()),
})
export type PeoplePage = Static<typeof PeoplePage>

/** That votes were set aside, as everyone reads it. */
export const AsideView = Type.Object({
  id: PublicId,
  about: Type.Enum(['newcomers', 'person']),
  people: Count,
  /** How many of them counted until then. */
  votes: Count,
  reason: AsideReason,
  note: Type.String(),
  at: Time,
  undoneAt: nullable(Time),
})
export type AsideView = Static<typeof AsideView>

/** A stretch of all that was set aside, newest first. */
export const AsidePage = Type.Object({ asides: Type.Array(AsideView), next: nullable(Type.String()) })
export type AsidePage = Static<typeof AsidePage>

/** Answer to setting aside: its id, by which it is undone. */
export const SetAside = Type.Object({ id: PublicId })
export type SetAside = Static<typeof SetAside>
