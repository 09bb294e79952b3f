import { sameBytes } from '../base/ids.ts'
import { hot, type Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { ChangeType } from '../feed/changes.ts'
import type { Feed } from '../feed/follow.ts'
import type { Caller } from '../question/seat.ts'
import type { Freshness } from './freshness.ts'
import { buildOverlay } from './overlay.ts'
import type { Overlay } from './wire.ts'

/** How much is kept at once, all questions together, counted in ids of things; an overlay takes as much as some itself. */
const room = 600_000
const itself = 20

/** After this long, in milliseconds, what is in the database and was not heard of was written by another process. */
const longestOnTheWay = 500

/** Changes that nobody sees in their overlay but whoever made them. */
const ownAlone = new Set<ChangeType>([
  'participant.renamed',
  'idea.added',
  'idea.edited',
  'argument.added',
  'argument.edited',
  'argument.agreed',
  'argument.disagreed',
  'comment.added',
  'comment.edited',
])

/** The overlays of one question, by the secret of a device. */
interface Shelf {
  /** As its owner decides it. */
  question: QuestionRow
  /** Up to which revision all that was written is known from the feed. */
  heard: number
  /** What the database was seen to have, and since when that is more than was heard of. */
  there: number
  aheadSince: number
  overlays: Map<string, Overlay>
  /** Devices whose overlay is being read; taken out where it is forgotten meanwhile. */
  readonly reading: Map<string, Promise<Overlay>>
}

/**
 * The overlays of devices that were here a moment ago: an idea that is added brings everyone's page back, and nothing of
 * theirs has changed. A device's own is forgotten with each of its writes (`forget`), everyone's with what takes away or
 * brings back what others may have written, agreed with or voted for, and with what another process wrote. Tokens of the
 * API are not kept.
 */
export class OverlayCache {
  /** How many overlays were taken as they were kept, and how many were made. */
  readonly counts = { kept: 0, made: 0 }
  readonly #read: Db
  readonly #freshness: Freshness
  /** What a device does on another node is not told to this one: there nothing is kept. */
  readonly #isHearingAll: boolean
  readonly #shelves = new Map<string, Shelf>()
  #size = 0

  constructor({ read, feed }: { read: Db; feed: Feed }, freshness: Freshness) {
    this.#read = read
    this.#freshness = freshness
    this.#isHearingAll = hot(read).isAlone
    feed.follow(({ questionId, since, revision, changes }) => {
      const shelf = this.#shelves.get(questionId)
      if (!shelf || revision < shelf.heard) return
      if (since > shelf.heard || changes.some(({ type }) => !ownAlone.has(type))) this.#clear(questionId)
      else shelf.heard = revision
    })
  }

  /** What belongs to a caller, as it is now. @throws question_not_found, token_unknown */
  async load(questionId: string, caller: Caller): Promise<Overlay> {
    const question = await this.#freshness.ownedQuestion(questionId)
    if (caller.bearer !== null || !this.#isHearingAll) {
      this.counts.made++
      return buildOverlay(this.#read, question, caller)
    }
    const shelf = this.#shelfOf(questionId, question)
    const kept = shelf.overlays.get(caller.device)
    if (kept) {
      this.counts.kept++
      return kept
    }
    this.counts.made++
    return await this.#readNow(questionId, shelf, question, caller)
  }

  async #readNow(questionId: string, shelf: Shelf, question: QuestionRow, caller: Caller): Promise<Overlay> {
    this.#shelves.set(questionId, shelf)
    const reading = buildOverlay(this.#read, question, caller)
    shelf.reading.set(caller.device, reading)
    const isNewest = () => shelf.reading.get(caller.device) === reading
    try {
      const overlay = await reading
      // What was forgotten meanwhile may be older than what it was forgotten for. Devices that have nothing here are many,
      // and looked up quickly.
      if (isNewest() && overlay.role !== 'stranger') this.#keep(questionId, shelf, caller.device, overlay)
      return overlay
    } finally {
      if (isNewest()) shelf.reading.delete(caller.device)
      if (shelf.overlays.size + shelf.reading.size === 0) this.#remove(questionId, shelf)
    }
  }

  /** Has to be called when a verb of this caller has ended, before anyone is told. */
  forget(questionId: string, caller: Caller): void {
    // The participant behind a token may be one of the devices.
    if (caller.bearer !== null) this.#clear(questionId)
    else this.#drop(this.#shelves.get(questionId), caller.device)
  }

  /** Has to be called when a verb may have changed what belongs to another device than the caller's. */
  forgetAll(questionId: string): void {
    this.#clear(questionId)
  }

  #shelfOf(questionId: string, question: QuestionRow): Shelf {
    const found = this.#shelves.get(questionId)
    if (found && isOwnedAlike(found.question, question)) {
      const now = performance.now()
      if (found.heard >= found.there) found.aheadSince = now
      found.there = question.revision
      found.question = question
      if (found.heard >= found.there || now - found.aheadSince < longestOnTheWay) return found
    }
    this.#clear(questionId)
    const heard = this.#freshness.revisionOf(questionId) ?? question.revision
    return { question, heard, there: heard, aheadSince: 0, overlays: new Map(), reading: new Map() }
  }

  #keep(questionId: string, shelf: Shelf, device: string, overlay: Overlay): void {
    if (this.#shelves.get(questionId) !== shelf) return
    this.#drop(shelf, device)
    shelf.overlays.set(device, overlay)
    this.#size += sizeOf(overlay)
    for (const [questionId, oldest] of this.#shelves) {
      for (const device of oldest.overlays.keys()) {
        if (this.#size <= room) return
        this.#drop(oldest, device)
      }
      this.#remove(questionId, oldest)
    }
  }

  #drop(shelf: Shelf | undefined, device: string): void {
    shelf?.reading.delete(device)
    const overlay = shelf?.overlays.get(device)
    if (!shelf || !overlay) return
    shelf.overlays.delete(device)
    this.#size -= sizeOf(overlay)
  }

  #remove(questionId: string, shelf: Shelf): void {
    if (this.#shelves.get(questionId) === shelf) this.#shelves.delete(questionId)
  }

  #clear(questionId: string): void {
    for (const overlay of this.#shelves.get(questionId)?.overlays.values() ?? []) this.#size -= sizeOf(overlay)
    this.#shelves.delete(questionId)
  }
}

/** How much an overlay takes, in ids. */
function sizeOf({ votes, values, agreements, ideas, arguments: reasons, comments }: Overlay): number {
  return (
    itself +
    votes.length +
    Object.keys(values).length +
    agreements.length +
    ideas.length +
    reasons.length +
    comments.length
  )
}

/** Whether nothing that its owner decides, and that overlays depend on, has changed. */
function isOwnedAlike(a: QuestionRow, b: QuestionRow): boolean {
  if (a === b) return true
  return a.settings === b.settings && a.deleted_at === b.deleted_at && sameBytes(a.admin_hash, b.admin_hash)
}
