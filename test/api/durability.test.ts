import { Agent, request as rawRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Joined } from '../../src/http/doors.ts'
import { ask, request, type Owner } from '../support/api.ts'
import { storedBytes } from '../support/behind.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { cookieFrom, expectNoGaps, expectTalliesRight } from './expectations.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer({ LOG_LEVEL: 'trace' })
})
afterEach(() => server.stop())

describe('a token', () => {
  it('is in no file and no line of output, whatever its bearer does', async () => {
    const secrets: string[] = []
    const key = { 'idempotency-key': 'a-key-that-is-a-secret-as-well' }
    const url = `${server.url}/api/v1/questions`
    const asked = await request<Owner['asked']>('POST', url, { title: 'A title that is stored' }, key)
    const alice = await ask(server.url)
    const joined = await alice.stranger().post<Joined>('/participants', { name: 'Bob' }, key)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const voted = await alice.stranger().put(`/ideas/${idea.id}/vote`)
    const { body: link } = await alice.post<{ adminToken: string }>('/admin-link', undefined, key)
    secrets.push(
      ...[asked.body.adminToken, alice.token!, joined.body.token, link.adminToken],
      ...[asked, joined, voted].map((answer) => cookieFrom(answer).replace('folkmoot=', '')),
      key['idempotency-key'],
    )
    // What goes wrong must not bring it to light either.
    await request('GET', `${url}/${alice.questionId}?token=${link.adminToken}`)
    await request('GET', `${server.url}/admin/${alice.questionId}/${link.adminToken}`)
    await request('POST', url, '{"broken', { authorization: `Bearer ${link.adminToken}` })
    await request('PUT', `${url}/${alice.questionId}/closure`, {}, { authorization: `Bearer ${alice.token}` })

    const bytes = await storedBytes(server.place.engine)
    expect(bytes.includes('A title that is stored')).toBe(true)
    expect(server.output()).toContain('/api/v1/questions/:q/participants')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThanOrEqual(30)
      expect(bytes.includes(secret)).toBe(false)
      expect(bytes.includes(Buffer.from(secret, 'base64url'))).toBe(false)
      expect(server.output()).not.toContain(secret)
    }
  })
})

describe('what was acknowledged', () => {
  it('is there after a power failure in the middle of a storm of votes', async () => {
    const alice = await ask(server.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    const people = await Promise.all(Array.from({ length: 20 }, (_, n) => alice.invite(`Person ${n}`)))
    const acknowledged = new Set<number>()
    const votes = people.map((person, n) =>
      person.vote(lake.id).then(
        ({ status }) => {
          if (status === 200) acknowledged.add(n)
        },
        () => undefined, // The connection broke: whether this vote counts, nobody has said.
      ),
    )
    while (acknowledged.size === 0) await new Promise((resolve) => setImmediate(resolve))
    await server.kill()
    await Promise.all(votes)
    await server.start()

    const { body } = await alice.voters(lake.id)
    const names = new Set(body.voters.map((voter) => voter.name))
    for (const n of acknowledged) expect(names).toContain(`Person ${n}`)
    expect(names.size).toBe(body.total)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
    // Whoever is not sure sends it again, and is counted once.
    await Promise.all(people.map((person) => person.vote(lake.id)))
    expect((await alice.snapshot()).body.counts.votes).toBe(20)
    await expectTalliesRight(alice)
  })
})

describe('SIGTERM', () => {
  it('finishes what is in flight and ends with 0', async () => {
    const alice = await ask(server.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const people = await Promise.all(Array.from({ length: 20 }, () => alice.invite()))
    const votes = people.map((person) =>
      person.vote(idea.id).then(
        (answer) => answer.status,
        () => 0,
      ),
    )
    // A request whose body is still on its way when the signal comes.
    const agent = new Agent({ keepAlive: true })
    const body = JSON.stringify({ text: 'Half of it comes before, half of it after.' })
    const late = new Promise<number>((resolve, reject) => {
      const sending = rawRequest(
        `${server.url}/api/v1/questions/${alice.questionId}/comments`,
        {
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/json',
            'content-length': body.length,
            authorization: `Bearer ${alice.token}`,
          },
        },
        (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0))
        },
      )
      sending.on('error', reject)
      sending.write(body.slice(0, 20))
      setTimeout(() => sending.end(body.slice(20)), 300)
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    // Throws when it does not end with 0.
    const stopping = server.restart()
    const statuses = await Promise.all(votes)
    expect(await late).toBe(201)
    await stopping
    agent.destroy()

    const { body: seen } = await alice.snapshot()
    expect(seen.counts.votes).toBeGreaterThanOrEqual(statuses.filter((status) => status === 200).length)
    expect(seen.comments).toHaveLength(1)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })
})
