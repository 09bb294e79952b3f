import { hold, refuse, type Refusal } from '../base/refusals.ts'
import { tidyLine } from '../base/text.ts'
import { areNamesHidden, type Newcomer } from '../question/rules.ts'
import type { Settings } from '../question/wire.ts'
import type { InRoom } from './wire.ts'

/** Where names are required, nobody takes part without one. */
export function refuseName(settings: Settings, name: string | null, path = 'name'): Refusal | null {
  if (settings.names !== 'required' || name !== null) return null
  return refuse('name_required', [{ path, message: 'is missing' }])
}

/** Where names are hidden, nobody is asked for one, and none is taken that would never be shown. @param name as it came along */
export function refuseGivenName(settings: Settings, name: string | null, path = 'name'): Refusal | null {
  if (name === null || !areNamesHidden(settings)) return null
  return refuse('names_hidden', [{ path, message: 'is not taken here' }])
}

/**
 * The name of somebody in the room, for whom the owner adds something. It is asked for and hidden as everyone's is.
 * @throws names_hidden, name_required
 */
export function roomName(settings: Settings, { name }: InRoom): string | null {
  const given = tidyLine(name ?? '') || null
  hold(refuseGivenName(settings, given, 'inRoom/name'))
  hold(refuseName(settings, given, 'inRoom/name'))
  return given
}

/** Who began within this time counts towards what is asked of the next, in milliseconds. */
export const newcomersWithin = 60 * 60 * 1000
/** More are not counted. */
export const newcomersCounted = 10_000
/** Of those who wait instead of working, one may begin in each network within this time, in milliseconds. */
export const waitingTurn = 2_000
/** A proof is never harder than this: a telephone is to do it within seconds. */
const hardest = 5

/**
 * How hard a proof is asked for of who begins to take part; null for none. Each time that as many again have begun it is
 * a step harder.
 * @param begun how many began in this network within the hour
 */
export function strengthFor(begun: number, free: number): number | null {
  if (begun < free) return null
  return Math.min(hardest, Math.floor(Math.log2(begun / free)))
}

/** Where many began in one network, nobody else begins without a proof. */
export function refuseNewcomer(begun: number, { free, proof }: Newcomer, now: number): Refusal | null {
  const strength = strengthFor(begun, free)
  // While somebody works others begin, so a proof that is a step too weak is taken.
  if (strength === null || (proof && proof.strength >= strength - 1 && proof.expiresAt > now)) return null
  return refuse('proof_needed', [], { strength })
}

/** Who wants to change something that was contributed. */
export interface Editor {
  isOwner: boolean
  /** The participant's key; null for somebody who does not take part. */
  participantKey: number | null
}

/**
 * Whether somebody may change or withdraw a contribution: its author may, and the owner.
 * @param missing the refusal for a stranger to whom a hidden contribution is not there at all
 */
export function refuseChange(
  contribution: { author_id: number | null; hidden_at: number | null },
  editor: Editor,
  missing: 'idea_not_found' | 'argument_not_found' | 'comment_not_found',
): Refusal | null {
  if (editor.isOwner) return null
  if (contribution.author_id !== null && contribution.author_id === editor.participantKey) return null
  return refuse(contribution.hidden_at === null ? 'author_only' : missing)
}
