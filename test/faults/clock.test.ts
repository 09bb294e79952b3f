import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectNoGaps, expectRefusal, expectTalliesRight } from '../api/expectations.ts'
import { ask, request } from '../support/api.ts'
import { Listener } from '../support/listener.ts'
import { startServer, type TestServer } from '../support/server.ts'

const minute = 60_000
const year = 365 * 24 * 60 * minute

/** A real server, in all its threads, whose clock the test sets. */
describe('the clock of a server that serves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folkmoot-clock-'))
  const file = join(folder, 'ahead')
  const setAhead = (milliseconds: number) => writeFileSync(file, String(milliseconds))
  let server: TestServer
  beforeAll(async () => {
    const shim = pathToFileURL(join(import.meta.dirname, 'set-clock.ts')).href
    server = await startServer({ NODE_OPTIONS: `--import ${shim}`, TEST_CLOCK: file })
  })
  beforeEach(() => setAhead(0))
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })
  const asked = (closesIn: number) =>
    ask(server.url, { title: 'Where shall we meet?', closesAt: new Date(Date.now() + closesIn).toISOString() })

  it('lets in no vote after the close that somebody was told of, when it is set back', async () => {
    const alice = await asked(20 * minute)
    const bob = await alice.invite('Bob')
    const { body: lake } = await bob.addIdea({ title: 'At the lake' })
    expect((await bob.vote(lake.id)).status).toBe(200)
    setAhead(21 * minute)
    expectRefusal(await bob.unvote(lake.id), 'question_closed')
    setAhead(0)
    for (let n = 0; n < 20; n++) expectRefusal(await bob.unvote(lake.id), 'question_closed')
    expectRefusal(await alice.addIdea({ title: 'Too late' }), 'question_closed')
    const { body } = await alice.snapshot()
    expect(body).toMatchObject({ phase: 'closed', closedAt: body.closesAt, counts: { votes: 1 } })
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('throws nothing away for good while it is a year ahead for some moments', async () => {
    const alice = await ask(server.url)
    await alice.addIdea({ title: 'At the lake' })
    expect((await alice.deleteQuestion()).status).toBe(204)
    const key = { 'idempotency-key': 'once' }
    const first = await request<{ question: { id: string } }>(
      'POST',
      `${server.url}/api/v1/questions`,
      { title: 'Once?' },
      key,
    )

    const witness = await asked(year / 2)
    const url = `${server.url}/api/v1/questions/${witness.questionId}/live`
    const stream = await Listener.open(url)
    setAhead(year)
    // The house has closed it by itself, and each question closed after that is a round of the house more.
    await stream.until(({ changes }) => changes.includes('question.closed'))
    for (let round = 0; round < 2; round++) {
      const closesAt = new Date(Date.now() + year + 1_000).toISOString()
      const next = await ask(server.url, { title: 'And now?', closesAt })
      const after = await Listener.open(`${server.url}/api/v1/questions/${next.questionId}/live`)
      await after.until(({ changes }) => changes.includes('question.closed'))
      after.leave()
    }
    stream.leave()
    setAhead(0)

    expect((await alice.restoreQuestion()).status).toBe(200)
    expect((await alice.snapshot()).body.counts.ideas).toBe(1)
    const again = await request<{ question: { id: string } }>(
      'POST',
      `${server.url}/api/v1/questions`,
      { title: 'Once?' },
      key,
    )
    expect(again.body.question.id).toBe(first.body.question.id)
    expect((await asked(minute)).asked.question.createdAt <= new Date().toISOString()).toBe(true)
  })
})
