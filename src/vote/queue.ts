import type { DatabaseSync } from 'node:sqlite'
import { hashToken } from '../base/ids.ts'
import { refuse, Refusal } from '../base/refusals.ts'
import type { Core } from '../feed/command.ts'
import { participantTokenHash, type Caller } from '../question/seat.ts'
import type { Receipt } from './actions.ts'
import { SqliteBatchStore } from './batch-sqlite.ts'
import { Batches, type BatchedCast, type Outcome } from './batch.ts'

/** Votes in one transaction at the most; the rest waits for the next. */
export const batchSize = 500
/** Votes waiting at the most; above that, people are asked to try again. */
const patience = 20_000

interface Waiting {
  cast: BatchedCast
  caller: Caller
  resolve: (receipt: Receipt) => void
  reject: (failure: unknown) => void
}

/** Casts one vote by itself, where a batch cannot. */
export type Alone = (caller: Caller, questionId: string, ideaId: string, stands: boolean) => Promise<Receipt>

/**
 * Gathers votes into batches: while one is being committed the next gathers. No timer runs; where nobody waits, a vote
 * goes at once.
 */
export class VoteQueue {
  readonly #core: Core
  readonly #alone: Alone
  #waiting: Waiting[] = []
  #working = false
  #batches: Batches | null = null

  constructor(core: Core, alone: Alone) {
    this.#core = core
    this.#alone = alone
  }

  /**
   * Casts a vote or takes it back; durable when this resolves.
   * @throws what the verb for one vote throws, and overloaded
   */
  cast(caller: Caller, questionId: string, ideaId: string, stands: boolean): Promise<Receipt> {
    // What must be done once however often it is sent keeps its answer, and the batch keeps none.
    if (caller.once) return this.#alone(caller, questionId, ideaId, stands)
    if (this.#waiting.length >= patience) return Promise.reject(refuse('overloaded'))
    const isBearer = caller.bearer !== null
    const tokenHash = isBearer ? hashToken(caller.bearer ?? '') : participantTokenHash(caller.device, questionId)
    const cast: BatchedCast = { questionId, ideaId, stands, tokenHash, isBearer, name: caller.name ?? null }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ cast, caller, resolve, reject })
      if (!this.#working) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#working = true
    try {
      while (this.#waiting.length > 0) {
        const alone = await this.#core.store.exclusively((database) => this.#castBatch(database))
        for (const { cast, caller, resolve, reject } of alone)
          await this.#alone(caller, cast.questionId, cast.ideaId, cast.stands).then(resolve, reject)
      }
    } catch (failure) {
      // The store is closed. What was not cast is not acknowledged.
      for (const { reject } of this.#waiting.splice(0)) reject(failure)
    }
    this.#working = false
  }

  /** @returns those that have to go alone, before anything that waits */
  #castBatch(database: DatabaseSync): Waiting[] {
    this.#batches ??= new Batches(new SqliteBatchStore(database))
    const batch = this.#waiting.splice(0, batchSize)
    let outcomes: Outcome[]
    try {
      const done = this.#batches.cast(
        batch.map(({ cast }) => cast),
        this.#core.clock,
      )
      outcomes = done.outcomes
      for (const news of done.news) this.#core.feed.publish(news)
    } catch {
      // One vote that the engine cannot take must not take the others down: each goes by itself, and fails by itself.
      return batch
    }
    if (outcomes.length < batch.length) this.#waiting.unshift(...batch.slice(outcomes.length))
    const alone: Waiting[] = []
    for (const [index, outcome] of outcomes.entries()) {
      const one = batch[index] as Waiting
      if (outcome === 'alone') alone.push(one)
      else if (outcome instanceof Refusal) one.reject(outcome)
      else one.resolve(outcome)
    }
    return alone
  }
}
