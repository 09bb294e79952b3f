import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../src/http/app.ts'
import { readConfig } from '../src/http/config.ts'
import { limits } from '../src/http/limits.ts'
import { engines, person, type TestCore } from './support/core.ts'

let test: TestCore
let app: FastifyInstance
beforeAll(async () => {
  test = await engines[0]!.open()
  const config = { ...readConfig({}), secretKey: 'a secret key that is long enough' }
  app = await buildApp({
    house: test.house,
    config,
    web: 'built',
    limits: { ...limits, pages: { inside: 1, waiting: 1 } },
  })
})
afterAll(async () => {
  await app.close()
  await test.close()
})

it('says calmly and as a page that there is no room, also where everyone sees the ideas in another order', async () => {
  const { question } = await test.doors.ask(person(), {
    title: 'Where shall we meet?',
    settings: { order: 'shuffled' },
  })
  const visit = () => app.inject({ url: `/q/${question.id}`, headers: { 'accept-language': 'de' } })
  expect((await visit()).statusCode).toBe(200)
  // Each is sent one of the orders, of which most are still to be made.
  const visits = Array.from({ length: 40 }, visit)
  const answers = await Promise.all(visits)
  const refused = answers.filter(({ statusCode }) => statusCode === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(answers.filter(({ statusCode }) => statusCode === 200).length).toBe(answers.length - refused.length)
  for (const { headers, body } of refused) {
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(body).toContain('Gerade sind zu viele Menschen auf einmal hier.')
  }
})
