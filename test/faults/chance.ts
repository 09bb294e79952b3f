import { randomInt } from 'node:crypto'

/** The seed of this run, printed where it is used; FAULT_SEED repeats a run's decisions. */
export function seedOfRun(): number {
  return Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
}

/** Decisions that a seed repeats (mulberry32). */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** At least 0 and below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number below a bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  /** One of several. @throws when there is none */
  oneOf<Value>(values: readonly Value[]): Value {
    if (values.length === 0) throw new Error('There is nothing to choose from.')
    return values[this.below(values.length)] as Value
  }
}
