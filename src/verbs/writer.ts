import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Clock, SharedClock } from '../base/clock.ts'
import { refuse } from '../base/refusals.ts'
import { connect } from '../db/connect.ts'
import { blocks, type Engine } from '../db/engine.ts'
import type { Feed } from '../feed/follow.ts'
import { alwaysGiven } from '../question/levels.ts'
import type { Caller } from '../question/seat.ts'
import type { Level } from '../question/wire.ts'
import type { Receipt } from '../vote/actions.ts'
import { createVerbs, type Verbs } from './verbs.ts'
import { batchSize } from '../vote/queue.ts'
import { castLength, unpackFailure, type Call, type FlatCasts, type FromWriter, type VerbName } from './writer-wire.ts'

/**
 * Votes, which go in batches, and other verbs, each with a commit of its own, that are under way at the most; above that,
 * people are asked to try again.
 */
const votesAtOnce = 20_000
const verbsAtOnce = 500
/** How long votes gather at the most while more keep coming, in milliseconds. */
const gatherWithin = 2

interface Pending {
  resolve: (result: never) => void
  reject: (failure: unknown) => void
  /** Of a vote. */
  ideaId?: string
}

export interface Writer {
  /** The verbs, to be called as if they ran here. Above a bound they refuse: overloaded. */
  verbs: Verbs
  /** Lets what is under way end, then closes the store. */
  close: () => Promise<void>
}

/**
 * Opens the store where all verbs run: in a thread of its own, where a commit keeps waiting who makes it, so that a commit
 * that waits for the disk keeps no reader waiting.
 * @param feed is told of what was committed, before whoever asked for it gets the answer
 * @param clock by which it goes, where it runs here; a thread has the machine's, and tells no time before what was told
 * @param onEnd called when the thread ends unasked; nothing can be written any more
 * @param levels which this server can give to people
 * @throws an Error with a sentence for the operator when the store cannot be opened
 */
export async function startWriter(
  engine: Engine,
  feed: Feed,
  clock: SharedClock,
  onEnd: (failure: unknown) => void,
  levels: readonly Level[] = alwaysGiven,
): Promise<Writer> {
  if (!blocks(engine)) return await startHere(engine, feed, clock.now, levels)
  const workerData = { engine, latest: clock.latest, levels }
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData })
  await once(thread, 'message')
  const link = new Link(thread, feed)
  let isClosing = false
  thread.on('error', (failure) => {
    link.end(failure)
    onEnd(failure)
  })
  thread.on('exit', () => {
    if (isClosing) return
    const failure = new Error('The thread that writes has ended.')
    link.end(failure)
    onEnd(failure)
  })
  return {
    verbs: link.verbs(),
    async close() {
      await link.idle()
      isClosing = true
      const ended = once(thread, 'exit')
      thread.postMessage({ calls: null, casts: [] })
      await ended
    },
  }
}

/** Opens the store in this thread. Above a bound, verbs are refused as they are on the way to another one. */
async function startHere(engine: Engine, feed: Feed, clock: Clock, levels: readonly Level[]): Promise<Writer> {
  const store = await connect(engine)
  const all = createVerbs({ store, clock, feed, levels })
  const underWay = new Set<Promise<unknown>>()
  let others = 0
  const verbs = new Proxy(all, {
    get(all, name: VerbName) {
      const verb = all[name] as (...args: unknown[]) => Promise<unknown>
      // Votes gather in a queue, which has a bound of its own.
      const counts = name === 'vote' || name === 'unvote' ? 0 : 1
      return (...args: unknown[]) => {
        if (counts > 0 && others >= verbsAtOnce) return Promise.reject(refuse('overloaded'))
        others += counts
        const done = Promise.try(verb, ...args).finally(() => {
          others -= counts
          underWay.delete(done)
        })
        underWay.add(done)
        return done
      }
    },
  })
  return {
    verbs,
    async close() {
      await Promise.allSettled(underWay)
      await store.close()
    },
  }
}

/**
 * Both ends of the line to the thread: calls go out together once a turn of the event loop, answers find who asked. Votes
 * gather here, while those before them are being committed and as long as each turn brings more: a message and a commit
 * for every few votes would cost several times what the votes do.
 */
class Link {
  readonly #thread: Worker
  readonly #feed: Feed
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #votes = 0
  #calls: Call[] = []
  #casts: FlatCasts = []
  /** Votes that the thread has and has not answered. */
  #castsThere = 0
  #isSending = false
  #isGathering = false
  #whenIdle: (() => void)[] = []

  constructor(thread: Worker, feed: Feed) {
    this.#thread = thread
    this.#feed = feed
    thread.on('message', (message: FromWriter) => this.#hear(message))
  }

  verbs(): Verbs {
    const own: Partial<Verbs> = {
      vote: (caller, q, ideaId, value) => this.#cast(caller, q, ideaId, value),
      unvote: (caller, q, ideaId) => this.#cast(caller, q, ideaId, 0),
    }
    return new Proxy(own, {
      get: (votes, name: VerbName) => votes[name] ?? ((...args: unknown[]) => this.#call(name, args)),
    }) as Verbs
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  /** Nothing will be answered any more. */
  end(failure: unknown): void {
    for (const { reject } of this.#pending.values()) reject(failure)
    this.#pending.clear()
    this.#tellIdle()
  }

  #cast(caller: Caller, q: string, ideaId: string, value: number): Promise<Receipt> {
    if (caller.once)
      return this.#call(value > 0 ? 'vote' : 'unvote', [
        caller,
        q,
        ideaId,
        ...(value > 0 ? [value] : []),
      ]) as Promise<Receipt>
    if (this.#votes >= votesAtOnce) return Promise.reject(refuse('overloaded'))
    this.#votes++
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#pending.set(id, { resolve, reject, ideaId })
      const { bearer, device, name = null, newcomer } = caller
      const proof = newcomer?.proof ? JSON.stringify(newcomer.proof) : null
      this.#casts.push(id, q, ideaId, value, bearer, device, name)
      this.#casts.push(newcomer?.network ?? null, newcomer?.free ?? null, proof)
      this.#gather()
    })
  }

  #call(name: VerbName, args: unknown[]): Promise<unknown> {
    if (this.#pending.size - this.#votes >= verbsAtOnce) return Promise.reject(refuse('overloaded'))
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#pending.set(id, { resolve, reject })
      this.#calls.push([id, name, args])
      this.#sendSoon()
    })
  }

  #sendSoon(): void {
    if (this.#isSending) return
    this.#isSending = true
    setImmediate(() => {
      this.#isSending = false
      this.#thread.postMessage({ calls: this.#calls, casts: [] })
      this.#calls = []
    })
  }

  /** Sends the votes once the thread is done with those before and a turn of the event loop has brought no more. */
  #gather(): void {
    if (this.#isGathering || this.#castsThere > 0) return
    this.#isGathering = true
    const until = performance.now() + gatherWithin
    const look = (before: number) => {
      const { length } = this.#casts
      if (length > before && length < batchSize * castLength && performance.now() < until) {
        setImmediate(look, length)
        return
      }
      this.#isGathering = false
      const casts = this.#casts.splice(0, batchSize * castLength)
      this.#castsThere = casts.length / castLength
      this.#thread.postMessage({ calls: [], casts })
    }
    setImmediate(look, 0)
  }

  #hear({ news, done, failed, receipts }: FromWriter): void {
    for (const one of news) this.#feed.publish(one)
    for (let at = 0; at < receipts.length; at += 3) {
      const pending = this.#take(receipts[at] as number)
      pending?.resolve({ idea: pending.ideaId, votes: receipts[at + 1], revision: receipts[at + 2] } as never)
    }
    for (const [id, result] of done) this.#take(id)?.resolve(result as never)
    for (const [id, failure] of failed) this.#take(id)?.reject(unpackFailure(failure))
    if (this.#casts.length > 0) this.#gather()
    if (this.#pending.size === 0) this.#tellIdle()
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (pending?.ideaId !== undefined) {
      this.#votes--
      this.#castsThere--
    }
    return pending
  }

  #tellIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}
