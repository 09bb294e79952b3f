import Type, { type Static } from 'typebox'
import { mostVotesPerIdea, PublicId } from '../question/wire.ts'

/** How many votes stand on one idea, up to the question's `votesPerIdea`. */
const Value = Type.Integer({ minimum: 1, maximum: mostVotesPerIdea })

/** Body of `PUT …/vote`: how many votes the idea has from this participant then; one where nothing is said. */
export const NewVote = Type.Object({ value: Type.Optional(Value) }, { additionalProperties: false })
export type NewVote = Static<typeof NewVote>

/** Body of `PUT …/ballot`: every idea voted for, and with how many votes; it replaces the participant's ballot. */
export const Ballot = Type.Object(
  { votes: Type.Record(PublicId, Value, { additionalProperties: false, maxProperties: 1000 }) },
  { additionalProperties: false },
)
export type Ballot = Static<typeof Ballot>

/** Answer to a vote: the idea's tally, null while votes are hidden, and the question's revision after it. */
export const VoteReceipt = Type.Object({
  idea: PublicId,
  votes: Type.Union([Type.Integer(), Type.Null()]),
  revision: Type.Integer(),
})
export type VoteReceipt = Static<typeof VoteReceipt>

/** A page of voters in the order they voted; `name` is null for people who gave none. `total` counts people, not votes. */
export const VoterPage = Type.Object({
  voters: Type.Array(Type.Object({ name: Type.Union([Type.String(), Type.Null()]) })),
  total: Type.Integer(),
  /** Cursor of the next page, null on the last one. */
  next: Type.Union([Type.String(), Type.Null()]),
})
export type VoterPage = Static<typeof VoterPage>
