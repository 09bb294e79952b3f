import Type, { type Static } from 'typebox'
import { limits, PublicId, Time } from '../question/wire.ts'

/** Most people in a room, and so most votes of one entry for one idea. */
export const mostPeople = 1_000_000
/** Most entries of a question, those that were taken back included. */
export const mostEntries = 1_000

const how = Type.Enum(['hands', 'paper'])
const people = Type.Integer({ minimum: 1, maximum: mostPeople })

/** Body of `POST /questions/:id/room`: what was counted in the room. An idea that had no vote may be left out. */
export const NewEntry = Type.Object(
  {
    how,
    people,
    votes: Type.Record(PublicId, Type.Integer({ minimum: 0, maximum: mostPeople }), {
      additionalProperties: false,
      maxProperties: 1000,
    }),
    note: Type.Optional(Type.String({ format: 'optional-text', maxLength: limits.entryNote })),
  },
  { additionalProperties: false },
)
export type NewEntry = Static<typeof NewEntry>

/** What was counted in the room once, as everyone may read it where votes are shown. */
export const EntryView = Type.Object({
  id: PublicId,
  how,
  people,
  note: Type.String(),
  at: Time,
  /** When the owner took it back; then it does not count. */
  withdrawnAt: Type.Union([Time, Type.Null()]),
  /** Votes by idea, of those that can be seen; what was for an idea that was merged stands with the one it became part of. */
  votes: Type.Array(Type.Object({ idea: PublicId, title: Type.String(), votes: Type.Integer() })),
})
export type EntryView = Static<typeof EntryView>

/** A page of entries, newest first. */
export const EntryPage = Type.Object({
  entries: Type.Array(EntryView),
  total: Type.Integer(),
  /** Cursor of the next page, null on the last one. */
  next: Type.Union([Type.String(), Type.Null()]),
})
export type EntryPage = Static<typeof EntryPage>
