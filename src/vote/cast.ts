import type { Refusal } from '../base/refusals.ts'
import type { Newcomer } from '../question/rules.ts'
import type { Receipt } from './actions.ts'

/** One vote to be cast or taken back, as a door sent it. */
export interface BatchedCast {
  questionId: string
  ideaId: string
  /** How many votes the idea has from this participant then; 0 takes them back. */
  value: number
  /** Hash of the caller's token on this question. */
  tokenHash: Uint8Array
  /** Whether that is the token of an Authorization header, which must be known, or a device's, which may be new. */
  isBearer: boolean
  /** The name that came along. */
  name: string | null
  /** From where somebody would begin to take part. */
  newcomer: Newcomer | null
  /** By `performance.now()`. */
  askedAt: number
}

/** `alone`: what this vote needs, a batch does not have; the verb for one vote does. */
export type Outcome = Receipt | Refusal | 'alone'
