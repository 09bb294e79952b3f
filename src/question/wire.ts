import Type, { type Static } from 'typebox'

export const limits = {
  questionTitle: 200,
  questionDescription: 10_000,
  name: 80,
  ideaTitle: 200,
  ideaDescription: 5_000,
  link: 2_000,
  argument: 2_000,
  comment: 5_000,
  statement: 5_000,
  entryNote: 500,
} as const

/** The most votes that a question can let one participant give to one idea. */
export const mostVotesPerIdea = 20

/** The longest time for which names can be kept after the close: ten years, in days. */
export const longestRetention = 3650

const closed = { additionalProperties: false } as const

/** A public id of any row. */
export const PublicId = Type.String({ pattern: '^[0-9A-Za-z]{11}$' })
/** RFC 3339, as all times on the wire. */
export const Time = Type.String({ format: 'date-time' })

/** How well somebody is proven on a question. */
export const Level = Type.Enum(['open', 'email', 'invited', 'account'])
export type Level = Static<typeof Level>

/** The settings that bound what people write. */
export const lengthSettings = ['ideaTitleLength', 'ideaDescriptionLength', 'argumentLength', 'commentLength'] as const
export type LengthSetting = (typeof lengthSettings)[number]

/** Fewer than ten characters say nothing in some languages. */
const lengthUpTo = (most: number) => Type.Union([Type.Integer({ minimum: 10, maximum: most }), Type.Null()])

/** What the owner may set. The defaults are in `rules`. */
export const Settings = Type.Object(
  {
    names: Type.Enum(['required', 'optional', 'hidden']),
    results: Type.Enum(['always', 'afterVote', 'afterClose']),
    order: Type.Enum(['votes', 'shuffled', 'newest', 'oldest']),
    newIdeas: Type.Boolean(),
    newArguments: Type.Boolean(),
    comments: Type.Boolean(),
    /** Agreeing with arguments, and pictures and links of ideas. */
    agreements: Type.Boolean(),
    images: Type.Boolean(),
    links: Type.Boolean(),
    votesPerParticipant: Type.Union([Type.Integer({ minimum: 1, maximum: 1000 }), Type.Null()]),
    /** How many votes one participant can give to one idea. */
    votesPerIdea: Type.Integer({ minimum: 1, maximum: mostVotesPerIdea }),
    ideasPerParticipant: Type.Union([Type.Integer({ minimum: 1, maximum: 1000 }), Type.Null()]),
    /** The longest texts that people may write, in characters, counted as they see them; null for the server's own limits. */
    ideaTitleLength: lengthUpTo(limits.ideaTitle),
    ideaDescriptionLength: lengthUpTo(limits.ideaDescription),
    argumentLength: lengthUpTo(limits.argument),
    commentLength: lengthUpTo(limits.comment),
    /** Days after the close when names and devices are forgotten; null for never, if the server's operator has set none. */
    retention: Type.Union([Type.Integer({ minimum: 1, maximum: longestRetention }), Type.Null()]),
    moderation: Type.Enum(['none', 'hold']),
    takePart: Level,
    vote: Level,
  },
  closed,
)
export type Settings = Static<typeof Settings>

export const SettingsPatch = Type.Partial(Settings, closed)
export type SettingsPatch = Static<typeof SettingsPatch>

const title = Type.String({ format: 'line', maxLength: limits.questionTitle })
const description = Type.String({ format: 'optional-text', maxLength: limits.questionDescription })
const deadline = Type.Union([Time, Type.Null()])

const times = {
  /** Before this, the question takes nothing but what its owner prepares; null to open at once. */
  opensAt: deadline,
  /** From this moment on no new ideas are taken; null for until the close. */
  ideasUntil: deadline,
  /** Between these moments there is voting; null for from the beginning, and for until the close. */
  votesFrom: deadline,
  votesUntil: deadline,
  closesAt: deadline,
}
const Times = Type.Object(times, closed)
export type Times = Static<typeof Times>

/** The IANA zone in which pages tell the times of the question; null for each reader's own. */
const timeZone = Type.Union([Type.String({ minLength: 1, maxLength: 60 }), Type.Null()])

/** Body of `POST /questions`. */
export const NewQuestion = Type.Object(
  {
    title,
    description: Type.Optional(description),
    ...Type.Partial(Times).properties,
    timeZone: Type.Optional(timeZone),
    settings: Type.Optional(SettingsPatch),
  },
  closed,
)
export type NewQuestion = Static<typeof NewQuestion>

/** Body of `PATCH /questions/:id`; null in place of a time takes it away. */
export const QuestionPatch = Type.Partial(
  Type.Object({ title, description, ...times, timeZone, settings: SettingsPatch }, closed),
  closed,
)
export type QuestionPatch = Static<typeof QuestionPatch>

/** Body of `DELETE /questions/:id/closure`: what becomes of the deadline when it has passed. */
export const Reopening = Type.Object({ closesAt: Type.Optional(deadline) }, closed)
export type Reopening = Static<typeof Reopening>
