import { hold, refuse, type RefusalCode } from '../base/refusals.ts'
import { tidyLine, tidyText } from '../base/text.ts'
import { setArgumentHidden } from '../argument/actions.ts'
import { setCommentHidden } from '../comment/actions.ts'
import { mergeIdeas, setIdeaHidden } from '../contribution/actions.ts'
import { followMerger } from '../decision/actions.ts'
import { findDecision } from '../decision/store.ts'
import type { ActRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { linkFrom } from '../idea/actions.ts'
import { deleteImage, loadIdea } from '../idea/store.ts'
import { recordAct, tellSummary, type About, type Before } from '../moderation/actions.ts'
import * as moderation from '../moderation/store.ts'
import type { ActName, Kind, NewReport, Reasoned } from '../moderation/wire.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import type { Editor } from '../participant/rules.ts'
import { refuseWhenClosed } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import * as store from './store.ts'
import type { NewAct } from './wire.ts'

/** How many reports of one participant can wait for the owner at once. */
export const reportsAtOnce = 20

const missing = {
  idea: 'idea_not_found',
  argument: 'argument_not_found',
  comment: 'comment_not_found',
} as const satisfies Record<Kind, RefusalCode>

export function aboutOf({ kind, row }: store.Thing): About {
  return { kind, thing: row.public_id, authorKey: row.author_id }
}

/** Says that somebody else was quicker, and what they did. */
export function refuseAsDone(last: Pick<ActRow, 'act'> | undefined) {
  return refuse('dealt_with', [], { act: last?.act ?? 'undone' })
}

/**
 * Does something about a contribution that waits, or about any other.
 * @returns the act's public id. @throws dealt_with and changed_meanwhile where it is not what the owner has seen; what is
 *   not there; question_closed for what would make something appear; merge_with_itself, link_not_safe
 */
export async function act(taken: Taken, seat: OwnerSeat, input: NewAct): Promise<{ id: string }> {
  const { trx, question } = taken
  const thing = await store.loadThing(trx, question.id, input.kind, input.id)
  const last = await moderation.findLiveAct(trx, question.id, input.id)
  if (input.version !== undefined) {
    const [actSeen, saidSeen] = input.version.split('.')
    const [actNow, saidNow] = store.versionOf(thing, last).split('.')
    if (actSeen !== actNow) throw refuseAsDone(last)
    if (saidSeen !== saidNow) throw refuse('changed_meanwhile')
  }
  const key = await doIt(taken, seat, thing, input, last)
  const row = await moderation.findLiveAct(trx, question.id, input.id)
  if (row?.id !== key) throw refuse('internal')
  return { id: row.public_id }
}

async function doIt(
  taken: Taken,
  seat: OwnerSeat,
  thing: store.Thing,
  input: NewAct,
  last: ActRow | undefined,
): Promise<number> {
  switch (input.act) {
    case 'approve':
      if (!thing.waiting) throw refuseAsDone(last)
      return await approve(taken, seat, thing, input)
    case 'decline':
      if (!thing.waiting?.edit) throw refuseAsDone(last)
      return await decline(taken, thing, input)
    case 'hide':
      if (isAway(thing) && thing.waiting?.held !== 1) throw refuseAsDone(last)
      return await hide(taken, seat, thing, input)
    case 'edit':
      if (isAway(thing) && thing.waiting?.held !== 1) throw refuseAsDone(last)
      return await edit(taken, seat, thing, input)
    case 'merge':
      if (thing.kind !== 'idea') throw refuse('idea_not_found')
      if (isAway(thing) && thing.waiting?.held !== 1) throw refuseAsDone(last)
      return await merge(taken, seat, thing, input.into ?? '', input)
  }
}

/** Whether a contribution is hidden, or merged into another. */
function isAway(thing: store.Thing): boolean {
  return thing.row.hidden_at !== null || (thing.kind === 'idea' && thing.row.merged_into !== null)
}

/** What undoing needs of a contribution as it is now. */
function beforeOf(thing: store.Thing, withTexts = false): Before {
  const { waiting, row } = thing
  const kept = waiting && { since: waiting.since, held: waiting.held, edit: waiting.edit, image_id: waiting.image_id }
  if (!withTexts) return { waiting: kept ?? null }
  return {
    waiting: kept ?? null,
    fields: store.textsOf(thing),
    editedAt: row.edited_at,
    ownerEdited: row.owner_edited,
  }
}

async function approve(taken: Taken, seat: OwnerSeat, thing: store.Thing, why: Reasoned): Promise<number> {
  const { waiting } = thing
  const before = beforeOf(thing, true)
  let shown = thing
  let imageKey: number | null = null
  if (waiting?.held === 1) shown = await bringOut(taken, seat, thing)
  if (waiting?.edit) {
    hold(refuseWhenClosed(taken.question, taken.now))
    const picture = waiting.image_id === null ? {} : { image_id: waiting.image_id }
    if (shown.kind === 'idea' && waiting.image_id !== null) imageKey = shown.row.image_id
    const fields = JSON.parse(waiting.edit) as store.Texts
    await store.updateThing(taken, shown, { ...fields, ...picture, edited_at: taken.now, owner_edited: 0 })
    append(taken, `${shown.kind}.edited`, dataOf(shown))
  }
  await moderation.deleteWaiting(taken, thing.row.public_id)
  return await recordAct(taken, aboutOf(thing), 'approve', why, { before, imageKey })
}

/** Leaves everything as everyone sees it, and lets go what its author wanted instead. */
async function decline(taken: Taken, thing: store.Thing, why: Reasoned): Promise<number> {
  await moderation.deleteWaiting(taken, thing.row.public_id)
  const imageKey = thing.waiting?.image_id ?? null
  return await recordAct(taken, aboutOf(thing), 'decline', why, { before: beforeOf(thing), imageKey })
}

/** Takes a contribution out of everyone's sight, or lets nobody see what nobody has seen yet. */
async function hide(taken: Taken, seat: OwnerSeat, thing: store.Thing, why: Reasoned): Promise<number> {
  await moderation.deleteWaiting(taken, thing.row.public_id)
  if (thing.waiting?.held !== 1) await setHidden(taken, seat, thing, true)
  const imageKey = thing.waiting?.image_id ?? null
  return await recordAct(taken, aboutOf(thing), 'hide', why, { before: beforeOf(thing), imageKey })
}

/** Writes the owner's words in the place of the contributor's, and marks that. */
async function edit(taken: Taken, seat: OwnerSeat, thing: store.Thing, input: NewAct): Promise<number> {
  hold(refuseWhenClosed(taken.question, taken.now))
  const was = store.textsOf(thing)
  const asked: store.Texts =
    thing.kind === 'idea'
      ? {
          title: input.title === undefined ? (was.title ?? '') : tidyLine(input.title),
          description: input.description === undefined ? (was.description ?? '') : tidyText(input.description),
          link: input.link === undefined ? (was.link ?? null) : linkFrom(input.link),
        }
      : { text: input.text === undefined ? (was.text ?? '') : tidyText(input.text) }
  const before = beforeOf(thing, true)
  const shown = thing.waiting?.held === 1 ? await bringOut(taken, seat, thing) : thing
  await store.updateThing(taken, shown, { ...asked, edited_at: taken.now, owner_edited: 1 })
  if (thing.waiting?.held !== 1) append(taken, `${shown.kind}.edited`, dataOf(shown))
  await moderation.deleteWaiting(taken, thing.row.public_id)
  const imageKey = thing.waiting?.image_id ?? null
  return await recordAct(taken, aboutOf(thing), 'edit', input, { before, imageKey })
}

/** Merges an idea into another, so that it can be taken apart again. */
export async function merge(
  taken: Taken,
  seat: OwnerSeat,
  thing: store.Thing & { kind: 'idea' },
  into: string,
  why: Reasoned,
): Promise<number> {
  const { trx, question } = taken
  hold(refuseWhenClosed(question, taken.now))
  const target = await loadIdea(trx, question.id, into)
  if (target.id === thing.row.id) throw refuse('merge_with_itself')
  const before = beforeOf(thing)
  const source = thing.waiting?.held === 1 ? (await bringOut(taken, seat, thing)).row : thing.row
  await moderation.deleteWaiting(taken, thing.row.public_id)
  const decision = await findDecision(trx, question.id)
  if (decision?.ideas.includes(source.public_id)) before.decided = decision.ideas
  const imageKey = thing.waiting?.image_id ?? null
  const key = await recordAct(taken, aboutOf(thing), 'merge', why, { before, into, imageKey })
  await store.storeMoved(taken, key, source, target)
  await mergeIdeas(taken, seat, source, target)
  await followMerger(taken, source.public_id, into)
  return key
}

/** Lets everyone see what was held: as of now, after all that they have seen already. */
async function bringOut<T extends store.Thing>(taken: Taken, seat: OwnerSeat, thing: T): Promise<T> {
  hold(refuseWhenClosed(taken.question, taken.now))
  // An idea's place follows from its time. The others follow their keys, unless somebody refers to those already.
  const isReferredTo = thing.kind === 'idea' || (thing.kind === 'argument' && thing.row.agreements > 0)
  const key = isReferredTo ? thing.row.id : nextId(taken)
  await store.updateThing(taken, thing, { id: key, created_at: taken.now })
  if (thing.kind === 'argument' && key !== thing.row.id) await store.renumberMoved(taken, thing.row.id, key)
  const shown = { ...thing, row: { ...thing.row, id: key, created_at: taken.now } }
  await setHidden(taken, seat, shown, false, true)
  return { ...shown, row: { ...shown.row, hidden_at: null } }
}

/** @param isNew whether nobody has seen it before */
export async function setHidden(
  taken: Taken,
  seat: OwnerSeat,
  thing: store.Thing,
  hidden: boolean,
  isNew = false,
): Promise<void> {
  const as = isNew ? 'added' : hidden ? 'hidden' : 'shown'
  if (thing.kind === 'idea') await setIdeaHidden(taken, seat, thing.row, hidden, `idea.${as}`)
  else if (thing.kind === 'argument') await setArgumentHidden(taken, seat, thing.row, hidden, `argument.${as}`)
  else await setCommentHidden(taken, seat, thing.row, hidden, `comment.${as}`)
}

export function dataOf(thing: store.Thing): Record<string, string> {
  const { kind, row } = thing
  return kind === 'argument' ? { argument: row.public_id, idea: row.idea_public_id } : { [kind]: row.public_id }
}

/** Hides any contribution that everyone can see; one that is hidden stays so, and nothing happens. */
export async function hideAny(taken: Taken, seat: OwnerSeat, kind: Kind, id: string, why: Reasoned): Promise<void> {
  const thing = await store.loadThing(taken.trx, taken.question.id, kind, id)
  if (thing.kind === 'idea' && thing.row.merged_into !== null) throw refuse('idea_not_found')
  if (thing.row.hidden_at !== null && thing.waiting?.held !== 1) return
  await hide(taken, seat, thing, why)
}

/** Shows again what was hidden, which undoes the hiding; what is held is approved. */
export async function showAny(taken: Taken, seat: OwnerSeat, kind: Kind, id: string): Promise<void> {
  const { trx, question } = taken
  const thing = await store.loadThing(trx, question.id, kind, id)
  if (thing.kind === 'idea' && thing.row.merged_into !== null) throw refuse('idea_not_found')
  if (thing.row.hidden_at === null) return
  if (thing.waiting) {
    await approve(taken, seat, thing, {})
    return
  }
  const hidden = await moderation.findLiveAct(trx, question.id, id, 'hide')
  const before = hidden?.before ? (JSON.parse(hidden.before) as Before) : null
  if (before?.waiting?.held === 1) await bringOut(taken, seat, thing)
  else await setHidden(taken, seat, thing, false)
  if (!hidden) await recordAct(taken, aboutOf(thing), 'show', {}, { before: { waiting: null } })
  else {
    await moderation.markUndone(taken, hidden.id)
    if (hidden.image_id !== null) await dropPicture(taken, hidden)
    tellSummary(taken, 'hide')
  }
}

async function dropPicture(taken: Taken, { id, image_id }: ActRow): Promise<void> {
  await moderation.dropPicture(taken, id)
  if (image_id !== null) await deleteImage(taken, image_id)
}

/** Enters a deletion into the list where it was not the contributor's own, and forgets what is gone. */
export async function noteDeletion(taken: Taken, editor: Editor, about: About): Promise<void> {
  const isOwn = about.authorKey !== null && about.authorKey === editor.participantKey
  if (!isOwn) await recordAct(taken, about, 'delete', {})
  await moderation.forgetGone(taken)
}

/**
 * Asks the owner to look at a contribution. Somebody who does so again says it anew, until the owner has looked.
 * @throws reported_already, reports_spent, and what is not there for everyone
 */
export async function report(
  taken: Taken,
  { participant }: ParticipantSeat,
  kind: Kind,
  id: string,
  input: NewReport,
): Promise<void> {
  const thing = await store.loadThing(taken.trx, taken.question.id, kind, id)
  if (isAway(thing) || (thing.kind === 'argument' && thing.row.idea_hidden_at !== null)) throw refuse(missing[kind])
  const { own, open } = await store.findReports(taken, participant.id, id)
  if (own?.settled_by != null) throw refuse('reported_already')
  if (!own && open >= reportsAtOnce) throw refuse('reports_spent', [], { reports: reportsAtOnce })
  await store.storeReport(taken, {
    id: own?.id ?? nextId(taken),
    participant_id: participant.id,
    thing: id,
    kind,
    reason: input.reason,
    text: tidyText(input.text ?? ''),
  })
  await putOnDesk(taken, kind, id)
}

/** Puts what is reported on the desk, unless it lies there. */
export async function putOnDesk(taken: Taken, kind: Kind, thing: string): Promise<void> {
  if (await moderation.findWaiting(taken.trx, taken.question.id, thing)) return
  const since = await moderation.findReportedSince(taken, thing)
  if (since === null) return
  await moderation.storeWaiting(taken, { id: nextId(taken), thing, kind, since, held: 0, edit: null, image_id: null })
}

export type { ActName }
