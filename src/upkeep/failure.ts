import { Refusal } from '../base/refusals.ts'

/** A sentence for the operator: what could not be done with the store, and what to do about it. */
export class UpkeepError extends Error {}

/** What the system or the engine said, in one line. */
export function reason(failure: unknown): string {
  // What the store refuses is worded for visitors; an operator wants what the engine said.
  if (failure instanceof Refusal && failure.cause !== undefined) return reason(failure.cause)
  return failure instanceof Error ? failure.message.replace(/\s+/g, ' ') : String(failure)
}
