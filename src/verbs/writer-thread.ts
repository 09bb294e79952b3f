import { parentPort, workerData } from 'node:worker_threads'
import { neverBack, systemClock, type SharedTime } from '../base/clock.ts'
import { connect } from '../db/connect.ts'
import type { Engine } from '../db/engine.ts'
import { createFeed, type News } from '../feed/follow.ts'
import type { Proof } from '../question/rules.ts'
import type { Caller } from '../question/seat.ts'
import type { Level } from '../question/wire.ts'
import { createVerbs } from './verbs.ts'
import { castLength, packFailure, type FromWriter, type ToWriter } from './writer-wire.ts'

// The thread in which the server's verbs run, beside the one that answers requests: while it waits for the disk, the
// other goes on reading. See writer.ts.

const port = parentPort
if (!port) throw new Error('This file is run by src/verbs/writer.ts.')

const { engine, latest, levels } = workerData as { engine: Engine; latest: SharedTime; levels: readonly Level[] }
const store = await connect(engine)
const feed = createFeed((failure) => {
  throw failure
})
const verbs = createVerbs({ store, clock: neverBack(systemClock, latest), feed, levels })

/** What is ready to be told; all that comes about in one turn goes in one message. */
let ready = nothing()
let isTelling = false

function nothing(): FromWriter {
  return { news: [], done: [], failed: [], receipts: [] }
}

function tellSoon(): void {
  if (isTelling) return
  isTelling = true
  setImmediate(() => {
    isTelling = false
    port?.postMessage(ready)
    ready = nothing()
  })
}

function fail(id: number, failure: unknown): void {
  ready.failed.push([id, packFailure(failure)])
  tellSoon()
}

feed.follow((news: News) => {
  ready.news.push(news)
  tellSoon()
})

port.on('message', ({ calls, casts }: ToWriter | { calls: null; casts: [] }) => {
  if (calls === null) {
    void store.close().then(() => port.close())
    return
  }
  for (let at = 0; at < casts.length; at += castLength) {
    const [id, q, idea, value, bearer, device, name, network, free, proof] = casts.slice(at, at + castLength) as [
      ...[id: number, q: string, idea: string, value: number],
      ...[bearer: string | null, device: string, name: string | null],
      ...[network: string | null, free: number | null, proof: string | null],
    ]
    const caller: Caller = { bearer, device, name }
    if (network !== null && free !== null)
      caller.newcomer = { network, free, proof: proof === null ? null : (JSON.parse(proof) as Proof) }
    const cast = value > 0 ? verbs.vote(caller, q, idea, value) : verbs.unvote(caller, q, idea)
    cast.then(
      ({ votes, revision }) => {
        ready.receipts.push(id, votes, revision)
        tellSoon()
      },
      (failure: unknown) => fail(id, failure),
    )
  }
  for (const [id, name, args] of calls) {
    const verb = verbs[name] as (...args: unknown[]) => Promise<unknown>
    // A verb that fails before its first wait throws rather than rejects.
    Promise.try(verb, ...args).then(
      (result) => {
        ready.done.push([id, result])
        tellSoon()
      },
      (failure: unknown) => fail(id, failure),
    )
  }
})

port.postMessage('open')
