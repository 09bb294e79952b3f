import type { ParticipantRow, QuestionRow } from '../db/tables.ts'
import type { ChangeType } from '../feed/changes.ts'

/** An idea that everyone can see, and its tally. */
export interface KnownIdea {
  id: number
  votes: number
}

/** Where a caller stands on an idea: who they are here, and whether their vote for it is there. */
export interface Stand {
  participant: number
  level: string
  named: boolean
  voted: boolean
}

export interface NewVote {
  question: number
  participant: number
  idea: number
  level: string
  named: boolean
  at: number
  revision: number
}

export interface NewChange {
  question: number
  revision: number
  type: ChangeType
  data: string
  at: number
}

/** What a batch needs of an engine: each a constant number of statements, however many rows. */
export interface BatchStore {
  /**
   * Opens the transaction and takes the lock.
   * @returns whether all that was known of questions still holds: nobody else has written since
   */
  begin(): boolean
  commit(): void
  rollback(): void
  findQuestions(publicIds: string[]): QuestionRow[]
  /** Ideas that everyone can see. */
  findIdeas(keys: { question: number; publicId: string }[]): ({ question: number; publicId: string } & KnownIdea)[]
  /** In the order of the keys; null for who does not take part. An idea 0 is no idea. */
  findStands(keys: { question: number; tokenHash: Uint8Array; idea: number }[]): (Stand | null)[]
  /** How many votes participants have on ideas that everyone can see, in the order of the keys. */
  countVotes(keys: { question: number; participant: number }[]): number[]
  storeParticipants(rows: ParticipantRow[]): void
  storeVotes(rows: NewVote[]): void
  deleteVotes(rows: { question: number; participant: number; idea: number }[]): void
  addToTallies(rows: { question: number; idea: number; delta: number }[]): void
  storeChanges(rows: NewChange[]): void
  storeQuestions(rows: QuestionRow[]): void
}
