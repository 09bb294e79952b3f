import { sql } from 'kysely'
import type { Clock } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { Feed } from '../feed/follow.ts'
import { isDue } from '../question/rules.ts'
import { loadQuestion } from '../question/store.ts'

/** How long what another process commits may go unnoticed, in milliseconds. */
const unnoticed = 50
/** How many questions are known at once; the one looked up longest ago goes first. */
const known = 50_000

/** What a view is made of: the store to read, the time, what was committed, and the verb that writes a closing down. */
export interface Source {
  read: Db
  clock: Clock
  feed: Feed
  verbs: { closeWhenDue: (questionId: string) => Promise<void> }
}

interface Known {
  revision: number
  /** From this moment on the question is due, and somebody has to write down that it closed. Infinity: never. */
  dueAt: number
  /** The state of the database when this was last compared with it. */
  seen: number
}

/**
 * Which revision each question is at, mostly without asking the database. What this process commits is heard from the
 * feed at once; what others commit (an import from the command line) shows in SQLite's `data_version`, which is looked
 * at before an answer when the last look is too long ago. Nothing runs while nobody asks.
 */
export class Freshness {
  readonly #source: Source
  readonly #known = new Map<string, Known>()
  /** SQLite's own number for the state of the database; it moves with every commit of another connection. */
  #seen = 0
  #lookedAt = -Infinity
  /** Counts what was heard, to notice that something was while the database was asked. */
  #heard = 0

  constructor(source: Source) {
    this.#source = source
    source.feed.follow(({ questionId, revision, changes }) => {
      this.#heard++
      const entry = this.#known.get(questionId)
      if (!entry) return
      // The deadline may have moved, or the question gone.
      if (changes.some(({ type }) => type.startsWith('question.'))) this.#known.delete(questionId)
      else entry.revision = Math.max(entry.revision, revision)
    })
  }

  /** The revision of a question if that is certain without asking the database, else null: then `look`. */
  revisionOf(questionId: string): number | null {
    const entry = this.#known.get(questionId)
    if (entry?.seen !== this.#seen || entry.dueAt <= this.#source.clock()) return null
    return performance.now() - this.#lookedAt < unnoticed ? entry.revision : null
  }

  /** The revision of a question as it is now. @throws question_not_found */
  async look(questionId: string): Promise<number> {
    await this.#lookForOthers()
    const certain = this.revisionOf(questionId)
    if (certain !== null) return certain
    const [seen, heard] = [this.#seen, this.#heard]
    this.#known.delete(questionId)
    const { revision, closed_at, closes_at } = await this.loadQuestion(questionId)
    // What was committed while the database answered may be missing in its answer: next time it is asked again.
    if (heard !== this.#heard) return revision
    this.#known.set(questionId, { revision, dueAt: closed_at === null ? (closes_at ?? Infinity) : Infinity, seen })
    if (this.#known.size > known) this.#known.delete(this.#known.keys().next().value as string)
    return revision
  }

  /**
   * A question as it stands now. The closing of one that is due is written down first, so that whoever looks after the
   * deadline sees it closed, even when nothing ran at that moment. @throws question_not_found
   */
  async loadQuestion(questionId: string): Promise<QuestionRow> {
    const question = await loadQuestion(this.#source.read, questionId)
    if (!isDue(question, this.#source.clock())) return question
    await this.#source.verbs.closeWhenDue(questionId)
    return await loadQuestion(this.#source.read, questionId)
  }

  async #lookForOthers(): Promise<void> {
    if (performance.now() - this.#lookedAt < unnoticed) return
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(this.#source.read)
    this.#seen = rows[0]?.data_version ?? 0
    this.#lookedAt = performance.now()
  }
}
