import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, houseOf, type TestCore } from '../../test/support/core.ts'
import { neverBack, shareClock } from '../base/clock.ts'
import type { Snapshot } from '../snapshot/wire.ts'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import type { Asked } from './doors.ts'

const minute = 60_000

describe.each(engines)('a clock that is set while the server runs, on $engine', ({ open }) => {
  let test: TestCore
  let app: FastifyInstance
  let q: string
  let ideaId: string
  let deadline: number

  beforeEach(async () => {
    test = await open()
    // As in the real server: one clock for those who read, another for those who write, and one time for both.
    const machine = () => test.time.now
    const { now, latest } = shareClock(machine)
    const house = { ...houseOf({ ...test.core, clock: neverBack(machine, latest) }), clock: now }
    const config = { ...readConfig({}), secretKey: 'a secret key that is long enough' }
    app = await buildApp({ house, config, web: 'none' })
    deadline = test.time.now + 10 * minute
    const asked = await send('POST', '', { title: 'Where?', closesAt: new Date(deadline).toISOString() })
    q = asked.body.question?.id ?? ''
    ideaId = (await send('POST', `/${q}/ideas`, { title: 'At the lake' })).body.id ?? ''
  })
  afterEach(async () => {
    await app.close()
    await test.close()
  })

  async function send(method: 'GET' | 'POST' | 'PUT', path: string, body?: object) {
    const answer = await app.inject({ method, url: `/api/v1/questions${path}`, ...(body && { payload: body }) })
    return { status: answer.statusCode, body: answer.json<Partial<Snapshot & Asked>>() }
  }
  const vote = () => send('PUT', `/${q}/ideas/${ideaId}/vote`, {})

  it('lets in no vote after one was refused because the question is closed, though nobody had written that down', async () => {
    expect((await vote()).status).toBe(200)
    test.time.now = deadline
    expect(await vote()).toMatchObject({ status: 409, body: { code: 'question_closed' } })
    test.time.now = deadline - 5 * minute
    expect(await vote()).toMatchObject({ status: 409, body: { code: 'question_closed' } })
    expect(await send('POST', `/${q}/comments`, { text: 'Still open?' })).toMatchObject({ status: 409 })
    expect((await send('GET', `/${q}`)).body).toMatchObject({ phase: 'closed', counts: { votes: 1, comments: 0 } })
  })

  it('lets in no vote after somebody has seen the question closed', async () => {
    test.time.now = deadline
    expect((await send('GET', `/${q}`)).body.phase).toBe('closed')
    test.time.now = deadline - 5 * minute
    expect(await vote()).toMatchObject({ status: 409, body: { code: 'question_closed' } })
    expect((await send('GET', `/${q}`)).body).toMatchObject({
      phase: 'closed',
      closedAt: new Date(deadline).toISOString(),
    })
  })

  it('keeps closed what it closed a year too early, until the owner opens it again, and asks new questions as of today', async () => {
    const today = test.time.now
    test.time.now = today + 365 * 24 * 60 * minute
    expect((await send('GET', `/${q}`)).body.phase).toBe('closed')
    test.time.now = today
    expect(await vote()).toMatchObject({ status: 409, body: { code: 'question_closed' } })
    const closesAt = new Date(today + minute).toISOString()
    const asked = await send('POST', '', { title: 'And then?', closesAt })
    expect(asked).toMatchObject({ status: 201, body: { question: { createdAt: new Date(today).toISOString() } } })
  })
})
