import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Registry, type Metric } from 'prom-client'
import type { RefusalCode } from '../base/refusals.ts'
import type { Verbs } from '../verbs/verbs.ts'
import { patternOf } from './logging.ts'

/** Upper bounds of how long something took, in seconds. */
const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** How often and how long, as plain numbers: the library's own takes a microsecond each time, a tenth of a ready page. */
class Durations {
  /** How many took at most as long as each bound and longer than the one before; the last took longer than all. */
  readonly counts = new Array<number>(bounds.length + 1).fill(0)
  sum = 0

  add(seconds: number): void {
    let at = 0
    while (at < bounds.length && seconds > (bounds[at] as number)) at++
    this.counts[at] = (this.counts[at] as number) + 1
    this.sum += seconds
  }
}

/** Durations by their labels. */
class Histogram {
  readonly #kept = new Map<string, { labels: Record<string, string>; durations: Durations }>()

  of(key: string, labels: () => Record<string, string>): Durations {
    const known = this.#kept.get(key)
    if (known) return known.durations
    const durations = new Durations()
    this.#kept.set(key, { labels: labels(), durations })
    return durations
  }

  /** As the library writes it out. */
  as(name: string, help: string): Metric {
    const values = () =>
      [...this.#kept.values()].flatMap(({ labels, durations: { counts, sum } }) => {
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
}

/** What the rest of the server knows of itself, asked when somebody wants to know. */
export interface Gauges {
  listeners: () => number
  liveQuestions: () => number
  ready: () => { sent: number; made: number }
  held: () => { holding: number; held: number }
}

/** Counts what the server does, for `/metrics`. Nothing in it tells who did it, or on which question. */
export class Meter {
  readonly #registry = new Registry()
  readonly #requests = new Histogram()
  readonly #verbs = new Histogram()
  readonly #refusals = new Map<RefusalCode, number>()
  #underWay = 0

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
    this.#gauge(
      'folkmoot_verbs_under_way',
      'Verbs that wait for the writer or are being carried out',
      () => this.#underWay,
    )
  }

  /** Counts every request from here on, whoever answers it. To be called before routes are added. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', (route) => {
      const pattern = patternOf(route.url)
      const methods = Array.isArray(route.method) ? 'other' : route.method
      // By the first digit of the status.
      const classes: (Durations | undefined)[] = []
      const count = (request: FastifyRequest, reply: { raw: { statusCode: number }; elapsedTime: number }) => {
        const digit = Math.floor(reply.raw.statusCode / 100)
        if (request.refusal !== '') this.#refusals.set(request.refusal, (this.#refusals.get(request.refusal) ?? 0) + 1)
        const seconds = reply.elapsedTime / 1000
        // Pages that share one route, and addresses that share one refusal, are told apart by what little is known.
        if (request.page !== '' || methods === 'other') {
          const method = known.has(request.method) ? request.method : 'other'
          this.#durations(method, request.page || pattern, digit).add(seconds)
        } else (classes[digit] ??= this.#durations(methods, pattern, digit)).add(seconds)
      }
      const before = route.onResponse ?? []
      route.onResponse = [
        ...(Array.isArray(before) ? before : [before]),
        (request, reply, done) => {
          count(request, reply)
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
        return (...args: unknown[]) => {
          const began = performance.now()
          this.#underWay++
          const end = () => {
            this.#underWay--
            this.#verbs.of(name, () => ({ verb: name })).add((performance.now() - began) / 1000)
          }
          const done = Promise.try(verb, ...args)
          done.then(end, end)
          return done
        }
      },
    })
  }

  ask({ listeners, liveQuestions, ready, held }: Gauges): void {
    this.#gauge('folkmoot_listeners', 'Open pages that are told of changes', listeners)
    this.#gauge('folkmoot_live_questions', 'Questions with at least one listener', liveQuestions)
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
    this.#counter(
      'folkmoot_ready_answers_total',
      'Pages and snapshots sent as they were kept, or made',
      ['how'],
      (counter) => {
        const { sent, made } = ready()
        counter.inc({ how: 'sent' }, sent)
        counter.inc({ how: 'made' }, made)
      },
    )
  }

  /** All of it in the text format of Prometheus. */
  async tell(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #durations(method: string, route: string, digit: number): Durations {
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
