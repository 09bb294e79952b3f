import { hashToken, newPublicId, newToken, participantToken, sameBytes } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine, tidyText } from '../base/text.ts'
import type { QuestionRow } from '../db/tables.ts'
import { append, command, type Core, type Taken } from '../feed/command.ts'
import { alwaysGiven } from './levels.ts'
import {
  areResultsHidden,
  forgetsAt,
  isDue,
  phaseOf,
  refuseBreaking,
  refuseForgotten,
  refuseRetention,
  refuseSettings,
  restorable,
  settingsOf,
} from './rules.ts'
import { refuseToken, type Caller, type OwnerSeat } from './seat.ts'
import {
  haveSameTimes,
  isTurning,
  nextTurn,
  refuseTimes,
  refuseTimeZone,
  stagesOf,
  timesAfterReopening,
  timesWith,
  type TimesRow,
} from './stages.ts'
import * as store from './store.ts'
import type { Level, NewQuestion, QuestionPatch, Reopening, SettingsPatch, Times } from './wire.ts'

/**
 * Asks a question. The asking device runs it at once; whoever else has the admin token can, too.
 * @param options.createdAt when it was asked, where that was earlier
 * @param options.andThen what else belongs into the same transaction
 * @returns its public id and the admin token, which is stored only as a hash
 * @throws deadline_in_past, time_in_past, times_out_of_order, time_zone_unknown, setting_not_available
 */
export async function askQuestion(
  core: Core,
  caller: Caller,
  input: NewQuestion,
  { createdAt = core.clock(), andThen }: { createdAt?: number; andThen?: (taken: Taken) => Promise<void> } = {},
): Promise<{ questionId: string; adminToken: string }> {
  const times = timesWith(noTimes, input)
  const timeZone = input.timeZone ?? null
  hold(refuseTimeZone(timeZone))
  hold(refuseSettings(input.settings ?? {}, givenBy(core)))
  const question = {
    publicId: newPublicId(),
    title: tidyLine(input.title),
    description: tidyText(input.description ?? ''),
    settings: JSON.stringify(input.settings ?? {}),
    adminToken: newToken(),
    createdAt,
    times,
    turnsAt: nextTurn({ ...times, closed_at: null }, createdAt),
    timeZone,
  }
  // One transaction: `command` takes the row that was written just before.
  return await command(
    core,
    question.publicId,
    async (taken) => {
      // Only now: a retry after the deadline is answered as the first request was.
      hold(refuseTimes(noTimes, times, taken.now))
      await store.storeOwner(taken, hashToken(participantToken(caller.device, question.publicId)))
      append(taken, 'question.asked', {}, createdAt)
      await andThen?.(taken)
      return { questionId: question.publicId, adminToken: question.adminToken }
    },
    { first: (trx) => store.storeQuestion(trx, question), once: caller.once },
  )
}

/**
 * Changes text, times and settings; what is not named stays.
 * @param given the levels that this server can give
 * @throws deadline_in_past, time_in_past, times_out_of_order, question_closed (no time can move while closed: reopen
 *   first), time_zone_unknown, setting_not_available, setting_promised, retention_promised
 */
export async function editQuestion(
  taken: Taken,
  _seat: OwnerSeat,
  patch: QuestionPatch,
  given: readonly Level[],
): Promise<void> {
  const { question } = taken
  const before = saidOf(question)
  if (patch.title !== undefined) question.title = tidyLine(patch.title)
  if (patch.description !== undefined) question.description = tidyText(patch.description)
  if (patch.timeZone !== undefined) {
    hold(refuseTimeZone(patch.timeZone))
    question.time_zone = patch.timeZone
  }
  applyTimes(taken, patch)
  if (patch.settings) await applySettings(taken, patch.settings, given)
  if (saidOf(question) !== before) append(taken, 'question.edited')
}

const noTimes: TimesRow = { opens_at: null, ideas_until: null, votes_from: null, votes_until: null, closes_at: null }

/** All that the owner says of a question, to tell whether it has changed. */
function saidOf(question: QuestionRow): string {
  const { title, description, time_zone } = question
  return JSON.stringify([title, description, time_zone, timesWith(question, {}), settingsOf(question)])
}

function applyTimes(taken: Taken, patch: Partial<Times>): void {
  const { question, now } = taken
  const times = timesWith(question, patch)
  if (haveSameTimes(question, times)) return
  if (phaseOf(question, now) === 'closed') throw refuse('question_closed')
  hold(refuseTimes(question, times, now))
  advanceWhenDue(taken)
  Object.assign(question, times)
  question.turns_at = nextTurn(question, now)
}

/** The levels that a server can give to people. */
export function givenBy(core: Core): readonly Level[] {
  return (core.levels as readonly Level[] | undefined) ?? alwaysGiven
}

async function applySettings(taken: Taken, patch: SettingsPatch, given: readonly Level[]): Promise<void> {
  const { question } = taken
  const before = settingsOf(question)
  // What is set already stays possible to send along, on a server that cannot give it any more too.
  hold(refuseSettings(patch, [...given, before.takePart, before.vote]))
  const votes = await store.hasVotes(taken)
  hold(refuseBreaking(before, { ...before, ...patch }, { votes, names: question.participants > 0 }))
  const limit = patch.votesPerParticipant ?? Infinity
  if (areResultsHidden(question, taken.now) && votes && limit < (before.votesPerParticipant ?? Infinity))
    // How far down it could go would tell how many votes somebody has cast.
    throw refuse(
      'setting_promised',
      [{ path: 'settings/votesPerParticipant', message: 'cannot go down while the votes are hidden' }],
      { votes: 0 },
    )
  if (patch.votesPerParticipant != null) {
    // People relied on the votes they cast; a limit below that would have to take some of them away.
    const largest = await store.findLargestBallot(taken)
    if (largest > patch.votesPerParticipant)
      throw refuse(
        'setting_promised',
        [
          {
            path: 'settings/votesPerParticipant',
            message: `cannot go below ${largest}, which somebody has already cast`,
          },
        ],
        { votes: largest },
      )
  }
  if (patch.votesPerIdea !== undefined && patch.votesPerIdea < before.votesPerIdea)
    await holdVotesPerIdea(taken, patch.votesPerIdea)
  hold(refuseRetention(settingsOf(question), patch, question.participants))
  question.settings = JSON.stringify({ ...(JSON.parse(question.settings) as SettingsPatch), ...patch })
  question.forget_at = forgetsAt(question)
}

/** Nobody loses votes that they gave to one idea, and while votes are hidden a limit does not tell how many those are. */
async function holdVotesPerIdea(taken: Taken, limit: number): Promise<void> {
  const path = 'settings/votesPerIdea'
  const most = await store.findMostOnOneIdea(taken)
  if (most > 0 && areResultsHidden(taken.question, taken.now))
    throw refuse('setting_promised', [{ path, message: 'cannot go down while the votes are hidden' }], { votes: 0 })
  if (most > limit)
    throw refuse(
      'setting_promised',
      [{ path, message: `cannot go below ${most}, which somebody has already given to one idea` }],
      { votes: most },
    )
}

/** Closes the question now. Closing it again changes nothing. */
export function closeQuestion(taken: Taken, _seat: OwnerSeat): void {
  keepTime(taken)
  if (taken.question.closed_at !== null) return
  taken.question.closed_at = taken.now
  taken.question.turns_at = null
  taken.question.forget_at = forgetsAt(taken.question)
  append(taken, 'question.closed', { byDeadline: false })
}

/**
 * Writes down what time has done to the question, as of when it did, whenever it is that somebody looks: that something
 * else is possible since, or that it has closed.
 */
export function keepTime(taken: Taken): void {
  advanceWhenDue(taken)
  closeWhenDue(taken)
}

function advanceWhenDue(taken: Taken): void {
  const { question } = taken
  while (isTurning(question, taken.now) && question.turns_at !== null) {
    const at = question.turns_at
    append(taken, 'question.advanced', { ...stagesOf(question, at) }, at)
    question.turns_at = nextTurn(question, at)
  }
}

function closeWhenDue(taken: Taken): void {
  const { question } = taken
  if (!isDue(question, taken.now) || question.closes_at === null) return
  question.closed_at = question.closes_at
  question.turns_at = null
  question.forget_at = forgetsAt(question)
  append(taken, 'question.closed', { byDeadline: true }, question.closes_at)
}

/**
 * Opens the question again, with a new deadline or, when the old one has passed, without any. What was possible when it
 * closed is possible again.
 * @throws question_not_closed, deadline_in_past, times_out_of_order, people_forgotten
 */
export function reopenQuestion(taken: Taken, _seat: OwnerSeat, input: Reopening): void {
  keepTime(taken)
  const { question, now } = taken
  if (question.closed_at === null) throw refuse('question_not_closed')
  hold(refuseForgotten(question))
  const kept = timesAfterReopening(question, question.closed_at, now)
  const times = timesWith(kept, input)
  hold(refuseTimes({ ...kept, closes_at: null }, times, now))
  Object.assign(question, times)
  question.closed_at = null
  question.turns_at = nextTurn(question, now)
  question.forget_at = null
  append(taken, 'question.reopened')
}

/** Deletes the question for everyone; for 30 days the owner can bring it back. */
export function deleteQuestion(taken: Taken, _seat: OwnerSeat): void {
  if (taken.question.deleted_at !== null) return
  taken.question.deleted_at = taken.now
  append(taken, 'question.deleted')
}

/** Brings a deleted question back. @throws question_not_found when the 30 days are over */
export function restoreQuestion(taken: Taken, _seat: OwnerSeat): void {
  const { question } = taken
  if (question.deleted_at === null) return
  if (question.deleted_at + restorable <= taken.now) throw refuse('question_not_found')
  question.deleted_at = null
  append(taken, 'question.restored')
}

/** Makes the caller's device an owner's device. @throws token_unknown when this is not the admin token */
export async function openAdminLink(taken: Taken, caller: Caller, adminToken: string): Promise<void> {
  if (!sameBytes(hashToken(adminToken), taken.question.admin_hash)) throw refuseToken(taken.question)
  await store.storeOwner(taken, hashToken(participantToken(caller.device, taken.question.public_id)))
}

/**
 * Makes a new admin token. The old one, and every other device that opened it, stop working at once.
 * @returns the new token, told this once
 */
export async function replaceAdminLink(taken: Taken, seat: OwnerSeat): Promise<string> {
  const adminToken = newToken()
  taken.question.admin_hash = hashToken(adminToken)
  await store.deleteOwners(taken)
  await store.storeOwner(taken, seat.tokenHash)
  return adminToken
}
