import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectReader } from '../../src/db/connect.ts'
import { findFaults } from '../../src/upkeep/verify.ts'
import { Chance, seedOfRun } from '../faults/chance.ts'
import { readFeed } from '../faults/accounts.ts'
import { ask, Person } from '../support/api.ts'
import { rounds, startCluster, type Cluster } from './cluster.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
}, 120_000)
afterAll(() => cluster.stop())

/** How one vote ended for who cast it. */
type Told = 'counted' | 'too late'

it(`records no vote after the deadline on any of three nodes, and tells each truly whether it counted, ${rounds} times`, async () => {
  const seed = seedOfRun()
  // eslint-disable-next-line no-console -- the one way to see it again
  console.log(`FAULT_SEED=${seed}`)
  const chance = new Chance(seed)
  const db = connectReader({ kind: 'postgres', url: cluster.postgres.url })
  for (let round = 1; round <= rounds; round++) {
    const about = `FAULT_SEED=${seed}, round ${round}`
    const alice = await ask(cluster.nodes[0]!.url, { title: 'Who is in time?' })
    const ideas = [
      (await alice.addIdea({ title: 'In time' })).body.id,
      (await alice.addIdea({ title: 'Too late' })).body.id,
    ]
    const closesAt = Date.now() + 1_500 + chance.below(500)
    expect((await alice.patch('', { closesAt: new Date(closesAt).toISOString() })).status).toBe(200)
    const told: Told[] = []
    const voters = Array.from({ length: 12 }, async (_, n) => {
      await sleep(Math.max(closesAt - Date.now() - 600, 0))
      const stranger = new Person(cluster.nodes[n % 3]!.url, alice.questionId)
      while (Date.now() < closesAt + 300) {
        const { status, problem } = await stranger.vote(chance.oneOf(ideas))
        expect([200, 409], `${about}: ${JSON.stringify(problem)}`).toContain(status)
        if (status !== 200) expect(problem.code, about).toBe('question_closed')
        told.push(status === 200 ? 'counted' : 'too late')
      }
    })
    await Promise.all(voters)
    const counted = told.filter((one) => one === 'counted').length
    expect(counted, `${about}: votes before`).toBeGreaterThan(0)
    expect(told.length - counted, `${about}: votes after`).toBeGreaterThan(0)

    const { body } = await alice.snapshot()
    expect(body.phase, about).toBe('closed')
    expect(body.counts.votes, `${about}: every vote that was acknowledged, and no other`).toBe(counted)
    const last = await db
      .selectFrom('votes')
      .innerJoin('questions', 'questions.id', 'votes.question_id')
      .select((select) => select.fn.max('cast_at').as('at'))
      .where('public_id', '=', alice.questionId)
      .executeTakeFirstOrThrow()
    expect(last.at, about).toBeLessThan(closesAt)
    const feed = await readFeed(alice)
    const closed = feed.filter(({ type }) => type === 'question.closed')
    expect(closed, `${about}: closed once`).toHaveLength(1)
    expect(feed.at(-1), `${about}: nothing after it`).toEqual(closed[0])
  }
  expect(await findFaults(db, () => undefined)).toEqual([])
  await db.destroy()
}, 300_000)
