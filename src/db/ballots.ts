import type { ParticipantRow, QuestionRow } from './tables.ts'

/** An idea that everyone can see, and its tally, with the votes in the room. */
export interface KnownIdea {
  id: number
  votes: number
  /** Since when it takes no more votes. */
  closed_at: number | null
}

/** A vote that stands: at which level and when it was cast, and how many it counts. */
export interface StandingVote {
  level: string
  value: number
  at: number
  revision: number
}

/** Where a caller stands on an idea: who they are here, and whether their vote for it is there. */
export interface Stand {
  participant: number
  level: string
  /** Whether they hold an invitation. */
  invited: boolean
  named: boolean
  voted: StandingVote | null
  /** Whether their votes are set aside. */
  aside: boolean
}

export type FoundIdea = KnownIdea & { question: number; publicId: string }

export interface NewVote extends StandingVote {
  question: number
  participant: number
  idea: number
  named: boolean
}

/** How many more votes an idea has, and how many of these come after the first of each voter. */
export interface TallyDelta {
  question: number
  idea: number
  votes: number
  further: number
}

/** How many more votes an idea has at a level above `open`. */
export interface ProvenDelta {
  question: number
  idea: number
  level: string
  delta: number
}

export interface NewChange {
  question: number
  revision: number
  type: string
  data: string
  at: number
  hash: Uint8Array
}

/** What a batch of votes needs of an engine: each a constant number of statements, however many rows. */
export interface BallotStore {
  /**
   * Opens a transaction and takes the questions: nobody else writes to them until it ends.
   * @param publicIds of questions, each once
   * @param isKnown whether the caller remembers a question as it was when its last batch ended
   * @returns the rows of those that are there and are not known, or are not certain to be as they were; and whether all
   *   else that is remembered still holds
   */
  begin(publicIds: string[], isKnown: (publicId: string) => boolean): Promise<{ rows: QuestionRow[]; holds: boolean }>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Ideas that everyone can see. */
  findIdeas(keys: { question: number; publicId: string }[]): Promise<FoundIdea[]>
  /** In the order of the keys; null for who does not take part. An idea 0 is no idea. */
  findStands(keys: { question: number; tokenHash: Uint8Array; idea: number }[]): Promise<(Stand | null)[]>
  /** How many votes participants have on ideas that everyone can see, in the order of the keys. */
  countVotes(keys: { question: number; participant: number }[]): Promise<number[]>
  /** How many began to take part in a network after a moment, in the order of the keys; `most` at the most. */
  countNewcomers(keys: { question: number; network: string; after: number }[], most: number): Promise<number[]>
  storeParticipants(rows: ParticipantRow[]): Promise<void>
  storeVotes(rows: NewVote[]): Promise<void>
  deleteVotes(rows: { question: number; participant: number; idea: number }[]): Promise<void>
  addToTallies(rows: TallyDelta[]): Promise<void>
  addToLevels(rows: ProvenDelta[]): Promise<void>
  storeChanges(rows: NewChange[]): Promise<void>
  storeQuestions(rows: QuestionRow[]): Promise<void>
}
