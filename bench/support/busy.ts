import type { Measured } from './processes.ts'
import { median } from './row.ts'

/** Which share of the time a processor was busy with who was measured, and with the load. */
export interface Busy {
  measured: number
  load: number
}

/** Watches both processors while something runs. */
export async function busy<Result>(who: Measured, seen: Busy[], work: () => Promise<Result>): Promise<Result> {
  const before = { cpu: who.cpu, load: process.cpuUsage(), at: performance.now() }
  const result = await work()
  const milliseconds = performance.now() - before.at
  const { user, system } = process.cpuUsage(before.load)
  seen.push({ measured: ((who.cpu - before.cpu) * 1000) / milliseconds, load: (user + system) / 1000 / milliseconds })
  return result
}

/**
 * How busy they were, as a note. Where the load was busier than who was measured, the load is what bounded the figure.
 * @param seen of the server and of the floor in turn
 */
export function sayBusy(seen: Busy[]): string {
  const turn = (which: number, of: keyof Busy) =>
    `${Math.round(median(seen.filter((_, n) => n % 2 === which).map((share) => share[of])) * 100)} %`
  return (
    `processor: server ${turn(0, 'measured')}, load beside it ${turn(0, 'load')}; ` +
    `floor ${turn(1, 'measured')}, load beside it ${turn(1, 'load')}`
  )
}
