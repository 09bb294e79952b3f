/** How often something took how long, or had which size, in plain numbers: they can be handed from thread to thread. */
export interface Amounts {
  /** How many were at most as large as each bound and larger than the one before; the last were larger than all. */
  readonly counts: number[]
  sum: number
}

/** Upper bounds of how long something took, in seconds. */
export const durations = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export function noAmounts(bounds: readonly number[]): Amounts {
  return { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }
}

/** Counts one more. On hot roads: a metrics library takes a microsecond for it, a tenth of a ready page. */
export function addAmount(amounts: Amounts, bounds: readonly number[], value: number): void {
  let at = 0
  while (at < bounds.length && value > (bounds[at] as number)) at++
  amounts.counts[at] = (amounts.counts[at] as number) + 1
  amounts.sum += value
}
