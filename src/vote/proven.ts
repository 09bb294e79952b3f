import type { ProvenDelta } from '../db/ballots.ts'

/** How the votes of ideas at each level above `open` change, while many are decided about. */
export class ProvenVotes {
  readonly #deltas = new Map<string, ProvenDelta>()

  /** @param of the level at which the vote was, or is, cast */
  add(of: Omit<ProvenDelta, 'delta'>, delta: number): void {
    // Those are what the rest of an idea's tally is, and of all votes they are to cost the least.
    if (of.level === 'open' || delta === 0) return
    const key = `${of.question} ${of.idea} ${of.level}`
    const known = this.#deltas.get(key)
    if (known) known.delta += delta
    else this.#deltas.set(key, { ...of, delta })
  }

  all(): ProvenDelta[] {
    return [...this.#deltas.values()].filter(({ delta }) => delta !== 0)
  }
}
