import { fromRfc3339, rfc3339 } from '../base/clock.ts'
import { refuse, type InputError, type Refusal } from '../base/refusals.ts'
import type { QuestionRow } from '../db/tables.ts'
import { phaseOf, refuseWhenClosed } from './rules.ts'
import type { Times } from './wire.ts'

/** The times of a question, by their names on the wire and in its row, in the order in which they may come. */
const columns = {
  opensAt: 'opens_at',
  ideasUntil: 'ideas_until',
  votesFrom: 'votes_from',
  votesUntil: 'votes_until',
  closesAt: 'closes_at',
} as const

type Name = keyof typeof columns
const names = Object.keys(columns) as Name[]

/** The times of a question, in milliseconds; null where it has none of that kind. */
export type TimesRow = Pick<QuestionRow, (typeof columns)[Name]>
type Timed = TimesRow & Pick<QuestionRow, 'closed_at'>

/** Whether something is possible. */
export type Stage = 'later' | 'now' | 'over'

/** What is possible at a moment: adding ideas, and voting. Nothing at all is before the question opens. */
export interface Stages {
  ideas: Stage
  votes: Stage
}

/** What is possible at a moment, to the millisecond, whether or not anybody has written down that it is. */
export function stagesOf(question: Timed, now: number): Stages {
  if (phaseOf(question, now) === 'closed') return { ideas: 'over', votes: 'over' }
  if (isAhead(question.opens_at, now)) return { ideas: 'later', votes: 'later' }
  return {
    ideas: hasPassed(question.ideas_until, now) ? 'over' : 'now',
    votes: hasPassed(question.votes_until, now) ? 'over' : isAhead(question.votes_from, now) ? 'later' : 'now',
  }
}

/** The next moment after one at which something else is possible, the deadline too; null for never. */
export function nextStageAt(question: Timed, after: number): number | null {
  if (question.closed_at !== null) return null
  const ahead = names.map((name) => question[columns[name]]).filter((at) => at !== null && at > after)
  return ahead.length === 0 ? null : Math.min(...(ahead as number[]))
}

/** The same, but for the deadline, which closes the question and is written down as that. */
export function nextTurn(question: Timed, after: number): number | null {
  const next = nextStageAt(question, after)
  return next === question.closes_at ? null : next
}

/** Whether such a moment has passed and is not written down yet. */
export function isTurning(question: Pick<QuestionRow, 'turns_at' | 'closed_at'>, now: number): boolean {
  return question.closed_at === null && hasPassed(question.turns_at, now)
}

/** Nothing is taken once closed, and before it opens from its owner alone, who may prepare it. */
export function refuseContributing(question: QuestionRow, now: number, isOwner: boolean): Refusal | null {
  return refuseWhenClosed(question, now) ?? (isOwner ? null : refuseBeforeOpening(question, now))
}

/** No idea is taken once ideas are over; the owner may always add one while the question is open. */
export function refuseIdeasNow(question: Timed, now: number, isOwner: boolean): Refusal | null {
  return !isOwner && hasPassed(question.ideas_until, now) ? refuseAt('ideas_over', question.ideas_until) : null
}

/** No vote is cast and none taken back but while there is voting, whoever it is. */
export function refuseVotingNow(question: QuestionRow, now: number): Refusal | null {
  const refusal = refuseWhenClosed(question, now) ?? refuseBeforeOpening(question, now)
  if (refusal) return refusal
  if (isAhead(question.votes_from, now)) return refuseAt('votes_not_yet', question.votes_from)
  return refuseOnceVotesAreOver(question, now)
}

/** Nothing that people do takes votes away once voting is over. */
export function refuseOnceVotesAreOver(question: Timed, now: number): Refusal | null {
  return hasPassed(question.votes_until, now) ? refuseAt('votes_over', question.votes_until) : null
}

function refuseBeforeOpening(question: Timed, now: number): Refusal | null {
  return isAhead(question.opens_at, now) ? refuseAt('not_open_yet', question.opens_at) : null
}

function refuseAt(code: 'not_open_yet' | 'ideas_over' | 'votes_not_yet' | 'votes_over', at: number | null) {
  return refuse(code, [], { at: rfc3339(at ?? 0) })
}

/** The times of a question with those that somebody has set over them. */
export function timesWith(question: TimesRow, patch: Partial<Times>): TimesRow {
  const said = names.map((name): [string, number | null] => {
    const time = patch[name]
    return [columns[name], time === undefined ? question[columns[name]] : time === null ? null : fromRfc3339(time)]
  })
  return Object.fromEntries(said) as unknown as TimesRow
}

/** Whether all times of two are the same. */
export function haveSameTimes(one: TimesRow, other: TimesRow): boolean {
  return names.every((name) => one[columns[name]] === other[columns[name]])
}

/** Which has to come before which; `orWith`: or at the same moment. */
const order: [earlier: Name, later: Name, orWith?: 'orWith'][] = [
  ['opensAt', 'ideasUntil'],
  ['opensAt', 'votesFrom'],
  ['opensAt', 'votesUntil'],
  ['opensAt', 'closesAt'],
  ['ideasUntil', 'votesUntil', 'orWith'],
  ['ideasUntil', 'closesAt', 'orWith'],
  ['votesFrom', 'votesUntil'],
  ['votesFrom', 'closesAt'],
  ['votesUntil', 'closesAt', 'orWith'],
]

/**
 * Times that are set lie in the future, and stand in an order in which each of them means something.
 * @param before what they were: what stays as it was may have passed
 */
export function refuseTimes(before: TimesRow, after: TimesRow, now: number): Refusal | null {
  const isNew = (name: Name) => after[columns[name]] !== before[columns[name]]
  const past = names.filter((name) => isNew(name) && hasPassed(after[columns[name]], now))
  if (past.length > 0)
    return refuse(
      past.includes('closesAt') ? 'deadline_in_past' : 'time_in_past',
      past.map((path) => ({ path, message: 'lies in the past' })),
    )
  const errors = order.flatMap(([earlier, later, orWith]): InputError[] => {
    const [first, then] = [after[columns[earlier]], after[columns[later]]]
    if (first === null || then === null || first < then || (orWith && first === then)) return []
    return [
      isNew(later)
        ? { path: later, message: `must be ${orWith ? 'no earlier than' : 'after'} ${earlier}` }
        : { path: earlier, message: `must be ${orWith ? 'no later than' : 'before'} ${later}` },
    ]
  })
  return errors.length > 0 ? refuse('times_out_of_order', errors) : null
}

/**
 * The times of a question that opens again: what was possible when it closed is possible again, so an end that came
 * together with the close, or after it, goes with it.
 * @param closedAt when it closed
 */
export function timesAfterReopening(question: TimesRow, closedAt: number, now: number): TimesRow {
  const stays = (at: number | null) => (at !== null && at >= closedAt && at <= now ? null : at)
  const { closes_at } = question
  return {
    ...timesWith(question, {}),
    ideas_until: stays(question.ideas_until),
    votes_until: stays(question.votes_until),
    closes_at: hasPassed(closes_at, now) ? null : closes_at,
  }
}

/** An IANA name that the times of a question can be told in. */
export function refuseTimeZone(zone: string | null): Refusal | null {
  if (zone === null || isZone(zone)) return null
  return refuse('time_zone_unknown', [{ path: 'timeZone', message: 'is not the name of a time zone' }])
}

function isZone(zone: string): boolean {
  try {
    // A bare offset, such as +01:00, is none that clocks go by all year.
    return /^[A-Za-z]/.test(zone) && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}

function hasPassed(at: number | null, now: number): boolean {
  return at !== null && at <= now
}

function isAhead(at: number | null, now: number): boolean {
  return at !== null && at > now
}
