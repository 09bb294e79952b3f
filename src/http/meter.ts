import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Gate } from '../base/gate.ts'
import { addAmount, durations, noAmounts, type Amounts } from '../base/measured.ts'
import type { RefusalCode } from '../base/refusals.ts'
import type { Bus } from '../live/bus.ts'
import type { Hub } from '../live/hub.ts'
import type { PostCounts } from '../mail/post.ts'
import type { Verbs } from '../verbs/verbs.ts'
import { batchSizes, type BatchCounts } from '../vote/queue.ts'
import { Histogram, histogramOf } from './histogram.ts'
import { patternOf } from './logging.ts'

/** How long a scrape waits for what is asked of the writer or of NATS, in milliseconds; then it tells what it knew. */
const patience = 1_000

/** What the rest of the server knows of itself, asked when somebody wants to know. */
export interface Gauges {
  hub: Pick<Hub, 'listeners' | 'questions' | 'tellings'>
  ready: () => { sent: number; made: number }
  held: () => { holding: number; held: number }
  caches: Record<string, { counts: { kept: number; made: number } }>
  gates: Record<string, Gate>
  batches: () => Promise<BatchCounts>
  /** What tells other nodes; null where there are none. */
  bus: Pick<Bus, 'counts' | 'isThere' | 'roundTrip'> | null
  /** What became of letters; null where none are sent. */
  letters: PostCounts | null
}

/** The answer that a connection waits for: a listener for each would cost more than all else that is counted. */
const underWay = Symbol('under way')
type Asking = Socket & { [underWay]?: ServerResponse | undefined }

/** Counts what the server does, for `/metrics`. Nothing in it tells who did it, or on which question. */
export class Meter {
  readonly #registry = new Registry()
  readonly #requests = new Histogram(durations)
  readonly #verbs = new Histogram(durations)
  readonly #refusals = new Map<RefusalCode, number>()
  readonly #underWay = { vote: 0, other: 0 }
  #cutOff = 0
  #batches: BatchCounts = { waiting: 0, votes: noAmounts(batchSizes), seconds: noAmounts(durations) }
  #roundTrip: number | null = null
  #look: () => Promise<unknown> = () => Promise.resolve()

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    this.#registry.registerMetric(
      this.#requests.as('folkmoot_request_seconds', 'Requests answered, and how long it took'),
    )
    this.#registry.registerMetric(
      this.#verbs.as('folkmoot_verb_seconds', 'Verbs carried out, from being asked for to being durable, or refused'),
    )
    this.#counter('folkmoot_refusals_total', 'Requests refused, by code', ['code'], (counter) => {
      for (const [code, count] of this.#refusals) counter.inc({ code }, count)
    })
    this.#counter(
      'folkmoot_requests_cut_off_total',
      'Requests whose connection ended before their answer',
      [],
      (counter) => counter.inc(this.#cutOff),
    )
    this.#gauges('folkmoot_verbs_under_way', 'Verbs that wait for the writer or are being carried out', 'kind', () =>
      Object.entries(this.#underWay),
    )
  }

  /** Counts every request from here on, whoever answers it. To be called before routes are added. */
  watch(app: FastifyInstance): void {
    app.server.on('connection', (socket: Asking) => {
      socket.once('close', () => {
        if (socket[underWay] && !socket[underWay].writableFinished) this.#cutOff++
      })
    })
    app.addHook('onRoute', (route) => {
      const pattern = patternOf(route.url)
      const methods = Array.isArray(route.method) ? 'other' : route.method
      // A stream has no end but that of its connection.
      if (!pattern.endsWith('/live')) {
        const first = route.onRequest ?? []
        route.onRequest = [
          (request, reply, done) => {
            ;(request.raw.socket as Asking)[underWay] = reply.raw
            done()
          },
          ...(Array.isArray(first) ? first : [first]),
        ]
      }
      // By the first digit of the status.
      const classes: (Amounts | undefined)[] = []
      const count = (request: FastifyRequest, reply: { raw: { statusCode: number }; elapsedTime: number }) => {
        const digit = Math.floor(reply.raw.statusCode / 100)
        if (request.refusal !== '') this.#refusals.set(request.refusal, (this.#refusals.get(request.refusal) ?? 0) + 1)
        const seconds = reply.elapsedTime / 1000
        // Pages that share one route, and addresses that share one refusal, are told apart by what little is known.
        if (request.page !== '' || methods === 'other') {
          const method = known.has(request.method) ? request.method : 'other'
          addAmount(this.#durations(method, request.page || pattern, digit), durations, seconds)
        } else addAmount((classes[digit] ??= this.#durations(methods, pattern, digit)), durations, seconds)
      }
      const before = route.onResponse ?? []
      route.onResponse = [
        ...(Array.isArray(before) ? before : [before]),
        (request, reply, done) => {
          count(request, reply)
          // An answer that is done with must not be kept for as long as its connection.
          const { socket } = request.raw as { socket: Asking }
          if (socket[underWay] === reply.raw) socket[underWay] = undefined
          done()
        },
      ]
    })
  }

  /** The verbs as they are, each counted and timed. */
  timing(verbs: Verbs): Verbs {
    return new Proxy(verbs, {
      get: (all, name: keyof Verbs) => {
        const verb = all[name] as (...args: unknown[]) => Promise<unknown>
        // They wait in lines of their own.
        const kind = name === 'vote' || name === 'unvote' ? 'vote' : 'other'
        return (...args: unknown[]) => {
          const began = performance.now()
          this.#underWay[kind]++
          const end = () => {
            this.#underWay[kind]--
            const amounts = this.#verbs.of(name, () => ({ verb: name }))
            addAmount(amounts, durations, (performance.now() - began) / 1000)
          }
          const done = Promise.try(verb, ...args)
          done.then(end, end)
          return done
        }
      },
    })
  }

  ask({ hub, ready, held, caches, gates, batches, bus, letters }: Gauges): void {
    this.#gauge('folkmoot_listeners', 'Open pages that are told of changes', () => hub.listeners)
    this.#gauge('folkmoot_live_questions', 'Questions with at least one listener', () => hub.questions)
    const telling = 'From hearing of a change until its listeners were told'
    this.#registry.registerMetric(
      histogramOf('folkmoot_telling_seconds', telling, durations, () => [{ labels: {}, amounts: hub.tellings }]),
    )
    this.#gauge(
      'folkmoot_requests_held',
      'Requests that wait because their network goes too fast',
      () => held().holding,
    )
    this.#counter(
      'folkmoot_requests_held_total',
      'Requests that had to wait for that, let in or refused',
      [],
      (counter) => counter.inc(held().held),
    )
    this.#counts('folkmoot_ready_answers_total', 'Pages and snapshots sent as they were kept, or made', ready)
    this.#counter('folkmoot_views_total', 'Views taken as they were kept, or made', ['view', 'how'], (counter) => {
      for (const [view, { counts }] of Object.entries(caches))
        for (const [how, count] of Object.entries(counts)) counter.inc({ view, how }, count)
    })
    const depths = (name: string, help: string, depth: (gate: Gate) => number) =>
      this.#gauges(name, help, 'gate', () => Object.entries(gates).map(([gate, one]) => [gate, depth(one)]))
    depths('folkmoot_gate_inside', 'What is being done of what only so many may do at once', (gate) => gate.inside)
    depths('folkmoot_gate_waiting', 'What waits for that', (gate) => gate.waiting)
    this.#askWriter(batches)
    if (bus) this.#askBus(bus)
    if (letters)
      this.#counts('folkmoot_letters_total', 'Letters this node tried to send, by what became', () => letters)
  }

  #askWriter(batches: () => Promise<BatchCounts>): void {
    // Asked once at a time: where the writer is stuck, questions must not pile up before it.
    let asking: Promise<BatchCounts> | null = null
    this.#look = async () => {
      asking ??= batches().finally(() => (asking = null))
      this.#batches = (await soon(asking)) ?? this.#batches
    }
    const histogram = (name: string, help: string, bounds: readonly number[], of: 'votes' | 'seconds') =>
      this.#registry.registerMetric(histogramOf(name, help, bounds, () => [{ labels: {}, amounts: this.#batches[of] }]))
    histogram('folkmoot_batch_votes', 'Votes committed together', batchSizes, 'votes')
    histogram('folkmoot_batch_seconds', 'How long it took to commit such a batch', durations, 'seconds')
    this.#gauge('folkmoot_batch_waiting', 'Votes that wait for the next batch', () => this.#batches.waiting)
  }

  #askBus(bus: NonNullable<Gauges['bus']>): void {
    const lookAtWriter = this.#look
    this.#look = async () => {
      const [roundTrip] = await Promise.all([soon(bus.roundTrip()), lookAtWriter()])
      this.#roundTrip = roundTrip ?? null
    }
    this.#gauge('folkmoot_bus_up', 'Whether NATS is there', () => Number(bus.isThere))
    this.#gauge(
      'folkmoot_bus_round_trip_seconds',
      'To NATS and back; NaN while it is away',
      () => (this.#roundTrip ?? NaN) / 1000,
    )
    this.#counts('folkmoot_bus_messages_total', 'News of what was committed, by what became of it', () => bus.counts)
  }

  /** All of it in the text format of Prometheus. */
  async tell(): Promise<{ type: string; text: string }> {
    await this.#look()
    return { type: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #durations(method: string, route: string, digit: number): Amounts {
    return this.#requests.of(`${method} ${route} ${digit}`, () => ({ method, route, status: `${digit}xx` }))
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value())
      },
    })
  }

  /** One gauge for each value of a label. */
  #gauges(name: string, help: string, label: string, values: () => [value: string, gauge: number][]): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        for (const [value, gauge] of values()) this.set({ [label]: value }, gauge)
      },
    })
  }

  /** What there was so far, by what became of it. */
  #counts(name: string, help: string, counts: () => object): void {
    this.#counter(name, help, ['how'], (counter) => {
      for (const [how, count] of Object.entries(counts())) counter.inc({ how }, count as number)
    })
  }

  #counter(name: string, help: string, labelNames: string[], fill: (counter: Counter) => void): void {
    new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset()
        fill(this)
      },
    })
  }
}

/** Methods that are named; whatever else clients make up is one. */
const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** What comes soon; else, and where it fails, nothing. */
async function soon<Result>(work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience)
  })
  try {
    return await Promise.race([work.catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}
