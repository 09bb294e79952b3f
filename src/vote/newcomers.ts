import type { Refusal } from '../base/refusals.ts'
import type { BallotStore } from '../db/ballots.ts'
import { newcomersCounted, newcomersWithin, refuseNewcomer } from '../participant/rules.ts'
import type { Newcomer } from '../question/rules.ts'

/** Who would begin to take part in a batch, and on which question, by its key. */
export interface Beginning {
  question: number
  newcomer: Newcomer
}

/** How many begin to take part in each network, while a batch is decided about. */
export class NewcomersInBatch {
  readonly #begun = new Map<string, number>()

  /** Looks up how many began within the hour. */
  async count(store: BallotStore, beginnings: Beginning[], now: number): Promise<void> {
    const asked = new Map<string, { question: number; network: string; after: number }>()
    for (const { question, newcomer } of beginnings)
      asked.set(keyOf(question, newcomer), { question, network: newcomer.network, after: now - newcomersWithin })
    if (asked.size === 0) return
    const counts = await store.countNewcomers([...asked.values()], newcomersCounted)
    for (const [index, key] of [...asked.keys()].entries()) this.#begun.set(key, counts[index] ?? 0)
  }

  /** Whether somebody may begin without a proof. Where there is one it has to be used up, which goes alone. */
  refuse(question: number, newcomer: Newcomer | null, now: number): Refusal | 'alone' | null {
    if (newcomer === null) return null
    const begun = this.#begun.get(keyOf(question, newcomer)) ?? 0
    const refusal = refuseNewcomer(begun, { ...newcomer, proof: null }, now)
    return refusal && newcomer.proof ? 'alone' : refusal
  }

  add(question: number, newcomer: Newcomer | null): void {
    if (newcomer === null) return
    const key = keyOf(question, newcomer)
    this.#begun.set(key, (this.#begun.get(key) ?? 0) + 1)
  }
}

function keyOf(question: number, { network }: Newcomer): string {
  return `${question} ${network}`
}
