import type { Metric } from 'prom-client'
import { noAmounts, type Amounts } from '../base/measured.ts'

type Labels = Record<string, string>

/** Amounts by their labels, which the library writes out. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #kept = new Map<string, { labels: Labels; amounts: Amounts }>()

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  /** Those with these labels, to count on. @param key names the labels */
  of(key: string, labels: () => Labels): Amounts {
    const known = this.#kept.get(key)
    if (known) return known.amounts
    const amounts = noAmounts(this.#bounds)
    this.#kept.set(key, { labels: labels(), amounts })
    return amounts
  }

  as(name: string, help: string): Metric {
    return histogramOf(name, help, this.#bounds, () => [...this.#kept.values()])
  }
}

/** A histogram that somebody else keeps, as the library writes it out. */
export function histogramOf(
  name: string,
  help: string,
  bounds: readonly number[],
  kept: () => { labels: Labels; amounts: Amounts }[],
): Metric {
  const values = () =>
    kept().flatMap(({ labels, amounts: { counts, sum } }) => {
      let soFar = 0
      const buckets = counts.map((count, at) => ({
        labels: { ...labels, le: bounds[at] ?? '+Inf' },
        value: (soFar += count),
        metricName: `${name}_bucket`,
      }))
      const total = { labels, value: soFar, metricName: `${name}_count` }
      return [...buckets, { labels, value: sum, metricName: `${name}_sum` }, total]
    })
  return {
    name,
    get: () => Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values: values() }),
  } as unknown as Metric
}
