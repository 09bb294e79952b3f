import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false } as const

/** How long what the owner or a reporter adds may be, in characters, and how many words can be listed. */
export const deskLimits = { note: 500, report: 1_000, why: 500, word: 60, words: 200 } as const

/** Why something is reported, hidden, edited or merged. */
export const reasons = ['offTopic', 'duplicate', 'offensive', 'advertising', 'personal', 'other'] as const
export const Reason = Type.Enum([...reasons])
export type Reason = Static<typeof Reason>

/** Which kind of contribution something is. */
export const kinds = ['idea', 'argument', 'comment'] as const
export const Kind = Type.Enum([...kinds])
export type Kind = Static<typeof Kind>

/** What can be done about a contribution. */
export const actNames = ['approve', 'decline', 'hide', 'show', 'edit', 'merge', 'close', 'delete'] as const
export const ActName = Type.Enum([...actNames])
export type ActName = Static<typeof ActName>

const note = Type.String({ format: 'optional-text', maxLength: deskLimits.note })

/** Body of `PUT …/hidden`: why, for the contributor and for the list of acts. */
export const Reasoned = Type.Object({ reason: Type.Optional(Reason), note: Type.Optional(note) }, closed)
export type Reasoned = Static<typeof Reasoned>

/** Body of `PUT …/words`: contributions that contain one of these wait for the owner. */
export const HeldWords = Type.Object(
  {
    words: Type.Array(Type.String({ format: 'line', maxLength: deskLimits.word }), { maxItems: deskLimits.words }),
  },
  closed,
)
export type HeldWords = Static<typeof HeldWords>

/** Body of `PUT …/report`. */
export const NewReport = Type.Object(
  {
    reason: Reason,
    text: Type.Optional(Type.String({ format: 'optional-text', maxLength: deskLimits.report })),
  },
  closed,
)
export type NewReport = Static<typeof NewReport>

/** Body of `PUT …/ideas/:idea/closure`: why the idea takes no more votes; everyone reads it. */
export const IdeaClosure = Type.Object({ why: Type.String({ format: 'text', maxLength: deskLimits.why }) }, closed)
export type IdeaClosure = Static<typeof IdeaClosure>
