import { worthWaitingFor } from '../feed/command.ts'

/** How often the process notes that it runs, in milliseconds. */
const noteEvery = 250
/** For how long what was waiting may still be coming in, in milliseconds. */
const waking = 1_000

/**
 * Knows whether the process has just stood still: stopped, starved, or on a machine that was asleep. What it finds waiting
 * then was asked for long ago, by somebody who may have gone to another node and changed their mind there.
 */
export class Standstill {
  #timer: NodeJS.Timeout | undefined
  /** Never late before there is anybody to ask for anything. */
  #notedAt = Infinity
  #overAt = -Infinity

  /** Begins to look, once requests can come. */
  begin(): void {
    this.#notedAt = performance.now()
    this.#timer = setInterval(() => this.#note(), noteEvery).unref()
  }

  /** Whether it is over only just now. */
  get isJustOver(): boolean {
    const now = performance.now()
    return now - this.#notedAt > worthWaitingFor || now - this.#overAt < waking
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #note(): void {
    const now = performance.now()
    if (now - this.#notedAt > worthWaitingFor) this.#overAt = now
    this.#notedAt = now
  }
}
