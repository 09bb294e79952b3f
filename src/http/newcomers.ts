import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { Refusal, refuse } from '../base/refusals.ts'
import { perNetwork } from '../letter/rules.ts'
import type { Newcomer } from '../question/rules.ts'
import { saltPrefix } from '../verbs/housekeeping.ts'
import type { Verbs } from '../verbs/verbs.ts'
import { networksOf } from './networks.ts'
import { Proofs, type Asked } from './proofs.ts'

/** How many begin to take part in one network within an hour before the next have to prove something: a school. */
const usuallyFree = 300
/** With more than this, who counts them would have to count for too long. */
const mostFree = 2_000
/**
 * Which of the networks that an address lies in counts, by its bits. Of IPv6 the widest that one party commonly has, and
 * that costs nothing at tunnel brokers.
 */
const counted = { v4: '/24', v6: '/48' }

/** What comes with a request that somebody may begin to take part with. */
export interface Arrival {
  address: string
  questionId: string
  /** The proof that came along. */
  proof: string | undefined
}

/** Knows from where newcomers come, and what they have to prove. */
export class Newcomers {
  readonly #verbs: Pick<Verbs, 'keepOnce'>
  readonly #clock: Clock
  readonly #proofs: Proofs
  /** Null where nobody is asked for anything; then nothing is kept either. */
  readonly #free: number | null
  readonly #times: number
  #salt: { day: string; value: Promise<string> } | null = null

  /** @param times how many times the usual number begins without a proof; Infinity for all */
  constructor(verbs: Pick<Verbs, 'keepOnce'>, clock: Clock, times: number, secret: string) {
    this.#verbs = verbs
    this.#clock = clock
    this.#proofs = new Proofs(secret)
    this.#times = times
    this.#free = times === Infinity ? null : Math.min(mostFree, Math.max(1, Math.round(usuallyFree * times)))
  }

  /**
   * What a verb has to know of somebody who may begin to take part; undefined where nothing tells networks apart, and where nobody is
   * asked for anything.
   * @throws proof_needed for a proof of having waited that comes too early
   */
  of(arrival: Arrival): Promise<Newcomer> | undefined {
    const free = this.#free
    const prefix = free === null ? null : prefixOf(arrival.address)
    return free === null || prefix === null ? undefined : this.#newcomer(prefix, free, arrival)
  }

  /** From which network a letter is asked for, and how many may be within an hour; null where nothing tells networks apart. */
  async letterFrom(address: string): Promise<{ network: string; limit: number } | null> {
    const prefix = this.#free === null ? null : prefixOf(address)
    if (prefix === null) return null
    return { network: await this.#hash(prefix, 'letters'), limit: Math.ceil(perNetwork.usually * this.#times) }
  }

  async #newcomer(prefix: string, free: number, { questionId, proof: sent }: Arrival): Promise<Newcomer> {
    const network = await this.#hash(prefix, questionId)
    const proof = await this.#proofs.read(sent, { questionId, network }, this.#clock())
    if (proof && 'secondsLeft' in proof) throw refuse('proof_needed', [], { secondsLeft: proof.secondsLeft })
    return { network, free, proof }
  }

  /** What to ask of somebody who was refused. @returns null when it was not for want of a proof */
  async ask(refusal: unknown, { address, questionId, proof }: Arrival): Promise<Asked | null> {
    const prefix = prefixOf(address)
    if (!(refusal instanceof Refusal) || refusal.code !== 'proof_needed' || prefix === null) return null
    const network = await this.#hash(prefix, questionId)
    const { strength = 0, secondsLeft } = refusal.facts
    const asked = await this.#proofs.ask({ questionId, network }, Number(strength), this.#clock())
    // Who came too early goes on waiting for the same moment.
    if (secondsLeft === undefined || proof === undefined) return asked
    return { ...asked, wait: { proof, seconds: Number(secondsLeft) } }
  }

  /**
   * A network by a hash that is another on each question and each day. The salt of a day is taken away soon after it, and
   * with it the way back to addresses.
   */
  async #hash(prefix: string, questionId: string): Promise<string> {
    const day = new Date(this.#clock()).toISOString().slice(0, 10)
    if (this.#salt?.day !== day) {
      const value = this.#verbs.keepOnce(`${saltPrefix}${day}`, randomBytes(32).toString('base64url'))
      this.#salt = { day, value }
      value.catch(() => (this.#salt = null))
    }
    const salt = await this.#salt.value
    return createHmac('sha256', salt).update(`${questionId} ${prefix}`).digest('base64url').slice(0, 16)
  }
}

function prefixOf(address: string): string | null {
  return networksOf(address).find(({ name }) => name.endsWith(counted.v4) || name.endsWith(counted.v6))?.name ?? null
}
