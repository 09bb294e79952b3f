import { newPublicId } from '../base/ids.ts'
import type { Verbs } from '../verbs/verbs.ts'
import type { Pace, Told } from './pace.ts'

/** How often nodes tell each other what their clients did, in milliseconds. */
const interval = 1_000
/** How many rounds can be read afterwards, for nodes that are late. */
const rounds = 5
/** A node that has told nothing for so long, in milliseconds, is gone as far as this goes. */
const silence = 10 * 60_000

/** What a node's row holds. */
interface Row {
  /** The number of the last round in it. */
  last: number
  /** One after the other. */
  told: Told[]
}

interface Other {
  heard: number
  movedAt: number
}

/**
 * Has the nodes of one store keep one budget for each client: each counts by itself, and once a second tells the others who
 * was busy. A node that cannot tell and hear counts alone.
 * @param report is told when it cannot, once until it can again
 * @returns how to stop
 */
export function exchangePaces(
  pace: Pace,
  verbs: Pick<Verbs, 'exchangeCounts' | 'forgetCounts'>,
  report: (failure: unknown) => void,
): () => Promise<void> {
  const node = newPublicId()
  const others = new Map<string, Other>()
  const own: Row = { last: 0, told: [] }
  let isTold = true
  let isFirst = true
  let isFailing = false

  const round = async () => {
    const told = pace.tell()
    if (told.length > 0) {
      own.last++
      own.told = [...own.told, told].slice(-rounds)
      isTold = false
    }
    const rows = await verbs.exchangeCounts(node, isTold ? null : JSON.stringify(own))
    isTold = true
    for (const row of rows) await hear(row.node, JSON.parse(row.told) as Row)
    isFirst = false
  }

  const hear = async (from: string, { last, told }: Row) => {
    const other = others.get(from)
    const now = performance.now()
    // What was told before we came may be of yesterday.
    const heard = other?.heard ?? (isFirst ? last : 0)
    if (!other || last > heard) others.set(from, { heard: last, movedAt: now })
    if (last > heard) {
      for (const one of told.slice(-(last - heard))) await pace.hear(one)
    } else if (other && now - other.movedAt > silence) {
      others.delete(from)
      await verbs.forgetCounts(from)
    }
  }

  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    running ??= round()
      .then(() => (isFailing = false))
      .catch((failure: unknown) => {
        if (!isFailing) report(failure)
        isFailing = true
      })
      .then(() => void (running = null))
  }, interval)
  return async () => {
    clearInterval(timer)
    await running
    if (own.last > 0) await verbs.forgetCounts(node).catch(() => undefined)
  }
}
