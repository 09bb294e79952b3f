import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cookieFrom, expectNoGaps, expectRefusal, expectTalliesRight, fromPage } from '../api/expectations.ts'
import { ask, type Owner, type Person, request } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { noSmallDisk, smallDisk, type SmallDisk } from './small-disk.ts'

describe.skipIf(noSmallDisk !== null)('on a full disk', () => {
  let disk: SmallDisk
  let server: TestServer
  let alice: Owner
  let people: Person[]
  let lake: string
  /** A question whose deadline comes while nothing can be written. */
  let closing: Owner

  beforeAll(async () => {
    disk = await smallDisk(4)
    server = await startServer({ DATA_DIR: disk.folder })
    alice = await ask(server.url)
    lake = (await alice.addIdea({ title: 'At the lake' })).body.id
    people = await Promise.all(Array.from({ length: 20 }, (_, n) => alice.invite(`Person ${n}`)))
    await people[0]!.vote(lake)
    closing = await ask(server.url, { title: 'When?', closesAt: new Date(Date.now() + 4_000).toISOString() })
    expect((await closing.addIdea({ title: 'At noon' })).status).toBe(201)
    disk.fill()
    // The log has pages that can be written over until it has grown as far as it can.
    while ((await alice.comment('x'.repeat(4_000))).status === 201);
  })
  afterAll(async () => {
    await server.stop()
    await disk.remove()
  })

  it('refuses to write, in plain words, and says when to come back', async () => {
    const refused = await alice.addIdea({ title: 'In the hall' })
    expectRefusal(refused, 'cannot_store')
    const after = Number(refused.headers.get('retry-after'))
    expect(after).toBeGreaterThanOrEqual(10)
    expect(after).toBeLessThanOrEqual(120)
    for (const answer of await Promise.all(people.slice(1).map((person) => person.vote(lake))))
      expectRefusal(answer, 'cannot_store')
    expectRefusal(await people[0]!.unvote(lake), 'cannot_store')
    expectRefusal(await people[0]!.castBallot([]), 'cannot_store')
    expectRefusal(await request('POST', `${server.url}/api/v1/questions`, { title: 'Another?' }), 'cannot_store')
  })

  it('goes on reading', async () => {
    const { status, body } = await alice.snapshot()
    expect(status).toBe(200)
    expect(body.counts.votes).toBe(1)
    expect((await people[0]!.me()).status).toBe(200)
    expect((await alice.changes()).status).toBe(200)
    expect(await (await fetch(`${server.url}/q/${alice.questionId}`)).text()).toContain('At the lake')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })

  it('shows a question closed whose deadline has passed, though that cannot be written down', async () => {
    const open = await closing.snapshot()
    expect(open.body.phase).toBe('open')
    await expect.poll(async () => (await closing.snapshot()).body.phase, { timeout: 10_000 }).toBe('closed')
    const closed = await closing.snapshot()
    expect(closed).toMatchObject({ status: 200, body: { closedAt: null, revision: open.body.revision } })
    // Who has it as it was open is told.
    const tag = open.headers.get('etag') ?? ''
    expect((await closing.get('', { 'if-none-match': tag })).status).toBe(200)
    expect((await closing.get('', { 'if-none-match': closed.headers.get('etag') ?? '' })).status).toBe(304)
    const page = await fetch(`${server.url}/q/${closing.questionId}`, { headers: { 'accept-language': 'en' } })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Ranking')
    expect((await closing.me()).status).toBe(200)
    expect((await closing.changes()).status).toBe(200)
  })

  it('is not ready, and tells whoever runs it why', async () => {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect(server.output()).toContain('database or disk is full')
    expect(server.output()).not.toContain('unexpected failure')
  })

  it('keeps in a form what was typed', async () => {
    const form = new URLSearchParams({ title: 'Words that took an hour', description: '', link: '' })
    const answer = await fetch(`${server.url}/q/${alice.questionId}?/idea`, {
      method: 'POST',
      body: form,
      headers: { ...fromPage(cookieFrom({ headers: new Headers() })), accept: 'text/html', 'accept-language': 'en' },
    })
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    const page = await answer.text()
    expect(page).toContain('Words that took an hour')
    expect(page).toContain('Nothing can be saved at this moment')
  })

  it('carries on once there is room, without being started again, and has lost and doubled nothing', async () => {
    disk.makeRoom()
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    for (const answer of await Promise.all(people.map((person) => person.vote(lake)))) expect(answer.status).toBe(200)
    expect((await alice.addIdea({ title: 'In the hall' })).status).toBe(201)
    expect((await alice.snapshot()).body.counts.votes).toBe(people.length)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
    const { closesAt } = (await closing.snapshot()).body
    await expect.poll(async () => (await closing.snapshot()).body.closedAt, { timeout: 10_000 }).toBe(closesAt)
  })
})
