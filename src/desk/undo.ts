import { restore } from '../aside/actions.ts'
import { findAside } from '../aside/store.ts'
import { hold, refuse } from '../base/refusals.ts'
import { takeOverLimit } from '../contribution/actions.ts'
import { recount } from '../contribution/store.ts'
import { findDecision, storeDecision } from '../decision/store.ts'
import type { ActRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { loadIdeaEvenMerged, updateIdea } from '../idea/store.ts'
import { tellSummary, type Before } from '../moderation/actions.ts'
import * as moderation from '../moderation/store.ts'
import type { ActName, Kind } from '../moderation/wire.ts'
import { refuseWhenClosed } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { dataOf, putOnDesk, refuseAsDone, setHidden } from './actions.ts'
import * as store from './store.ts'

/**
 * Undoes an act: what it was about is as it was, and waits again if it waited. What others did meanwhile stays. Votes
 * that were set aside count again.
 * @throws act_not_found, dealt_with where it was undone already, act_final for what cannot be undone, act_not_last where
 *   something was done since that has to be undone first, question_closed for a merger
 */
export async function undo(taken: Taken, seat: OwnerSeat, actId: string): Promise<void> {
  const { trx, question } = taken
  if (await findAside(trx, question.id, actId)) {
    await restore(taken, seat, actId)
    return
  }
  const act = await store.loadAct(trx, question.id, actId)
  if (act.undone_at !== null) throw refuseAsDone(undefined)
  if (act.before === null) throw refuse('act_final')
  const before = JSON.parse(act.before) as Before
  const thing = await store.loadThing(trx, question.id, act.kind as Kind, act.thing)
  await wayBack(taken, seat, act, before, thing)
  await restoreWaiting(taken, thing, act, before)
  await moderation.markUndone(taken, act.id)
  await moderation.unsettleReports(taken, act.id)
  const { hidden_at } = (await store.loadThing(trx, question.id, thing.kind, act.thing)).row
  if (hidden_at === null) await putOnDesk(taken, thing.kind, act.thing)
  tellSummary(taken, act.act as ActName)
}

async function wayBack(taken: Taken, seat: OwnerSeat, act: ActRow, before: Before, thing: store.Thing): Promise<void> {
  const wasHeld = before.waiting?.held === 1
  const isMerged = thing.kind === 'idea' && thing.row.merged_into !== null
  const isHidden = thing.row.hidden_at !== null
  // What is at the desk has come there after this act.
  const isWaiting = thing.waiting !== undefined && (thing.waiting.held === 1 || thing.waiting.edit !== null)
  const hadWaiting = before.waiting !== null && (wasHeld || before.waiting.edit !== null)
  if (isWaiting && hadWaiting) throw refuse('act_not_last')
  switch (act.act as ActName) {
    case 'approve':
      if (isMerged || isHidden) throw refuse('act_not_last')
      if (before.waiting?.edit) await restoreTexts(taken, thing, act, before)
      if (wasHeld) await setHidden(taken, seat, thing, true)
      break
    case 'decline':
      if (isMerged || isHidden) throw refuse('act_not_last')
      break
    case 'hide':
      if (isMerged || !isHidden || thing.waiting?.held === 1) throw refuse('act_not_last')
      if (!wasHeld) await setHidden(taken, seat, thing, false)
      break
    case 'show':
      if (isMerged || isHidden) throw refuse('act_not_last')
      await setHidden(taken, seat, thing, true)
      break
    case 'edit':
      if (isMerged || isHidden) throw refuse('act_not_last')
      await restoreTexts(taken, thing, act, before)
      if (wasHeld) await setHidden(taken, seat, thing, true)
      break
    case 'merge':
      await separate(taken, seat, act, before, thing)
      break
    case 'close':
      if (thing.kind !== 'idea' || isMerged || isHidden || thing.row.closed_at !== act.at) throw refuse('act_not_last')
      await updateIdea(taken, thing.row.id, { closed_at: null, closed_why: null })
      append(taken, 'idea.reopened', { idea: act.thing })
      break
    case 'delete':
      throw refuse('act_final')
  }
}

/** Puts back what a contribution said, unless its author has changed it since. */
async function restoreTexts(taken: Taken, thing: store.Thing, act: ActRow, before: Before): Promise<void> {
  if (thing.row.edited_at !== act.at) throw refuse('act_not_last')
  await store.updateThing(taken, thing, {
    ...before.fields,
    edited_at: before.editedAt ?? null,
    owner_edited: before.ownerEdited ?? 0,
    ...(act.act === 'approve' && before.waiting?.image_id != null && { image_id: act.image_id }),
  })
  append(taken, `${thing.kind}.edited`, dataOf(thing))
}

/** Takes a merger apart: votes, arguments and earlier mergers go back to where they were. */
async function separate(taken: Taken, seat: OwnerSeat, act: ActRow, before: Before, thing: store.Thing): Promise<void> {
  const { trx, question } = taken
  hold(refuseWhenClosed(question, taken.now))
  if (thing.kind !== 'idea') throw refuse('act_final')
  const target = await loadIdeaEvenMerged(trx, question.id, act.into_thing ?? '')
  if (thing.row.merged_into !== target.id || target.merged_into !== null) throw refuse('act_not_last')
  await store.moveBack(taken, act.id, thing.row, target)
  await recount(taken)
  append(taken, 'idea.separated', { idea: act.thing, into: target.public_id })
  await takeOverLimit(taken, thing.row)
  const decision = await findDecision(trx, question.id)
  if (decision && before.decided) await storeDecision(taken, { ...decision, ideas: before.decided })
  if (before.waiting?.held === 1)
    await setHidden(taken, seat, { ...thing, row: { ...thing.row, merged_into: null } }, true)
}

/** Puts back on the desk what lay there, with the picture that its author wanted. */
async function restoreWaiting(taken: Taken, thing: store.Thing, act: ActRow, before: Before): Promise<void> {
  const { waiting } = before
  if (!waiting || (waiting.held === 0 && waiting.edit === null)) return
  await moderation.storeWaiting(taken, { id: nextId(taken), thing: act.thing, kind: thing.kind, ...waiting })
  await moderation.dropPicture(taken, act.id)
}
