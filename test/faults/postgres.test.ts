import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres, type Postgres } from '../../scripts/postgres.ts'
import { ask } from '../support/api.ts'
import { Listener } from '../support/listener.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { expectAllThere, readFeed } from './accounts.ts'
import { Actor, type Stage } from './actor.ts'
import { Chance, seedOfRun } from './chance.ts'
import { whilePostgresIsAway } from './outage.ts'

/** How often PostgreSQL goes away. */
const outages = Number(process.env.FAULT_ROUNDS ?? 10)
const people = 8

let postgres: Postgres
let server: TestServer
beforeAll(async () => {
  postgres = await startPostgres({ durable: true })
  server = await startServer({ DATABASE_URL: postgres.url })
})
afterAll(async () => {
  await server.stop()
  await postgres.stop()
})

it(`refuses while PostgreSQL is away, ${outages} times in the middle of everything, then goes on with all that was acknowledged`, async () => {
  const seed = seedOfRun()
  // eslint-disable-next-line no-console -- the one way to see it again
  console.log(`FAULT_SEED=${seed}`)
  const chance = new Chance(seed)
  const alice = await ask(server.url, { title: 'Who was away?' })
  const stage = {
    ideas: [(await alice.addIdea({ title: 'The first idea' })).body.id],
    arguments: [],
    answered: 0,
    refused: 0,
  } satisfies Stage
  const actors: Actor[] = []
  for (let n = 0; n < people; n++)
    actors.push(new Actor(await alice.invite(`Person ${n}`), `Person ${n}`, new Chance(seed + n + 1), stage))
  const listener = await Listener.open(`${server.url}/api/v1/questions/${alice.questionId}/live?since=0`)
  const readyz = async () => {
    const answer = await fetch(`${server.url}/readyz`)
    return { status: answer.status, body: (await answer.json()) as { reason?: string } }
  }

  for (let round = 1; round <= outages; round++) {
    let isOver = false
    const acting = actors.map((actor) => actor.act(() => isOver))
    const more = async (of: 'answered' | 'refused', many: number) => {
      const enough = stage[of] + many
      // Whoever is answered with something else than an acknowledgement or a refusal to come back ends it all.
      await Promise.race([
        Promise.all(acting),
        (async () => {
          while (stage[of] < enough) await sleep(1)
        })(),
      ])
    }
    await more('answered', 20 + chance.below(200))
    await whilePostgresIsAway(postgres, chance, async () => {
      await more('refused', 20)
      expect(await readyz()).toMatchObject({ status: 503, body: { reason: 'database_away' } })
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      const { status, problem, headers } = await alice.stranger().post('/comments', { text: 'Is anybody there?' })
      expect({ status, code: problem.code }).toEqual({ status: 503, code: 'database_away' })
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    })
    await more('answered', 50)
    expect((await readyz()).status).toBe(200)
    isOver = true
    await Promise.all(acting)
    await expectAllThere(alice, actors, `FAULT_SEED=${seed}, after outage ${round}`)
  }

  for (const actor of actors) if (actor.unsure) await actor.act(() => actor.unsure === null)
  await expectAllThere(alice, actors, `FAULT_SEED=${seed}, at the end`)
  expect(server.output()).not.toContain('unexpected failure')

  // Who listened all the while has heard of every change once, in order.
  const feed = await readFeed(alice)
  await listener.upTo(feed.length)
  const heard = feed.filter(({ type }) => !/^vote\.|^participant\.joined$/.test(type)).map(({ revision }) => revision)
  expect(listener.of('change').map(({ revision }) => revision)).toEqual(heard)
  listener.leave()
}, 400_000)
