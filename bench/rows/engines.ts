import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, requestBytes } from '../support/connection.ts'
import { ideaOf } from '../support/fill.ts'
import { driveHouse, withHouses, type House, type Spent } from '../support/houses.ts'
import { Listeners } from '../support/listeners.ts'
import { drive, percentile, type Requests } from '../support/load.ts'
import { median, type Options, type Row, type Scale } from '../support/row.ts'
import { fromPage, Poll, type Ballots } from '../support/votes.ts'
import { keep, type Figures } from '../support/measured.ts'
import { livePath } from './live.ts'
import { usualQuestion } from './views.ts'

const ideas = 24
/** More people than vote within the rounds; as many come to all questions of the spread together. */
const crowd = 60_000

/** What is asked of each house as fast as it answers. */
const roads = ['votes', 'spread', 'page', 'snapshot', 'overlay'] as const
type Road = (typeof roads)[number]

/** The same code on either engine, as one process and as three: what each costs, beside the embedded engine. */
export async function measureEngines(scale: Scale, { isKept }: Options): Promise<Row[]> {
  const { launches, questions } = scale
  const people = Math.min(scale.people, crowd)
  const each = Math.ceil(people / questions)
  const plans = [
    usualQuestion,
    { ideas, participants: people },
    ...Array.from({ length: questions }, (_one, n) => ({ ideas, participants: each, firstDevice: n * each })),
  ]
  return await withHouses(plans, async (houses) => {
    const measuring = houses.map((house) => new Guest(house, scale, people, each))
    for (let launch = 0; launch < launches; launch++) {
      for (const guest of measuring) await guest.begin()
      for (const road of roads)
        for (let round = -1; round < scale.rounds; round++)
          for (const guest of measuring) await guest.measure(road, round < 0)
      for (const guest of measuring) await guest.hear()
      for (const guest of measuring) await guest.end()
    }
    const [embedded, ...others] = measuring
    if (!embedded) return []
    const [one, three] = others
    if (isKept && one && three) keep(one.figures, three.figures)
    return others.flatMap((guest) => compared(guest, embedded, scale.watchers))
  })
}

/** What is measured of one house, over all launches. */
class Guest {
  readonly house: House
  /** By name: one figure a round, and the processor time of each part an answer, in microseconds. */
  readonly figures: Figures = new Map()
  readonly #scale: Scale
  readonly #poll: Poll
  readonly #spread: Poll[]
  readonly #people: number
  readonly #each: number
  /** Each participant votes once a round, every round for another idea. */
  #turns = { votes: 0, spread: 0 }

  constructor(house: House, scale: Scale, people: number, each: number) {
    const [, one, ...many] = house.questions
    if (!one) throw new Error('Nothing was filled in.')
    this.house = house
    this.#scale = scale
    this.#poll = new Poll(one)
    this.#spread = many.map((question) => new Poll(question))
    this.#people = people
    this.#each = each
  }

  async begin(): Promise<void> {
    for (const took of await this.house.start()) this.#note('start', took)
  }

  async end(): Promise<void> {
    for (const { rss } of this.house.nodes) this.#note('memory', rss / 2 ** 20)
    // Every node has counted every vote, whichever node it came to.
    for (const { port } of this.house.nodes) await this.#poll.expectExact(port)
    for (const poll of this.#spread) await poll.expectExact(this.house.nodes[0]?.port ?? 0)
    await this.house.stop()
  }

  async measure(what: Road, isWarmUp: boolean): Promise<void> {
    const { connections, seconds, warmUp } = this.#scale
    const { requests, answered } = this.#road(what)
    const logged = await this.house.logged()
    const before = this.house.spent()
    let count = 0
    const perSecond = await driveHouse(this.house, requests, {
      connections,
      seconds: isWarmUp ? warmUp : seconds,
      answered(n) {
        count++
        answered?.(n)
      },
    })
    if (isWarmUp) return
    this.#note(what, perSecond, since(before, this.house.spent(), count))
    if (what === 'votes' || what === 'spread')
      this.#note(`${what}, log`, ((await this.house.logged()) - logged) / count)
  }

  #road(what: Road): { requests: Requests; answered?: (n: number) => void } {
    const [question] = this.house.questions
    if (what === 'votes' || what === 'spread') return roadOf(this.#ballots(what))
    const brotli = { 'accept-encoding': 'br' }
    const api = `/api/v1/questions/${question?.id ?? ''}`
    const views = {
      page: [
        requestBytes('GET', `/q/${question?.id ?? ''}`, { ...brotli, accept: 'text/html', 'accept-language': 'en' }),
      ],
      snapshot: [requestBytes('GET', api, brotli)],
      overlay: Array.from({ length: usualQuestion.participants }, (_one, device) =>
        requestBytes('GET', `${api}/me`, { ...brotli, ...fromPage(device) }),
      ),
    }[what]
    return { requests: (n) => views[n % views.length] ?? null }
  }

  #ballots(what: 'votes' | 'spread'): Ballots {
    const turn = this.#turns[what]++
    const questions = this.#spread.length
    return (n) => {
      if (what === 'votes')
        return n < this.#people ? { poll: this.#poll, device: n, idea: ideaOf(n, turn, ideas) } : null
      const [poll, person] = [this.#spread[n % questions], Math.floor(n / questions)]
      if (!poll || person >= this.#each) return null
      return { poll, device: (n % questions) * this.#each + person, idea: ideaOf(person, turn, ideas) }
    }
  }

  /** A change to those who listen on the other nodes, or on the one that there is; and votes that others cast. */
  async hear(): Promise<void> {
    const { watchers, changes } = this.#scale
    const { nodes, questions } = this.house
    const [first, ...others] = nodes
    const [question] = questions
    if (!first || !question) return
    const elsewhere = others.length > 0 ? others : [first]
    const all = new Listeners()
    try {
      for (const { port } of elsewhere) await all.open(port, livePath(question), Math.ceil(watchers / elsewhere.length))
      const path = `/api/v1/questions/${question.id}/comments`
      const comment = requestBytes('POST', path, fromPage(0), '{"text":"Has anyone measured the room?"}')
      const line = await Connection.open(first.port, () => {})
      const send = () => new Promise<void>((resolve) => line.send(comment, () => resolve()))
      await all.hear('event: change', send)
      for (let n = 0; n < changes; n++) {
        await sleep(1_000)
        const before = this.house.spent()
        const latencies = await all.hear('event: change', send)
        this.#note('change, p50', percentile(latencies, 0.5), since(before, this.house.spent(), latencies.length))
        this.#note('change, p99', percentile(latencies, 0.99))
      }
      line.close()
      await all.leave()
    } finally {
      await all.end()
    }
    if (others.length > 0) await this.#hearVotes(first.port, others)
  }

  /** Votes come to the first node alone: what do the others spend on hearing of them? */
  async #hearVotes(port: number, others: House['nodes']): Promise<void> {
    const { connections, seconds } = this.#scale
    const { requests, answered } = roadOf(this.#ballots('spread'))
    const cpu = () => others.reduce((sum, node) => sum + node.cpu, 0)
    const before = cpu()
    const done = await drive(port, requests, { connections, seconds, answered })
    this.#note('heard', ((cpu() - before) / done.answered / others.length) * 1e6)
  }

  #note(what: string, value: number, costs?: Spent): void {
    const figures = this.figures.get(what) ?? { ours: [], costs: [] }
    figures.ours.push(value)
    if (costs) figures.costs.push(costs)
    this.figures.set(what, figures)
  }
}

function roadOf(ballots: Ballots): { requests: Requests; answered: (n: number) => void } {
  return {
    requests(n) {
      const ballot = ballots(n)
      return ballot?.poll.request(ballot.device, ballot.idea) ?? null
    },
    answered(n) {
      const ballot = ballots(n)
      ballot?.poll.acknowledged(ballot.idea)
    },
  }
}

/** Microseconds for each of so many. */
function since(before: Spent, after: Spent, count: number): Spent {
  const each = (part: keyof Spent) => ((after[part] - before[part]) / count) * 1e6
  return { nodes: each('nodes'), store: each('store'), bus: each('bus') }
}

const said = [
  { is: 'votes', what: 'durable votes, one question', unit: 'votes/s' },
  { is: 'spread', what: 'durable votes, spread over $ questions', unit: 'votes/s' },
  { is: 'page', what: 'question page, anonymous, brotli', unit: 'requests/s' },
  { is: 'snapshot', what: 'snapshot JSON, brotli', unit: 'requests/s' },
  { is: 'overlay', what: 'personal overlay', unit: 'requests/s' },
  {
    is: 'change, p50',
    what: 'one change to % listeners, on other nodes where there are, p50 from sending it',
    unit: 'ms',
  },
  {
    is: 'change, p99',
    what: 'one change to % listeners, on other nodes where there are, p99 from sending it',
    unit: 'ms',
  },
  { is: 'memory', what: 'memory of a node after all this', unit: 'MB' },
  { is: 'start', what: 'start of a node to its first answer', unit: 'ms' },
]

/** Rows of one house beside the embedded engine. */
function compared({ house, figures }: Guest, embedded: Guest, watchers: number): Row[] {
  const many = (house.questions.length - 2).toLocaleString('en')
  const rows = said.map(({ is, what, unit }): Row => {
    const [own, floor] = [figures.get(is), embedded.figures.get(is)]
    const costs = own?.costs.length ? [sayCosts(own.costs, floor?.costs ?? [], is.startsWith('change'))] : []
    const logged = figures.get(`${is}, log`)
    if (logged) costs.push(`PostgreSQL's log: ${median(logged.ours).toFixed(0)} bytes an answer`)
    return {
      what: `${house.name}: ${what.replace('$', many).replace('%', watchers.toLocaleString('en'))}`,
      unit,
      ours: own?.ours ?? [],
      against: embedded.house.name,
      // Of three nodes there are three figures where the embedded engine has one.
      floor: (own?.ours ?? []).map((_one, n) => {
        const [all, there] = [own?.ours.length ?? 1, floor?.ours ?? []]
        return there[Math.floor((n * there.length) / all)] ?? NaN
      }),
      notes: costs,
    }
  })
  const heard = figures.get('heard')
  if (heard)
    rows.push({
      what: `${house.name}: processor time of a node for a vote that another one committed`,
      ...{ unit: 'µs', ours: heard.ours },
    })
  return rows
}

function sayCosts(costs: Spent[], embedded: Spent[], isChange: boolean): string {
  const of = (all: Spent[], part: keyof Spent) => median(all.map((one) => one[part])).toFixed(1)
  return (
    `processor time ${isChange ? 'a listener' : 'an answer'}: nodes ${of(costs, 'nodes')} µs, PostgreSQL ` +
    `${of(costs, 'store')} µs, NATS ${of(costs, 'bus')} µs; embedded engine ${of(embedded, 'nodes')} µs`
  )
}
