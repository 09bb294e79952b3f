import { newPublicId } from '../base/ids.ts'
import { tidyLine, tidyText } from '../base/text.ts'
import type { WaitingRow } from '../db/tables.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { settingsOf } from '../question/rules.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { isToWait, told } from './rules.ts'
import * as store from './store.ts'
import type { ActName, HeldWords, Kind, Reasoned } from './wire.ts'

/** A contribution as an act is about it. */
export interface About {
  kind: Kind
  /** Public id. */
  thing: string
  /** Key of the participant who wrote it. */
  authorKey: number | null
}

/** Whether what somebody writes waits for the owner. @param texts all that others would read of it */
export async function refersToOwner(taken: Taken, isOwner: boolean, texts: string[]): Promise<boolean> {
  if (isOwner) return false
  const words = await store.findHeldWords(taken.trx, taken.question.id)
  return isToWait(settingsOf(taken.question), isOwner, words, texts)
}

/** Puts a new contribution where only its author and the owner see it. */
export async function holdBack(taken: Taken, kind: Kind, thing: string): Promise<void> {
  await store.storeWaiting(taken, {
    id: nextId(taken),
    thing,
    kind,
    since: taken.now,
    held: 1,
    edit: null,
    image_id: null,
  })
}

/**
 * Puts aside what its author wants a contribution to say; what everyone sees stays until the owner has approved it.
 * @param edit null where only a picture waits, or nothing any more
 */
export async function keepEdit(
  taken: Taken,
  kind: Kind,
  thing: string,
  edit: Record<string, string | null> | null,
  imageKey: number | null = null,
): Promise<void> {
  const before = await store.findWaiting(taken.trx, taken.question.id, thing)
  await store.storeWaiting(taken, {
    id: before?.id ?? nextId(taken),
    thing,
    kind,
    since: before?.since ?? taken.now,
    held: 0,
    edit: edit && JSON.stringify(edit),
    image_id: imageKey,
  })
  await takeOffDesk(taken, thing)
}

/** Takes off the desk what nobody waits for any more: nothing is held, changed or reported. */
export async function takeOffDesk(taken: Taken, thing: string): Promise<void> {
  const row = await store.findWaiting(taken.trx, taken.question.id, thing)
  if (!row || row.held === 1 || row.edit !== null) return
  if ((await store.findReportedSince(taken, thing)) === null) await store.deleteWaiting(taken, thing)
}

/** What an act needs to be undone. */
export interface Before {
  waiting: Pick<WaitingRow, 'since' | 'held' | 'edit' | 'image_id'> | null
  /** What the contribution said, where the act changed that. */
  fields?: Record<string, string | null>
  editedAt?: number | null
  ownerEdited?: number
  /** The ideas of a decision that followed a merger. */
  decided?: string[]
}

/** Enters an act into the list, deals with the reports of what it was about, and takes that off the desk. */
export async function recordAct(
  taken: Taken,
  { kind, thing, authorKey }: About,
  act: ActName,
  { reason, note }: Reasoned,
  more: { before?: Before; into?: string; imageKey?: number | null } = {},
): Promise<number> {
  const id = nextId(taken)
  await store.storeAct(taken, {
    id,
    public_id: newPublicId(),
    kind,
    thing,
    author_id: authorKey,
    act,
    reason: reason ?? null,
    note: tidyText(note ?? ''),
    into_thing: more.into ?? null,
    before: more.before ? JSON.stringify(more.before) : null,
    image_id: more.imageKey ?? null,
    at: taken.now,
  })
  await store.settleReports(taken, thing, id)
  await takeOffDesk(taken, thing)
  tellSummary(taken, act)
  return id
}

/** Everyone's view has the summary of acts in it, so a change says that there is another one. */
export function tellSummary(taken: Taken, act: ActName): void {
  if (told.includes(act)) append(taken, 'question.moderated')
}

/** Sets the words that hold a contribution back; the same again change nothing. */
export async function setHeldWords(taken: Taken, _seat: OwnerSeat, input: HeldWords): Promise<void> {
  const words = [...new Set(input.words.map(tidyLine))]
  const before = await store.findHeldWords(taken.trx, taken.question.id)
  if (JSON.stringify(words) === JSON.stringify(before)) return
  await store.storeHeldWords(taken, words)
  append(taken, 'question.edited')
}
