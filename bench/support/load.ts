import { Connection, type Reply } from './connection.ts'

/** What is asked of whoever is measured: the n-th request, counted from 0; null when there are no more. */
export type Requests = (n: number) => Buffer | null

export interface Outcome {
  /** Answers with the status that was expected. */
  answered: number
  /** From the first request to the last answer, in seconds. */
  seconds: number
  perSecond: number
  /** Milliseconds, sorted. */
  latencies: Float64Array
}

export interface LoadOptions {
  connections: number
  seconds: number
  /** The status of every answer. Any other ends the run: what is refused quickly would look like a great speed. */
  status?: number
  /** Is told of every answer, by the number of its request. */
  answered?: (n: number, reply: Reply) => void
}

/**
 * Sends requests as fast as they are answered, one at a time on each connection, until the time is over or there are
 * no more; waits for every answer.
 * @throws when an answer has another status than expected, or a connection breaks
 */
export async function drive(port: number, requests: Requests, options: LoadOptions): Promise<Outcome> {
  const { connections, seconds, status = 200, answered } = options
  const latencies = new Latencies()
  const run = Promise.withResolvers<undefined>()
  const lines = await openAll(port, connections, run.reject)
  const begun = performance.now()
  const end = begun + seconds * 1000
  let next = 0
  let open = lines.length
  const turn = (line: Connection) => {
    const request = performance.now() < end ? requests(next) : null
    if (request === null) {
      if (--open === 0) run.resolve(undefined)
      return
    }
    const n = next++
    const sent = performance.now()
    line.send(request, (reply) => {
      latencies.add(performance.now() - sent)
      if (reply.status !== status) {
        run.reject(unexpected(reply, status))
        return
      }
      answered?.(n, reply)
      turn(line)
    })
  }
  try {
    for (const line of lines) turn(line)
    await run.promise
  } finally {
    for (const line of lines) line.close()
  }
  const took = (performance.now() - begun) / 1000
  return { answered: next, seconds: took, perSecond: next / took, latencies: latencies.sorted() }
}

/**
 * Sends requests at a fixed rate, whatever the answers take. A latency counts from the moment at which its request was
 * due: one that had to wait, because all connections were waiting for a server that stood still, has waited too.
 */
export async function pace(
  port: number,
  requests: Requests,
  options: LoadOptions & { perSecond: number },
): Promise<Outcome> {
  const { connections, seconds, perSecond, status = 200, answered } = options
  const latencies = new Latencies()
  const run = Promise.withResolvers<undefined>()
  const idle = await openAll(port, connections, run.reject)
  const all = [...idle]
  const total = Math.floor(perSecond * seconds)
  const begun = performance.now()
  let due = 0
  let sent = 0
  let done = 0
  const send = (line: Connection) => {
    const n = sent++
    const request = requests(n)
    if (request === null) {
      run.reject(new Error(`There are only ${n} requests to be sent, and ${total} were to be.`))
      return
    }
    const dueAt = begun + (n / perSecond) * 1000
    line.send(request, (reply) => {
      latencies.add(performance.now() - dueAt)
      if (reply.status !== status) {
        run.reject(unexpected(reply, status))
        return
      }
      answered?.(n, reply)
      if (++done === total) run.resolve(undefined)
      else if (sent < due) send(line)
      else idle.push(line)
    })
  }
  const tick = () => {
    due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * perSecond))
    for (let line; sent < due && (line = idle.pop());) send(line)
    // Not in every turn: a load that never rests takes the core from the listeners, who share it.
    if (due < total) setTimeout(tick, 1)
  }
  try {
    tick()
    await run.promise
  } finally {
    for (const line of all) line.close()
  }
  const took = (performance.now() - begun) / 1000
  return { answered: done, seconds: took, perSecond: done / took, latencies: latencies.sorted() }
}

/** One request on a connection of its own; for what is looked at rather than measured. */
export async function once(port: number, request: Buffer): Promise<Reply> {
  const failed = Promise.withResolvers<never>()
  const line = await Connection.open(port, failed.reject)
  try {
    const reply = new Promise<Reply>((resolve) => {
      line.send(request, (came) => resolve({ ...came, body: Buffer.from(came.body) }))
    })
    return await Promise.race([reply, failed.promise])
  } finally {
    line.close()
  }
}

/** The value below which a share of the sorted ones lies. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

async function openAll(port: number, count: number, broken: (failure: Error) => void): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => Connection.open(port, broken)))
}

function unexpected(reply: Reply, status: number): Error {
  return new Error(`${reply.status} came instead of ${status}: ${reply.body.toString('utf8').slice(0, 500)}`)
}

/** Grows without an object for each measurement. */
class Latencies {
  #values = new Float64Array(1 << 16)
  #count = 0

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) {
      const wider = new Float64Array(this.#values.length * 2)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.#count++] = milliseconds
  }

  sorted(): Float64Array {
    return this.#values.slice(0, this.#count).sort()
  }
}
