import { get, type ClientRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Snapshot } from '../../src/snapshot/wire.ts'
import { Connection, requestBytes, type Reply } from './connection.ts'
import { fromPage } from './votes.ts'

/** People of the town. Each has a device; the same people come to every question. */
const people = 5_000
/** Every n-th request is one of these; the rest are page views. */
const mix: [kind: Kind, share: number][] = [
  ['vote', 0.25],
  ['snapshot', 0.15],
  ['overlay', 0.15],
  ['idea', 0.01],
  ['argument', 0.02],
  ['comment', 0.02],
]
type Kind = 'vote' | 'snapshot' | 'overlay' | 'page' | 'idea' | 'argument' | 'comment'

/** A question that somebody has asked. */
interface Asked {
  id: string
  ideas: string[]
  /** Milliseconds since 1970. */
  closesAt: number
}

export interface TownOptions {
  port: number
  /** Requests a second, evenly. */
  perSecond: number
  /** Open pages that listen. */
  listeners: number
  /** A question is asked every so many milliseconds, and closes after so many. */
  askEvery: number
  closesAfter: number
}

/** A connection on which an answer may never come. */
class Line {
  readonly #connection: Connection
  readonly #broken: Promise<never>

  private constructor(connection: Connection, broken: Promise<never>) {
    this.#connection = connection
    this.#broken = broken
  }

  static async open(port: number): Promise<Line> {
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    return new Line(await Connection.open(port, reject), promise)
  }

  /** @throws when the connection breaks before the answer is there */
  async send(request: Buffer): Promise<Reply> {
    return await Promise.race([new Promise<Reply>((resolve) => this.#connection.send(request, resolve)), this.#broken])
  }

  close(): void {
    this.#connection.close()
  }
}

/** What was answered so far. */
export interface TownCounts {
  answered: number
  asked: number
  listened: number
  /** Connections that ended while somebody waited for an answer on them. */
  broken: number
  /** Answers by status, of those other than 200 and 201. */
  others: Map<number, number>
}

/** People who do all that can be done with questions, at a steady rate, whatever goes on; and go away again. */
export class Town {
  readonly counts: TownCounts = { answered: 0, asked: 0, listened: 0, broken: 0, others: new Map() }
  readonly #options: TownOptions
  readonly #questions: Asked[] = []
  readonly #closed: Asked[] = []
  readonly #listeners = new Set<ClientRequest>()
  readonly #working: Promise<void>[] = []
  #isDone = false
  #turn = 0

  private constructor(options: TownOptions) {
    this.#options = options
  }

  static async open(options: TownOptions): Promise<Town> {
    const town = new Town(options)
    const line = await Line.open(options.port)
    await town.#ask(line)
    line.close()
    const lines = 16
    for (let n = 0; n < lines; n++) town.#working.push(town.#walk(n, lines))
    town.#working.push(town.#askAgainAndAgain(), town.#comeAndGo())
    return town
  }

  /** Connections of its own that the server holds at this moment. */
  get connections(): number {
    return this.#working.length - 1 + this.#listeners.size
  }

  /** Everyone ends what they are about and leaves. @returns questions that the clock closed, by their ids */
  async leave(): Promise<string[]> {
    this.#isDone = true
    await Promise.all(this.#working)
    for (const listener of this.#listeners) listener.destroy()
    return this.#closed.map(({ id }) => id)
  }

  /** Somebody who does one thing after the other, at their share of the rate. */
  async #walk(first: number, all: number): Promise<void> {
    let line: Line | null = null
    const pause = (all / this.#options.perSecond) * 1000
    let due = performance.now() + (first / all) * pause
    while (!this.#isDone) {
      await sleep(Math.max(0, due - performance.now()))
      due = Math.max(due + pause, performance.now() - 1_000)
      const question = this.#questions[this.#turn++ % this.#questions.length]
      if (!question) continue
      try {
        line ??= await Line.open(this.#options.port)
        await this.#act(line, question)
      } catch {
        this.counts.broken++
        line = null
      }
      // A browser does not keep its connection for ever either.
      if (Math.random() < 0.01) {
        line?.close()
        line = null
      }
    }
    line?.close()
  }

  async #act(line: Line, { id, ideas }: Asked): Promise<void> {
    const dice = Math.random()
    let sum = 0
    const kind = mix.find(([, share]) => dice < (sum += share))?.[0] ?? 'page'
    const person = fromPage(Math.floor(Math.random() * people))
    const idea = ideas[Math.floor(Math.random() * ideas.length)] ?? ''
    const api = `/api/v1/questions/${id}`
    const post = (path: string, body: unknown) => requestBytes('POST', api + path, person, JSON.stringify(body))
    const text = `What somebody thought of at ${new Date().toISOString()}.`
    const requests: Record<Kind, () => Buffer> = {
      vote: () => requestBytes('PUT', `${api}/ideas/${idea}/vote`, person, '{"value":1}'),
      snapshot: () => requestBytes('GET', api, { 'accept-encoding': 'br' }),
      overlay: () => requestBytes('GET', `${api}/me`, person),
      page: () => requestBytes('GET', `/q/${id}`, { accept: 'text/html', 'accept-encoding': 'br' }),
      idea: () => post('/ideas', { title: `Idea ${this.#turn}`, description: text }),
      argument: () => post(`/ideas/${idea}/arguments`, { side: dice < 0.5 ? 'pro' : 'con', text }),
      comment: () => post('/comments', { text }),
    }
    const { status, body } = await this.#send(line, requests[kind]())
    if (kind === 'idea' && status === 201) ideas.push((JSON.parse(body.toString('utf8')) as { id: string }).id)
  }

  async #send(line: Line, request: Buffer): Promise<Reply> {
    const reply = await line.send(request)
    this.counts.answered++
    if (reply.status !== 200 && reply.status !== 201)
      this.counts.others.set(reply.status, (this.counts.others.get(reply.status) ?? 0) + 1)
    return reply
  }

  async #askAgainAndAgain(): Promise<void> {
    while (!this.#isDone) {
      await this.#rest(this.#options.askEvery)
      try {
        const line = await Line.open(this.#options.port)
        await this.#ask(line)
        line.close()
      } catch {
        this.counts.broken++
      }
      // Some still vote when it has just closed, and are refused.
      const late = this.#questions.filter(({ closesAt }) => closesAt < Date.now() - 500)
      for (const question of late) this.#closed.push(...this.#questions.splice(this.#questions.indexOf(question), 1))
    }
  }

  async #ask(line: Line): Promise<void> {
    const closesAt = Date.now() + this.#options.closesAfter
    const title = `What shall we do about matter ${++this.counts.asked}?`
    const body = JSON.stringify({ title, closesAt: new Date(closesAt).toISOString() })
    const asked = await this.#send(line, requestBytes('POST', '/api/v1/questions', {}, body))
    // Where there is no room for it at this moment, the next is asked when it is due.
    if (asked.status !== 201) return
    const { question } = JSON.parse(asked.body.toString('utf8')) as { question: Snapshot }
    const ideas: string[] = []
    for (const n of [1, 2, 3]) {
      const idea = JSON.stringify({ title: `The idea that comes to mind as number ${n}` })
      const path = `/api/v1/questions/${question.id}/ideas`
      const { status, body: added } = await this.#send(line, requestBytes('POST', path, fromPage(n), idea))
      if (status === 201) ideas.push((JSON.parse(added.toString('utf8')) as { id: string }).id)
    }
    if (ideas.length > 0) this.#questions.push({ id: question.id, ideas, closesAt })
  }

  /** As many listen as should; each for a while, whichever question it is. */
  async #comeAndGo(): Promise<void> {
    const { listeners, port } = this.#options
    while (!this.#isDone) {
      const come = Math.min(20, listeners - this.#listeners.size)
      for (let n = 0; n < come; n++) {
        const question = this.#questions[Math.floor(Math.random() * this.#questions.length)]
        const path = `/api/v1/questions/${question?.id ?? ''}/live`
        const listener = get({ port, host: '127.0.0.1', path, agent: false }, (stream) => {
          this.counts.listened++
          stream.resume().on('error', () => undefined)
        })
        this.#listeners.add(listener)
        listener.on('error', () => undefined).on('close', () => this.#listeners.delete(listener))
        setTimeout(() => listener.destroy(), 1_000 + Math.random() * 60_000).unref()
      }
      await this.#rest(200)
    }
  }

  /** Rests, and not for long when the town is being left. */
  async #rest(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds
    while (!this.#isDone && performance.now() < until)
      await sleep(Math.max(1, Math.min(200, until - performance.now())))
  }
}
