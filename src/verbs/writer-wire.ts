import type { InputError, RefusalCode } from '../base/refusals.ts'
import { Refusal } from '../base/refusals.ts'
import type { News } from '../feed/follow.ts'
import type { Verbs } from './verbs.ts'

export type VerbName = keyof Verbs

/** Any verb: its number, its name, and what it is called with. */
export type Call = [id: number, name: VerbName, args: unknown[]]

/**
 * A vote in one flat list with others, for votes are many: number, question, idea, how many votes it has then, caller, and from where
 * somebody would begin: network, how many may without a proof, the proof as JSON.
 */
export type FlatCasts = (string | number | boolean | null)[]
/** How many entries of the list are one vote. */
export const castLength = 10

/** What goes to the writer's thread. */
export interface ToWriter {
  calls: Call[]
  casts: FlatCasts
}

/** What comes back. The news were committed before what is done was acknowledged, so they are told first. */
export interface FromWriter {
  news: News[]
  done: [id: number, result: unknown][]
  failed: [id: number, failure: Failure][]
  /** Number of the vote, its idea's tally, the question's revision, again and again. */
  receipts: (number | null)[]
}

/** A refusal as data, or what went wrong in words for the log. */
export type Failure =
  | { code: RefusalCode; errors: InputError[]; facts: Record<string, string | number>; cause?: Failure }
  | { message: string; stack: string }

export function packFailure(failure: unknown): Failure {
  if (failure instanceof Refusal) {
    const { code, errors, facts, cause } = failure
    return { code, errors, facts, ...(cause !== undefined && { cause: packFailure(cause) }) }
  }
  const error = failure instanceof Error ? failure : new Error(String(failure))
  return { message: error.message, stack: error.stack ?? '' }
}

export function unpackFailure(failure: Failure): Error {
  if ('code' in failure) {
    const refusal = new Refusal(failure.code, failure.errors, failure.facts)
    return failure.cause ? Object.assign(refusal, { cause: unpackFailure(failure.cause) }) : refusal
  }
  return Object.assign(new Error(failure.message), { stack: failure.stack })
}
