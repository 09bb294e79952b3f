import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { command, type Core } from '../feed/command.ts'
import { closeWhenDue } from '../question/actions.ts'
import { isDue } from '../question/rules.ts'
import { loadQuestion } from '../question/store.ts'
import { buildSnapshot } from './build.ts'
import type { Snapshot } from './wire.ts'

/** How many questions' snapshots are kept; the one longest unread goes first. */
const kept = 500

/** Snapshots by question, built once a revision however many ask at the same time. */
export class SnapshotCache {
  readonly #core: Core
  readonly #entries = new Map<string, { revision: number; snapshot: Promise<Snapshot> }>()

  constructor(core: Core) {
    this.#core = core
  }

  /** The public view as it is now. @throws question_not_found */
  async load(questionId: string): Promise<Snapshot> {
    const { revision } = await this.loadQuestion(questionId)
    const entry = this.#entries.get(questionId)
    this.#entries.delete(questionId)
    const current = entry?.revision === revision ? entry : { revision, snapshot: this.#build(questionId) }
    this.#entries.set(questionId, current)
    if (this.#entries.size > kept) this.#entries.delete(this.#entries.keys().next().value as string)
    try {
      return await current.snapshot
    } catch (failure) {
      this.#entries.delete(questionId)
      throw failure
    }
  }

  /**
   * A question as it stands now. The closing of one that is due is written down first, so that whoever looks after the
   * deadline sees it closed, even when nothing ran at that moment.
   */
  async loadQuestion(questionId: string): Promise<QuestionRow> {
    const question = await loadQuestion(this.#core.store.read, questionId)
    if (!isDue(question, this.#core.clock())) return question
    await command(this.#core, questionId, closeWhenDue)
    return await loadQuestion(this.#core.store.read, questionId)
  }

  /** One transaction, so that everything in the view is of one revision. */
  async #build(questionId: string): Promise<Snapshot> {
    return await this.#core.store.read
      .transaction()
      .setAccessMode('read only')
      .execute(async (trx: Db) => buildSnapshot(trx, await loadQuestion(trx, questionId), this.#core.clock()))
  }
}
