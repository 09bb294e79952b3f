import type { Clock } from '../base/clock.ts'
import { Refusal } from '../base/refusals.ts'
import { hot, type Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { isIncomplete } from '../feed/chain.ts'
import type { Feed } from '../feed/follow.ts'
import { isDue } from '../question/rules.ts'
import { isTurning } from '../question/stages.ts'
import { loadQuestion } from '../question/store.ts'

/** How long what another process commits may go unnoticed, in milliseconds. */
const unnoticed = 200
/** How many questions are known at once; the one looked up longest ago goes first. */
const known = 50_000

/** What a view is made of: the store to read, the time, what was committed, and the verb that writes down what time has done. */
export interface Source {
  read: Db
  clock: Clock
  feed: Feed
  verbs: { keepTime: (questionId: string) => Promise<void> }
}

interface Known {
  /** As it was loaded. Its counts are old as soon as somebody votes; all that only its owner changes is true. */
  row: QuestionRow
  revision: number
  /** From this moment on it is closed, or something else is possible, and somebody has to write that down. Infinity: never. */
  dueAt: number
  /** The state of the database when this was last compared with it. */
  seen: number
}

/**
 * Which revision each question is at and who runs it how, mostly without asking the database. What this process commits
 * is heard from the feed at once; what others commit (an import from the command line) shows in the
 * store's state, which is looked at before an answer when the last look is too long ago. Nothing runs while nobody asks.
 */
export class Freshness {
  readonly #source: Source
  readonly #known = new Map<string, Known>()
  /** What the store says of its state; it differs when another process may have committed. */
  #seen = 0
  #lookedAt = -Infinity
  /** Questions that the database is being asked for, by how many, and whether something was committed meanwhile. */
  readonly #asking = new Map<string, { by: number; heard: boolean }>()

  /** Questions of which it is being written down what time has done. */
  readonly #keeping = new Map<string, Promise<void>>()

  constructor(source: Source) {
    this.#source = source
    source.feed.follow(({ questionId, since, revision, changes }) => {
      const asking = this.#asking.get(questionId)
      if (asking) asking.heard = true
      const entry = this.#known.get(questionId)
      if (!entry) return
      const isRowAlone = since === revision
      // The deadline may have moved, the owner have changed, or the question be gone.
      if (isRowAlone || changes.some(({ type }) => type.startsWith('question.'))) this.#known.delete(questionId)
      else entry.revision = Math.max(entry.revision, revision)
    })
  }

  /** The revision of a question if that is certain without asking the database, else null: then `look`. */
  revisionOf(questionId: string): number | null {
    return this.#certain(questionId)?.revision ?? null
  }

  /** The revision of a question as it is now. @throws question_not_found */
  async look(questionId: string): Promise<number> {
    return (await this.#know(questionId)).revision
  }

  /**
   * What a question is now in all that its owner decides; its counts and its revision may be older.
   * @throws question_not_found
   */
  async ownedQuestion(questionId: string): Promise<QuestionRow> {
    return (this.#certain(questionId) ?? (await this.#know(questionId))).row
  }

  #certain(questionId: string): Known | null {
    const entry = this.#known.get(questionId)
    if (entry?.seen !== this.#seen || entry.dueAt <= this.#source.clock()) return null
    return performance.now() - this.#lookedAt < unnoticed ? entry : null
  }

  async #know(questionId: string): Promise<Known> {
    await this.#lookForOthers()
    const certain = this.#certain(questionId)
    if (certain) return certain
    const seen = this.#seen
    this.#known.delete(questionId)
    const asking = this.#asking.get(questionId) ?? { by: 0, heard: false }
    this.#asking.set(questionId, asking)
    asking.by++
    try {
      const { row, isWritten } = await this.#load(questionId)
      const dueAt = row.closed_at === null ? Math.min(row.closes_at ?? Infinity, row.turns_at ?? Infinity) : Infinity
      // Not the revision at which it was open, nor the one that its closing will have.
      const revision = isWritten ? row.revision : row.revision + 0.5
      const entry = { row, revision, dueAt, seen }
      // What was committed while the database answered may be missing in its answer: next time it is asked again.
      if (!asking.heard) this.#known.set(questionId, entry)
      if (this.#known.size > known) this.#known.delete(this.#known.keys().next().value as string)
      return entry
    } finally {
      if (--asking.by === 0) this.#asking.delete(questionId)
    }
  }

  /**
   * A question as it stands now. What time has done is written down first, so that whoever looks after the deadline sees
   * it closed, even when nothing ran at that moment. Where it cannot be written, on a full disk say, it is
   * shown closed all the same: reading goes on. @throws question_not_found
   */
  async loadQuestion(questionId: string): Promise<QuestionRow> {
    return (await this.#load(questionId)).row
  }

  /** With whether all of it is also written down. */
  async #load(questionId: string): Promise<{ row: QuestionRow; isWritten: boolean }> {
    const question = await loadQuestion(this.#source.read, questionId)
    if (this.#isTold(question) && !isIncomplete(question)) return { row: question, isWritten: true }
    const keeping =
      this.#keeping.get(questionId) ??
      this.#source.verbs.keepTime(questionId).finally(() => this.#keeping.delete(questionId))
    this.#keeping.set(questionId, keeping)
    await keeping.catch((failure: unknown) => {
      if (!(failure instanceof Refusal)) throw failure
    })
    const row = await loadQuestion(this.#source.read, questionId)
    const shown = isDue(row, this.#source.clock()) ? { ...row, closed_at: row.closes_at } : row
    return { row: shown, isWritten: this.#isTold(row) }
  }

  /** Whether all that time has done to a question is written down. */
  #isTold(question: QuestionRow): boolean {
    const now = this.#source.clock()
    return !isDue(question, now) && !isTurning(question, now)
  }

  async #lookForOthers(): Promise<void> {
    if (performance.now() - this.#lookedAt < unnoticed) return
    this.#seen = await hot(this.#source.read).state()
    this.#lookedAt = performance.now()
  }
}
