import type { Measured } from './processes.ts'
import { median } from './row.ts'

/** Which share of the time a processor was busy with who was measured, and with the load; and the speed meanwhile. */
export interface Busy {
  measured: number
  load: number
  perSecond: number
}

/** Watches both processors during a run. @returns the run's speed */
export async function busy(who: Measured, seen: Busy[], run: () => Promise<number>): Promise<number> {
  const before = { cpu: who.cpu, load: process.cpuUsage(), at: performance.now() }
  const perSecond = await run()
  const milliseconds = performance.now() - before.at
  const { user, system } = process.cpuUsage(before.load)
  const measured = ((who.cpu - before.cpu) * 1000) / milliseconds
  seen.push({ measured, load: (user + system) / 1000 / milliseconds, perSecond })
  return perSecond
}

/**
 * How busy they were, as a note. Where the load was busier than who was measured, the load is what bounded the figure.
 * What one answer costs in processor time says something even on a machine that has other things to do.
 * @param seen of the server and of the floor in turn
 */
export function sayBusy(seen: Busy[]): string {
  const turn = (which: number, say: (share: Busy) => number) => median(seen.filter((_, n) => n % 2 === which).map(say))
  const percent = (which: number, of: 'measured' | 'load') => `${Math.round(turn(which, (one) => one[of]) * 100)} %`
  const cost = (which: number) => turn(which, ({ measured, perSecond }) => (measured / perSecond) * 1e6)
  return (
    `busy: server ${percent(0, 'measured')} with the load ${percent(0, 'load')}, floor ${percent(1, 'measured')} with ` +
    `the load ${percent(1, 'load')}; processor time an answer: ${cost(0).toFixed(1)} µs, floor ${cost(1).toFixed(1)} µs`
  )
}
