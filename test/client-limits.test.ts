import { setTimeout as rest } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { expectRefusal } from './api/expectations.ts'
import { ask, request, type Answer, type Owner } from './support/api.ts'
import { startServer, type TestServer } from './support/server.ts'

const ending: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0)) await end()
})

async function start(env: Record<string, string>): Promise<TestServer> {
  const server = await startServer(env)
  ending.push(() => server.stop())
  return server
}

/** A device that has no cookie yet, behind a proxy that says where it is. It keeps the cookie that it gets. */
class Device {
  readonly #alice: Owner
  readonly #address: string
  #cookie = ''

  constructor(alice: Owner, address: string) {
    this.#alice = alice
    this.#address = address
  }

  async send(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<Answer<unknown>> {
    const { server, questionId } = this.#alice
    const answer = await request(method, `${server}/api/v1/questions/${questionId}${path}`, body, {
      'x-forwarded-for': this.#address,
      'sec-fetch-site': 'same-origin',
      ...(this.#cookie !== '' && { cookie: this.#cookie }),
    })
    this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie
    return answer
  }

  /** What one visit makes of requests: the page, its own part of it, votes, who voted. @returns the statuses */
  async visit(ideas: string[]): Promise<number[]> {
    const page = await fetch(`${this.#alice.server}/q/${this.#alice.questionId}`, {
      headers: { 'x-forwarded-for': this.#address },
    })
    await page.text()
    const statuses = [page.status]
    for (const idea of ideas) statuses.push((await this.send('PUT', `/ideas/${idea}/vote`)).status)
    statuses.push((await this.send('GET', '/me')).status)
    statuses.push((await this.send('GET', `/ideas/${ideas[0]}/voters`)).status)
    return statuses
  }
}

async function questionOn(server: string, ideas = 5): Promise<{ alice: Owner; ideas: string[] }> {
  const alice = await ask(server)
  const added: string[] = []
  for (let n = 1; n <= ideas; n++) added.push((await alice.addIdea({ title: `Place ${n}` })).body.id)
  return { alice, ideas: added }
}

describe('limits for each client', () => {
  it('refuse a device that hammers until it has waited, and nobody else', async () => {
    // 2 writes each second, and 60 a minute besides.
    const server = await start({ CLIENT_LIMITS: '0.2' })
    const { alice, ideas } = await questionOn(server.url, 1)
    const [idea = ''] = ideas
    const [mallory, bob] = [await alice.invite('Mallory'), await alice.invite('Bob')]
    const answers = await Promise.all(Array.from({ length: 120 }, () => mallory.vote(idea)))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(20)
    for (const answer of refused) {
      expectRefusal(answer, 'too_fast')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    }
    expect((await bob.vote(idea)).status).toBe(200)
    // What is ready is for her as for everyone.
    expect((await mallory.snapshot()).status).toBe(200)

    const wait = Number(refused[0]?.headers.get('retry-after'))
    await rest(1000 * wait)
    expect((await mallory.vote(idea)).status).toBe(200)
    expect((await alice.snapshot()).body.counts.votes).toBe(2)
    const metrics = await fetch(`${server.url}/metrics`).then((answer) => answer.text())
    expect(metrics).toContain(`folkmoot_refusals_total{code="too_fast"} ${refused.length}\n`)
  })

  it('let 300 people behind one address each open the page and vote five times, without one refusal', async () => {
    const server = await start({ CLIENT_LIMITS: '1', TRUST_PROXY: 'loopback' })
    const { alice, ideas } = await questionOn(server.url)
    const everyone = Array.from({ length: 300 }, () => new Device(alice, '203.0.113.7').visit(ideas))
    for (const statuses of await Promise.all(everyone)) expect(statuses).toEqual(statuses.map(() => 200))
    // Alice as well, whose ideas they are.
    expect((await alice.snapshot()).body.counts).toMatchObject({ participants: 301, votes: 1500 })
  })

  it('slow down people who are invented in one network, and nobody who takes part already', async () => {
    // 100 newcomers an hour, and one each second.
    const server = await start({ CLIENT_LIMITS: '0.01', TRUST_PROXY: 'loopback' })
    // Of each question so few that nobody has to prove anything.
    const questions = await Promise.all(Array.from({ length: 125 }, () => questionOn(server.url, 1)))
    const stageOf = (n: number) => {
      const { alice, ideas } = questions[n % questions.length] as (typeof questions)[number]
      return { alice, path: `/ideas/${ideas[0]}/vote` }
    }
    const { alice, path } = stageOf(0)
    const bob = new Device(alice, '203.0.113.7')
    expect((await bob.send('PUT', path)).status).toBe(200)

    const began = performance.now()
    const times: number[] = []
    const invented = Array.from({ length: 250 }, async (_, n) => {
      const answer = await new Device(stageOf(n).alice, `203.0.113.${n}`).send('PUT', stageOf(n).path)
      times.push(performance.now() - began)
      return answer
    })
    // The others wait, or are sent away.
    expect((await bob.send('PUT', path)).status).toBe(200)
    expect((await new Device(alice, '198.51.100.7').send('PUT', path)).status).toBe(200)

    const answers = await Promise.all(invented)
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(60)
    for (const answer of refused) expectRefusal(answer, 'too_fast')
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(100)
    expect(Math.max(...times)).toBeGreaterThan(1_000)
    const metrics = await fetch(`${server.url}/metrics`).then((answer) => answer.text())
    expect(metrics).toMatch(/^folkmoot_requests_held_total [1-9]/m)
    expect(metrics).toContain('folkmoot_requests_held 0\n')
    const tallies = await Promise.all(questions.map(async ({ alice }) => (await alice.snapshot()).body.counts.votes))
    expect(tallies.reduce((sum, votes) => (sum ?? 0) + (votes ?? 0))).toBe(answers.length - refused.length + 2)
  })
})
