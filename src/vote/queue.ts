import { hashToken } from '../base/ids.ts'
import { addAmount, durations, noAmounts, type Amounts } from '../base/measured.ts'
import { refuse, Refusal } from '../base/refusals.ts'
import type { BallotStore } from '../db/ballots.ts'
import { asRefusal, isRepeatable } from '../db/failures.ts'
import type { Core } from '../feed/command.ts'
import { participantTokenHash, type Caller } from '../question/seat.ts'
import type { Receipt } from './actions.ts'
import { Batches } from './batch.ts'
import type { BatchedCast, Outcome } from './cast.ts'

/** Votes in one transaction at the most; the rest waits for the next. */
export const batchSize = 500
/** Votes waiting at the most; above that, people are asked to try again. */
const patience = 20_000

/** Upper bounds of how many votes were committed together. */
export const batchSizes = [1, 2, 5, 10, 20, 50, 100, 200, batchSize]

/** What became of batches so far. */
export interface BatchCounts {
  /** Votes that wait for the next one. */
  waiting: number
  /** How many votes the batches had, by `batchSizes`. */
  votes: Amounts
  /** How long each took, with its commit, by `durations`. */
  seconds: Amounts
}

interface Waiting {
  cast: BatchedCast
  caller: Caller
  resolve: (receipt: Receipt) => void
  reject: (failure: unknown) => void
}

/** Casts one vote by itself, where a batch cannot. */
export type Alone = (caller: Caller, questionId: string, ideaId: string, value: number) => Promise<Receipt>

/**
 * Gathers votes into batches: while one is being committed the next gathers. No timer runs; where nobody waits, a vote
 * goes at once. Where the store can commit several transactions at a time, so many batches do, each of other questions.
 */
export class VoteQueue {
  readonly #core: Core
  readonly #alone: Alone
  readonly #batches = new Batches()
  #waiting: Waiting[] = []
  #working = 0
  readonly #votes = noAmounts(batchSizes)
  readonly #seconds = noAmounts(durations)
  /** Questions in a batch that is under way. */
  readonly #taken = new Set<string>()

  constructor(core: Core, alone: Alone) {
    this.#core = core
    this.#alone = alone
  }

  get counts(): BatchCounts {
    return { waiting: this.#waiting.length, votes: this.#votes, seconds: this.#seconds }
  }

  /**
   * Gives an idea so many votes, or with 0 takes them back; durable when this resolves.
   * @throws what the verb for one vote throws, and overloaded
   */
  cast(caller: Caller, questionId: string, ideaId: string, value: number): Promise<Receipt> {
    // What must be done once however often it is sent keeps its answer, and the batch keeps none.
    if (caller.once) return this.#alone(caller, questionId, ideaId, value)
    if (this.#waiting.length >= patience) return Promise.reject(refuse('overloaded'))
    const isBearer = caller.bearer !== null
    const tokenHash = isBearer ? hashToken(caller.bearer ?? '') : participantTokenHash(caller.device, questionId)
    const [name, askedAt] = [caller.name ?? null, performance.now()]
    const newcomer = caller.newcomer ?? null
    const cast: BatchedCast = { questionId, ideaId, value, tokenHash, isBearer, name, newcomer, askedAt }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ cast, caller, resolve, reject })
      if (this.#working < this.#core.store.lanes) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#working++
    try {
      for (;;) {
        const done = await this.#core.store.withBallots((ballots) => this.#castBatch(ballots))
        if (!done) break
        for (const { cast, caller, resolve, reject } of done.alone)
          await this.#alone(caller, cast.questionId, cast.ideaId, cast.value).then(resolve, reject)
        for (const id of done.questions) this.#taken.delete(id)
      }
    } catch (failure) {
      // There is no way to the store. What was not cast is not acknowledged.
      for (const { reject } of this.#waiting.splice(0)) reject(failure)
    }
    this.#working--
    // What came after the last look, while the connection was being given back.
    if (this.#waiting.some(({ cast }) => !this.#taken.has(cast.questionId))) void this.#work()
  }

  /** The next batch, without the questions of those under way, and of no more questions than may be. */
  #take(): Waiting[] {
    const { questionsAtOnce } = this.#core.store
    if (this.#taken.size === 0 && questionsAtOnce >= batchSize) return this.#waiting.splice(0, batchSize)
    const [batch, rest]: [Waiting[], Waiting[]] = [[], []]
    const questions = new Set<string>()
    for (const one of this.#waiting) {
      const { questionId } = one.cast
      const fits = questions.has(questionId) || (questions.size < questionsAtOnce && !this.#taken.has(questionId))
      if (batch.length < batchSize && fits) questions.add(questionId)
      ;(batch.length < batchSize && fits ? batch : rest).push(one)
    }
    this.#waiting = rest
    return batch
  }

  /** @returns null where nothing waits; else those that have to go alone before anything else of these questions */
  async #castBatch(ballots: BallotStore): Promise<{ alone: Waiting[]; questions: Set<string> } | null> {
    const batch = this.#take()
    if (batch.length === 0) return null
    const questions = new Set(batch.map(({ cast }) => cast.questionId))
    for (const id of questions) this.#taken.add(id)
    let outcomes: Outcome[]
    try {
      const casts = batch.map(({ cast }) => cast)
      const began = performance.now()
      const done = await this.#batches.cast(ballots, casts, this.#core.clock)
      outcomes = done.outcomes
      addAmount(this.#votes, batchSizes, outcomes.length)
      addAmount(this.#seconds, durations, (performance.now() - began) / 1000)
      for (const news of done.news) this.#core.feed.publish(news)
    } catch (failure) {
      // One vote that the engine cannot take must not take the others down: each goes by itself, and fails by itself.
      const refused = asRefusal(failure)
      if (!(refused instanceof Refusal) || isRepeatable(refused)) return { alone: batch, questions }
      // The store takes nothing at all: hundreds of transactions more would only keep everyone waiting for the same. And
      // there may be no knowing whether the batch is in it: then none of these votes is acknowledged.
      for (const { reject } of batch) reject(refused)
      return { alone: [], questions }
    }
    if (outcomes.length < batch.length) this.#waiting.unshift(...batch.slice(outcomes.length))
    const alone: Waiting[] = []
    for (const [index, outcome] of outcomes.entries()) {
      const one = batch[index] as Waiting
      if (outcome === 'alone') alone.push(one)
      else if (outcome instanceof Refusal) one.reject(outcome)
      else one.resolve(outcome)
    }
    return { alone, questions }
  }
}
