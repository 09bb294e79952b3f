import { setTimeout as rest } from 'node:timers/promises'
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { refuse, type Refusal } from '../base/refusals.ts'

/** So many points each second for as long as it takes, and besides so many within a longer time. */
export interface Rate {
  everySecond: number
  burst: number
  /** In seconds. */
  within: number
}

/** How many requests one budget holds at the most. */
const room = 2_000
/**
 * What clients have besides without being counted exactly, as a share of the burst and each time as long as that: nearly
 * everyone does no more, and the library would make a timer for each of them.
 */
const little = 1 / 10
/** What is worth telling other nodes, as a share of the burst: they may go so far above it together without knowing. */
const loud = 1 / 20

interface Held {
  weight: number
  until: number
  pass: () => void
  refuse: (refusal: Refusal) => void
}

/**
 * How much each of many clients may still do. Clients are told apart by a number, of which only so many bits are kept: two
 * may share a budget by chance, which is wide enough for it, and the memory that all of them take has a bound.
 */
export class Budget {
  readonly #mask: number
  readonly #rate: Rate
  readonly #steady: RateLimiterMemory
  readonly #burst: RateLimiterMemory
  readonly #both: BurstyRateLimiter
  /** What was spent here and other nodes were not told yet. */
  readonly #untold: Float64Array
  readonly #loud = new Set<number>()
  /** What was spent of the little, and in which of the times as long as the burst. */
  readonly #littles: Float64Array
  readonly #periods: Uint32Array
  readonly #patience: number
  /** Who is held, by slot, first come first served. */
  readonly #lines = new Map<number, Held[]>()
  /** How many are held now, and how many were since the start. */
  readonly counts = { holding: 0, held: 0 }

  /**
   * @param slots a power of two: how many clients are told apart
   * @param patience how long somebody may wait for their turn, in milliseconds
   */
  constructor(rate: Rate, slots: number, patience: number) {
    this.#mask = slots - 1
    this.#rate = rate
    this.#steady = new RateLimiterMemory({ points: rate.everySecond, duration: 1 })
    this.#burst = new RateLimiterMemory({ points: rate.burst, duration: rate.within })
    this.#both = new BurstyRateLimiter(this.#steady, this.#burst)
    this.#untold = new Float64Array(slots)
    this.#littles = new Float64Array(slots)
    this.#periods = new Uint32Array(slots)
    this.#patience = patience
  }

  /** Takes from a client's budget, or refuses. @returns nothing when it was had at once. @throws too_fast */
  take(client: number, weight: number): Promise<void> | undefined {
    const slot = client & this.#mask
    return this.#takeLittle(slot, weight) ? undefined : this.#takeOrRefuse(slot, weight)
  }

  /**
   * Takes from a client's budget; where it is spent, waits for its turn.
   * @param until when there is no use in waiting any more, by the clock of `performance`
   * @returns nothing when it was had at once. @throws too_fast
   */
  takeInTurn(client: number, weight: number, until: number): Promise<void> | undefined {
    const slot = client & this.#mask
    return this.#takeLittle(slot, weight) ? undefined : this.#takeOrWait(slot, weight, until)
  }

  /** What clients spent here since the last time and other nodes should know: slots and points. */
  tell(): [slot: number, points: number][] {
    const told = [...this.#loud].map((slot): [number, number] => [slot, this.#untold[slot] ?? 0])
    this.#loud.clear()
    for (const [slot] of told) this.#untold[slot] = 0
    return told
  }

  /** Counts what a client spent on another node. */
  async hear(slot: number, points: number): Promise<void> {
    const at = slot & this.#mask
    const { consumedPoints } = await this.#steady.penalty(at, points)
    // What goes beyond the steady rate is taken from the burst, as if all of it had been spent here.
    const beyond = Math.min(points, consumedPoints - this.#rate.everySecond)
    if (beyond > 0) await this.#burst.penalty(at, beyond)
  }

  #takeLittle(slot: number, weight: number): boolean {
    const period = Math.floor(performance.now() / (1000 * this.#rate.within))
    const spent = (this.#periods[slot] === period ? (this.#littles[slot] ?? 0) : 0) + weight
    if (spent > this.#rate.burst * little) return false
    this.#periods[slot] = period
    this.#littles[slot] = spent
    this.#note(slot, weight)
    return true
  }

  async #takeOrRefuse(slot: number, weight: number): Promise<void> {
    const wait = await this.#take(slot, weight)
    if (wait !== null) throw refuse('too_fast', [], { retryAfter: Math.ceil(wait / 1000) })
  }

  async #takeOrWait(slot: number, weight: number, until: number): Promise<void> {
    if (!this.#lines.has(slot) && (await this.#take(slot, weight)) === null) return
    const line = this.#lines.get(slot) ?? []
    // No longer than what can be served in time.
    const longest = (this.#rate.everySecond * this.#patience) / 1000
    if (this.counts.holding >= room || line.length >= longest) throw this.#refuseLater()
    const passed = new Promise<void>((pass, refuse) => line.push({ weight, until, pass, refuse }))
    this.counts.held++
    this.counts.holding++
    if (!this.#lines.has(slot)) {
      this.#lines.set(slot, line)
      void this.#serve(slot, line)
    }
    await passed
  }

  async #serve(slot: number, line: Held[]): Promise<void> {
    for (let first = line[0]; first; first = line[0]) {
      const left = first.until - performance.now()
      const wait = left > 0 ? await this.#take(slot, first.weight) : null
      if (wait !== null) {
        await rest(Math.min(wait, left), undefined, { ref: false })
        continue
      }
      line.shift()
      this.counts.holding--
      if (left > 0) first.pass()
      else first.refuse(this.#refuseLater())
    }
    this.#lines.delete(slot)
  }

  /** @returns null when there was enough left, else in how many milliseconds to come again */
  async #take(slot: number, weight: number): Promise<number | null> {
    try {
      await this.#both.consume(slot, weight)
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused
      return Math.max(refused.msBeforeNext, 50)
    }
    this.#note(slot, weight)
    return null
  }

  #note(slot: number, weight: number): void {
    const untold = (this.#untold[slot] ?? 0) + weight
    this.#untold[slot] = untold
    if (untold >= this.#rate.burst * loud) this.#loud.add(slot)
  }
  /** Not all at the same moment again. */
  #refuseLater(): Refusal {
    return refuse('too_fast', [], { retryAfter: Math.ceil((this.#patience / 1000) * (1 + Math.random())) })
  }
}
