import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pinHelper } from './processes.ts'

export type Order =
  | { open: { port: number; path: string; count: number } }
  /** Text that stands in what is waited for. */
  | { await: string }
  | { ask: true }
  | { leave: true }

export type Report =
  | { opened: number }
  | { ready: true }
  /** When it came to each, in milliseconds of the machine's own clock, which all its processes share. */
  | { arrived: number[] }
  | State
  | { left: true }

/** How the listeners stand. */
export interface State {
  /** Counts of votes that were heard last, and by how many. */
  votes: [number, number][]
  resyncs: number
  /** How often one was cut off and came back. */
  returns: number
  problems: string[]
  /** The bytes that came last, in base64. */
  last: string
}

/** How long all listeners may take to hear of something, in milliseconds. */
const patience = 30_000

/** Milliseconds of the machine's own clock. */
export const machineTime = () => Number(process.hrtime.bigint()) / 1e6

/** Thousands of live connections, held by a process of their own beside the load. */
export class Listeners {
  readonly #child: ChildProcess
  count = 0

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'listening.ts'), { stdio: 'inherit' })
    pinHelper(this.#child.pid ?? 0)
  }

  async open(port: number, path: string, count: number): Promise<void> {
    const answer = await this.#order({ open: { port, path, count } }, 'opened')
    this.count = 'opened' in answer ? answer.opened : 0
    const { problems } = await this.state()
    if (problems.length > 0) throw new Error(`Listeners were not let in: ${problems.join('; ')}`)
  }

  /**
   * Makes something happen and waits until every listener has heard of it.
   * @returns milliseconds from before it happened until it came, for each listener, sorted
   * @throws when not all have heard of it in time
   */
  async hear(marker: string, happen: () => Promise<unknown>): Promise<number[]> {
    await this.#order({ await: marker }, 'ready')
    const heard = this.#report('arrived')
    const begun = machineTime()
    await happen()
    const answer = await heard
    return 'arrived' in answer ? answer.arrived.map((at) => at - begun).sort((a, b) => a - b) : []
  }

  async state(): Promise<State> {
    return (await this.#order({ ask: true }, 'resyncs')) as State
  }

  /** Waits until every listener has been told of this many votes. @returns how many were not, in the end */
  async missing(votes: number): Promise<number> {
    const end = Date.now() + patience
    for (;;) {
      const { votes: heard } = await this.state()
      const missing = this.count - (heard.find(([count]) => count === votes)?.[1] ?? 0)
      if (missing === 0 || Date.now() > end) return missing
      await sleep(100)
    }
  }

  async leave(): Promise<void> {
    await this.#order({ leave: true }, 'left')
    this.count = 0
  }

  async end(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    await exit
  }

  async #order(order: Order, answer: string): Promise<Report> {
    const report = this.#report(answer)
    this.#child.send(order)
    return report
  }

  #report(name: string): Promise<Report> {
    return new Promise((resolve, reject) => {
      const take = (report: Report) => {
        if (!(name in report)) return
        clearTimeout(timer)
        this.#child.off('message', take)
        resolve(report)
      }
      const timer = setTimeout(() => {
        this.#child.off('message', take)
        reject(new Error(`Not all of ${this.count} listeners have ${name} within ${patience / 1000} s.`))
      }, patience)
      this.#child.on('message', take)
    })
  }
}
