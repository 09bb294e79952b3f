import { fromRfc3339 } from '../base/clock.ts'
import { hashToken, newPublicId, newToken, participantToken, sameBytes } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine, tidyText } from '../base/text.ts'
import { append, command, type Core, type Taken } from '../feed/command.ts'
import {
  areResultsHidden,
  forgetsAt,
  isDue,
  phaseOf,
  refuseBreaking,
  refuseDeadline,
  refuseForgotten,
  refuseRetention,
  refuseSettings,
  restorable,
  settingsOf,
} from './rules.ts'
import { refuseToken, type Caller, type OwnerSeat } from './seat.ts'
import * as store from './store.ts'
import type { NewQuestion, QuestionPatch, Reopening, SettingsPatch } from './wire.ts'

/**
 * Asks a question. The asking device runs it at once; whoever else has the admin token can, too.
 * @param options.createdAt when it was asked, where that was earlier
 * @param options.andThen what else belongs into the same transaction
 * @returns its public id and the admin token, which is stored only as a hash
 * @throws deadline_in_past, setting_not_available
 */
export async function askQuestion(
  core: Core,
  caller: Caller,
  input: NewQuestion,
  { createdAt = core.clock(), andThen }: { createdAt?: number; andThen?: (taken: Taken) => Promise<void> } = {},
): Promise<{ questionId: string; adminToken: string }> {
  const closesAt = input.closesAt ? fromRfc3339(input.closesAt) : null
  hold(refuseSettings(input.settings ?? {}))
  const question = {
    publicId: newPublicId(),
    title: tidyLine(input.title),
    description: tidyText(input.description ?? ''),
    settings: JSON.stringify(input.settings ?? {}),
    adminToken: newToken(),
    createdAt,
    closesAt,
  }
  // One transaction: `command` takes the row that was written just before.
  return await command(
    core,
    question.publicId,
    async (taken) => {
      // Only now: a retry after the deadline is answered as the first request was.
      hold(refuseDeadline(closesAt, taken.now))
      await store.storeOwner(taken, hashToken(participantToken(caller.device, question.publicId)))
      append(taken, 'question.asked', {}, createdAt)
      await andThen?.(taken)
      return { questionId: question.publicId, adminToken: question.adminToken }
    },
    { first: (trx) => store.storeQuestion(trx, question), once: caller.once },
  )
}

/**
 * Changes text, deadline and settings; what is not named stays.
 * @throws deadline_in_past, question_closed (a deadline cannot move while closed: reopen first),
 *   setting_not_available, setting_promised, retention_promised
 */
export async function editQuestion(taken: Taken, _seat: OwnerSeat, patch: QuestionPatch): Promise<void> {
  const { question } = taken
  const before = JSON.stringify([question.title, question.description, question.closes_at, settingsOf(question)])
  if (patch.title !== undefined) question.title = tidyLine(patch.title)
  if (patch.description !== undefined) question.description = tidyText(patch.description)
  if (patch.closesAt !== undefined) {
    const closesAt = patch.closesAt === null ? null : fromRfc3339(patch.closesAt)
    if (closesAt !== question.closes_at) {
      if (phaseOf(question, taken.now) === 'closed') throw refuse('question_closed')
      hold(refuseDeadline(closesAt, taken.now))
      question.closes_at = closesAt
    }
  }
  if (patch.settings) await applySettings(taken, patch.settings)
  const after = JSON.stringify([question.title, question.description, question.closes_at, settingsOf(question)])
  if (after !== before) append(taken, 'question.edited')
}

async function applySettings(taken: Taken, patch: SettingsPatch): Promise<void> {
  hold(refuseSettings(patch))
  const { question } = taken
  const before = settingsOf(question)
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
  hold(refuseRetention(settingsOf(question), patch, question.participants))
  question.settings = JSON.stringify({ ...(JSON.parse(question.settings) as SettingsPatch), ...patch })
  question.forget_at = forgetsAt(question)
}

/** Closes the question now. Closing it again changes nothing. */
export function closeQuestion(taken: Taken, _seat: OwnerSeat): void {
  closeWhenDue(taken)
  if (taken.question.closed_at !== null) return
  taken.question.closed_at = taken.now
  taken.question.forget_at = forgetsAt(taken.question)
  append(taken, 'question.closed', { byDeadline: false })
}

/** Writes the closing down once the deadline has passed, as of the deadline, whenever it is that somebody looks. */
export function closeWhenDue(taken: Taken): void {
  const { question } = taken
  if (!isDue(question, taken.now) || question.closes_at === null) return
  question.closed_at = question.closes_at
  question.forget_at = forgetsAt(question)
  append(taken, 'question.closed', { byDeadline: true }, question.closes_at)
}

/**
 * Opens the question again, with a new deadline or, when the old one has passed, without any.
 * @throws question_not_closed, deadline_in_past, people_forgotten
 */
export function reopenQuestion(taken: Taken, _seat: OwnerSeat, input: Reopening): void {
  closeWhenDue(taken)
  const { question } = taken
  if (question.closed_at === null) throw refuse('question_not_closed')
  hold(refuseForgotten(question))
  if (input.closesAt !== undefined) {
    const closesAt = input.closesAt === null ? null : fromRfc3339(input.closesAt)
    hold(refuseDeadline(closesAt, taken.now))
    question.closes_at = closesAt
  } else if (question.closes_at !== null && question.closes_at <= taken.now) {
    question.closes_at = null
  }
  question.closed_at = null
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
