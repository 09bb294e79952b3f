import { setTimeout as rest } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres, type Postgres } from '../scripts/postgres.ts'
import { ask, Person } from './support/api.ts'
import { startServer, type TestServer } from './support/server.ts'

let postgres: Postgres
let one: TestServer
let two: TestServer
beforeAll(async () => {
  postgres = await startPostgres()
  const env = { CLIENT_LIMITS: '1', DATABASE_URL: postgres.url }
  one = await startServer(env)
  two = await startServer(env)
})
afterAll(async () => {
  await one.stop()
  await two.stop()
  await postgres.stop()
})

it('lets a device have one budget on two nodes, and everyone else theirs', async () => {
  const alice = await ask(one.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const [mallory, bob] = [await alice.invite('Mallory'), await alice.invite('Bob')]
  const answers = await Promise.all(Array.from({ length: 600 }, () => mallory.vote(idea.id)))
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(20)

  // What she may is spent on the other node too, once it has heard of it. By itself it would let all of these in.
  const there = new Person(two.url, mallory.questionId, mallory.token)
  let refused = 0
  for (let tries = 0; refused === 0 && tries < 8; tries++) {
    await rest(500)
    const more = await Promise.all(Array.from({ length: 35 }, () => there.vote(idea.id)))
    refused = more.filter(({ status }) => status === 429).length
  }
  expect(refused).toBeGreaterThan(0)
  expect((await new Person(two.url, bob.questionId, bob.token).vote(idea.id)).status).toBe(200)
})
