import { createHash } from 'node:crypto'
import { Budget, type Rate } from './budget.ts'
import { networksOf, tiers, type Network } from './networks.ts'

/**
 * How fast clients may go. A school of 2,000 behind one address who all open a question and vote ten times within a minute
 * take a third of what one network may; see decision 19.
 */
const rates = {
  /** What one device writes. Nobody taps faster; who goes on at full speed is a program. */
  deviceWrites: { everySecond: 10, burst: 300, within: 60 },
  /** What is made for one device: its own page, its overlay, lists, streams that it opens. */
  deviceReads: { everySecond: 20, burst: 600, within: 60 },
  /** Devices of one network that begin: a school, or somebody who invents people. */
  newcomers: { everySecond: 5, burst: 10_000, within: 3600 },
  /** All that is done in one network by devices that have written nothing lately. */
  strangers: { everySecond: 200, burst: 30_000, within: 300 },
  /** All that is done in one network by the others. */
  known: { everySecond: 500, burst: 60_000, within: 300 },
} satisfies Record<string, Rate>

/** How long a request that goes too fast for its network is held at the most before it is refused, in milliseconds. */
const usualPatience = 5_000

/** How many devices and networks are told apart; each a power of two. */
const [devices, networks] = [2 ** 16, 2 ** 14]
/** How many devices are known at the most, and for how many minutes after they last wrote something. */
const [familiar, knownFor] = [2 ** 20, 60]
/** How many addresses are kept with their networks. */
const addresses = 10_000

export interface Step {
  kind: 'write' | 'read'
  /** How much of the budget it takes: 1 for a vote. */
  weight: number
  /** What the device proves itself by; null for one that has nothing yet. */
  credential: string | null
  address: string
}

/** What nodes tell each other: budget, slot and points of each client that was busy. */
export type Told = [budget: number, slot: number, points: number][]

/** How fast one device and one network may go on. */
export class Pace {
  readonly #isOff: boolean
  readonly #patience: number
  readonly #seed: number
  readonly #writes: Budget
  readonly #reads: Budget
  /** One for each tier of networks. */
  readonly #newcomers: Budget[]
  readonly #strangers: Budget[]
  readonly #known: Budget[]
  /** In which minute each device wrote last; 0 for none. */
  readonly #wroteAt = new Uint32Array(familiar)
  readonly #networks = new Map<string, { tier: number; number: number }[]>()

  /**
   * @param times how many times the usual budgets everyone has; Infinity for no limits
   * @param secret tells which clients share a slot, so that nobody outside can choose it; the same on every node
   * @param patience how long a request is held at the most, in milliseconds
   */
  constructor(times: number, secret: string, patience = usualPatience) {
    this.#isOff = times === Infinity
    this.#patience = patience
    this.#seed = createHash('sha256').update(`pace ${secret}`).digest().readUInt32LE()
    this.#writes = new Budget(scaled(rates.deviceWrites, times), devices, patience)
    this.#reads = new Budget(scaled(rates.deviceReads, times), devices, patience)
    const ofNetworks = (rate: Rate) =>
      tiers.map(({ share }) => new Budget(scaled(rate, times * share), networks, patience))
    this.#newcomers = ofNetworks(rates.newcomers)
    this.#strangers = ofNetworks(rates.strangers)
    this.#known = ofNetworks(rates.known)
  }

  /**
   * Lets a step be taken: at once, or a little later where its network goes too fast.
   * @returns nothing when it may be taken at once. @throws too_fast
   */
  admit({ kind, weight, credential, address }: Step): Promise<void> | undefined {
    if (this.#isOff) return undefined
    const device = credential === null ? null : numberFor(credential, this.#seed)
    const turn = device === null ? undefined : (kind === 'write' ? this.#writes : this.#reads).take(device, weight)
    const networks = this.#networksOf(address)
    if (networks.length === 0) return turn
    return this.#admitFrom(networks, kind === 'write', weight, device, turn)
  }

  async #admitFrom(
    networks: { tier: number; number: number }[],
    isWrite: boolean,
    weight: number,
    device: number | null,
    deviceTurn: Promise<void> | undefined,
  ): Promise<void> {
    if (deviceTurn) await deviceTurn
    const isKnown = device !== null && this.#isKnown(device)
    // At once, so that what a device sends at the same moment is one newcomer.
    if (device !== null && isWrite) this.#wroteAt[device % familiar] = minute()
    const until = performance.now() + this.#patience
    const budgets = isKnown ? this.#known : this.#strangers
    try {
      // The smallest first: what is refused there takes nothing from those around it.
      for (const { tier, number } of networks) {
        const turn = budgets[tier]?.takeInTurn(number, weight, until)
        if (turn) await turn
        const beginning = isWrite && !isKnown ? this.#newcomers[tier]?.takeInTurn(number, 1, until) : undefined
        if (beginning) await beginning
      }
    } catch (refused) {
      if (device !== null && !isKnown) this.#wroteAt[device % familiar] = 0
      throw refused
    }
  }

  /** Knows a device from now on that was let in before it had anything to prove itself by. @returns its credential */
  meet(credential: string): string {
    this.#wroteAt[numberFor(credential, this.#seed) % familiar] = minute()
    return credential
  }

  /** What clients did here since the last time, for the other nodes; nothing of it tells who they are. */
  tell(): Told {
    return this.#all().flatMap((budget, n) => budget.tell().map(([slot, points]): Told[number] => [n, slot, points]))
  }

  /** Counts what clients did on another node. */
  async hear(told: Told): Promise<void> {
    const all = this.#all()
    for (const [budget, slot, points] of told) await all[budget]?.hear(slot, points)
  }

  /** How many requests are held now, and how many were since the start. */
  get counts(): Budget['counts'] {
    const sum = { holding: 0, held: 0 }
    for (const { counts } of this.#all()) {
      sum.holding += counts.holding
      sum.held += counts.held
    }
    return sum
  }

  #all(): Budget[] {
    return [this.#writes, this.#reads, ...this.#newcomers, ...this.#strangers, ...this.#known]
  }

  #isKnown(device: number): boolean {
    const at = this.#wroteAt[device % familiar] ?? 0
    return at > 0 && minute() - at <= knownFor
  }

  #networksOf(address: string): { tier: number; number: number }[] {
    const kept = this.#networks.get(address)
    if (kept) return kept
    const found = networksOf(address).map(({ tier, name }: Network) => ({ tier, number: numberFor(name, this.#seed) }))
    if (this.#networks.size >= addresses) this.#networks.clear()
    this.#networks.set(address, found)
    return found
  }
}

function scaled({ everySecond, burst, within }: Rate, times: number): Rate {
  const scale = (points: number) => Math.max(1, Math.round(points * Math.min(times, 1e6)))
  return { everySecond: scale(everySecond), burst: scale(burst), within }
}

/** Minutes since this process began, from 1 on. */
function minute(): number {
  return Math.floor(performance.now() / 60_000) + 1
}

/** No token of ours is longer; of what somebody makes up, this much tells it apart as well. */
const longest = 200

/** A number of 32 bits for a text (FNV-1a, and mixed). A hash that withstands attacks would cost a vote a fiftieth more. */
function numberFor(text: string, seed: number): number {
  let number = seed
  const end = Math.min(text.length, longest)
  for (let at = 0; at < end; at++) number = Math.imul(number ^ text.charCodeAt(at), 0x01000193)
  number = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d)
  number = Math.imul(number ^ (number >>> 12), 0x297a2d39)
  return (number ^ (number >>> 15)) >>> 0
}
