import type { Snapshot } from '../../src/snapshot/wire.ts'
import { requestBytes } from './connection.ts'
import { deviceOf, ideaOf, type Filled, type Plan } from './fill.ts'
import { once } from './load.ts'
import { expectCount } from './row.ts'

/** What a browser sends along from a page of the site itself. */
export function fromPage(device: number): Record<string, string> {
  return { cookie: `folkmoot=${deviceOf(device)}`, origin: 'http://127.0.0.1', 'sec-fetch-site': 'same-origin' }
}

/** Makes requests that vote for one idea. They are copied from one and differ in their cookie. */
export function votesFor(question: string, idea: string): (device: number) => Buffer {
  const path = `/api/v1/questions/${question}/ideas/${idea}/vote`
  const template = requestBytes('PUT', path, fromPage(0), '{"value":1}')
  const at = template.indexOf(deviceOf(0))
  return (device) => {
    const request = Buffer.from(template)
    request.write(deviceOf(device), at, 'latin1')
    return request
  }
}

/** The n-th vote of a run, counted from 0: on which question, from which device, for which idea; null when all have. */
export type Ballots = (n: number) => { poll: Poll; device: number; idea: number } | null

/** The votes of many on one question, and what must come of them. */
export class Poll {
  readonly question: Filled
  readonly #votesFor: ((device: number) => Buffer)[]
  /** By idea: votes that were there before and those acknowledged since. */
  readonly #expected: number[]

  /** @param there as the question was filled */
  constructor(question: Filled, there: Pick<Plan, 'participants' | 'votesEach'> = { participants: 0 }) {
    this.question = question
    this.#votesFor = question.ideas.map((idea) => votesFor(question.id, idea))
    this.#expected = question.ideas.map(() => 0)
    for (let person = 0; person < there.participants; person++)
      for (let n = 0; n < (there.votesEach ?? 0); n++) this.acknowledged(ideaOf(person, n, question.ideas.length))
  }

  /** A vote for the n-th idea, counted from 0. */
  request(device: number, idea: number): Buffer {
    return this.#votesFor[idea]?.(device) ?? Buffer.alloc(0)
  }

  acknowledged(idea: number): void {
    this.#expected[idea] = (this.#expected[idea] ?? 0) + 1
  }

  get votes(): number {
    return this.#expected.reduce((sum, votes) => sum + votes, 0)
  }

  /** Every acknowledged vote is counted, idea by idea, and nothing else. @throws when it is not so */
  async expectExact(port: number): Promise<void> {
    const snapshot = await settledSnapshot(port, this.question.id, this.votes)
    expectCount('votes of the question', snapshot.counts.votes ?? 0, this.votes)
    const tallies = new Map(snapshot.ideas.map((idea) => [idea.id, idea.votes]))
    for (const [n, id] of this.question.ideas.entries())
      expectCount(`votes of idea ${n + 1}`, tallies.get(id) ?? 0, this.#expected[n] ?? 0)
  }
}

/** A copy that is up to a second old may be served under load, so the last votes are waited for. */
async function settledSnapshot(port: number, question: string, votes: number): Promise<Snapshot> {
  for (let tries = 0; ; tries++) {
    const { status, body } = await once(port, requestBytes('GET', `/api/v1/questions/${question}`))
    expectCount('status of the snapshot', status, 200)
    const snapshot = JSON.parse(body.toString('utf8')) as Snapshot
    if (snapshot.counts.votes === votes || tries === 30) return snapshot
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
