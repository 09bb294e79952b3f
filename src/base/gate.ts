import { refuse } from './refusals.ts'

/** How often to look who has come before somebody's turn begins; node takes in one new connection with each look. */
const looks = 16

/**
 * Lets only so many through at once. Who comes then waits in line, and who comes when the line is full is refused: work
 * that nobody can do in time is better not begun than remembered.
 */
export class Gate {
  readonly #limits: { inside: number; waiting: number }
  readonly #line: (() => void)[] = []
  #inside = 0

  constructor(limits: { inside: number; waiting: number }) {
    this.#limits = limits
  }

  /** How many are inside, and how many wait. */
  get inside(): number {
    return this.#inside
  }
  get waiting(): number {
    return this.#line.length
  }

  /** @returns how to leave; leaving again changes nothing. @throws overloaded */
  async enter(): Promise<() => void> {
    if (this.#inside < this.#limits.inside) this.#inside += 1
    else if (this.#line.length >= this.#limits.waiting) throw refuse('overloaded')
    else await new Promise<void>((resolve) => this.#line.push(resolve))
    await lookUp()
    let left = false
    return () => {
      if (left) return
      left = true
      // Whoever is next takes the place over, so that nobody slips in between.
      const next = this.#line.shift()
      if (next) next()
      else this.#inside -= 1
    }
  }

  /** Does something inside. @throws overloaded, and what the work throws */
  async through<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

/**
 * Lets in what has arrived meanwhile. Work that never waits would else be done one after the other for all who ask for
 * it, while those who ask for less, and those for whom there is no room, stand before a closed door.
 */
async function lookUp(): Promise<void> {
  for (let look = 0; look < looks; look++) await new Promise((resolve) => setImmediate(resolve))
}
