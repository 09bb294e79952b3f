import { refuse, type Refusal } from '../base/refusals.ts'
import type { Level, Settings } from './wire.ts'

/** The levels that every server can give; see `Core.levels` for those of one server. */
export const alwaysGiven: readonly Level[] = ['open', 'invited']

/** The levels of which a vote can be, weakest first: a level rises along them and never falls. */
export const levels: readonly Level[] = ['open', 'email', 'invited', 'account']

/**
 * How well somebody is proven on a question. An invitation is not the weaker sister of an account: it says who may, and an
 * account who one is. So it is known beside the level, and not lost when that rises.
 */
export interface Standing {
  level: Level
  /** Whether they hold an invitation. */
  invited: boolean
}

/** Who has just come. */
export const stranger: Standing = { level: 'open', invited: false }

/** How well the person of a row is proven. */
export function standingOf(row: { level: string; invitation_id: number | null }): Standing {
  return { level: row.level as Level, invited: row.invitation_id !== null }
}

/**
 * Whether somebody has what is needed. Whom the owner invited need not confirm an e-mail address, and an account has one
 * that is confirmed; but nobody is invited by having an account, nor has one by being invited.
 */
export function has({ level, invited }: Standing, needed: Level): boolean {
  switch (needed) {
    case 'open':
      return true
    case 'email':
      return invited || level !== 'open'
    case 'invited':
      return invited
    case 'account':
      return level === 'account'
  }
}

type Needs = Pick<Settings, 'takePart' | 'vote'>

/** What somebody lacks to take part; null for nothing. */
export function lackedToTakePart(settings: Needs, standing: Standing): Level | null {
  return has(standing, settings.takePart) ? null : settings.takePart
}

/** What somebody lacks to vote, which is a way of taking part; null for nothing. */
export function lackedToVote(settings: Needs, standing: Standing): Level | null {
  return lackedToTakePart(settings, standing) ?? (has(standing, settings.vote) ? null : settings.vote)
}

/** Nobody takes part without the level that it needs. */
export function refuseTakingPart(settings: Needs, standing: Standing): Refusal | null {
  return refuseLack(lackedToTakePart(settings, standing))
}

/** Nobody votes without the levels that taking part and voting need. */
export function refuseVoting(settings: Needs, standing: Standing): Refusal | null {
  return refuseLack(lackedToVote(settings, standing))
}

function refuseLack(level: Level | null): Refusal | null {
  return level === null ? null : refuse('level_needed', [], { level })
}

/** Whether somebody could vote under the second settings who could not under the first. */
export function opensVoting(before: Needs, after: Needs): boolean {
  return levels.some((level) =>
    [false, true].some(
      (invited) =>
        lackedToVote(before, { level, invited }) !== null && lackedToVote(after, { level, invited }) === null,
    ),
  )
}
