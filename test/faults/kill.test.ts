import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { Listener } from '../support/listener.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { expectAllThere, readFeed } from './accounts.ts'
import { Actor, type Stage } from './actor.ts'
import { Chance, seedOfRun } from './chance.ts'

/** How often it is killed. */
const kills = Number(process.env.FAULT_ROUNDS ?? 20)
const people = 8

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

it(`loses and doubles nothing that was acknowledged when it is killed ${kills} times in the middle of everything`, async () => {
  const seed = seedOfRun()
  // eslint-disable-next-line no-console -- the one way to see it again
  console.log(`FAULT_SEED=${seed}`)
  const chance = new Chance(seed)
  const alice = await ask(server.url, { title: 'What did we lose?' })
  const stage: Stage = {
    ideas: [(await alice.addIdea({ title: 'The first idea' })).body.id],
    arguments: [],
    answered: 0,
  }
  const actors: Actor[] = []
  for (let n = 0; n < people; n++)
    actors.push(new Actor(await alice.invite(`Person ${n}`), `Person ${n}`, new Chance(seed + n + 1), stage))
  /** Questions that were asked while it was being killed, by the key they were asked with. */
  const asked = new Map<string, string | null>()
  const told: number[] = []
  let last = ''

  for (let round = 1; round <= kills; round++) {
    let isGone = false
    const listener = await Listener.open(
      `${server.url}/api/v1/questions/${alice.questionId}/live`,
      last === '' ? { 'last-event-id': '0' } : { 'last-event-id': last },
    )
    const acting = actors.map((actor) => actor.act(() => isGone))
    const asking = askAgainAndAgain(server.url, `round-${round}`, asked, () => isGone)
    // The server is cold at first; a good deal of work is under way before it dies, at no particular moment.
    const enough = stage.answered + 20 + chance.below(200)
    while (stage.answered < enough) await sleep(1)
    await sleep(chance.below(20))
    isGone = true
    await server.kill()
    await Promise.all([...acting, asking])
    await listener.toEnd()
    if (listener.id !== '') last = listener.id
    told.push(...listener.of('change').map((change) => Number(change.revision)))

    await server.start()
    const about = `FAULT_SEED=${seed}, after kill ${round}`
    await expectAllThere(alice, actors, about)
  }

  // Whatever went without an answer is asked for again, and is then there once.
  for (const actor of actors) if (actor.unsure) await actor.act(() => actor.unsure === null)
  await expectAllThere(alice, actors, `FAULT_SEED=${seed}, at the end`)
  for (const [key, id] of asked) {
    const { status, body } = await askWith(server.url, key)
    expect(status).toBe(201)
    if (id !== null) expect(body.question.id, key).toBe(id)
  }

  // Who listened all the while has heard of every change once, in order.
  const feed = await readFeed(alice)
  const heard = feed.filter(({ type }) => !/^vote\.|^participant\.joined$/.test(type)).map(({ revision }) => revision)
  expect(told).toEqual(heard.filter((revision) => revision <= (told.at(-1) ?? 0)))
  expect(told.length).toBeGreaterThan(kills)
}, 400_000)

interface AskedBody {
  question: { id: string }
}

async function askWith(url: string, key: string): Promise<{ status: number; body: AskedBody }> {
  const response = await fetch(`${url}/api/v1/questions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ title: `Asked with ${key}` }),
  })
  return { status: response.status, body: (await response.json()) as AskedBody }
}

async function askAgainAndAgain(
  url: string,
  round: string,
  asked: Map<string, string | null>,
  isGone: () => boolean,
): Promise<void> {
  for (let n = 0; !isGone(); n++) {
    const key = `${round}-${n}`
    asked.set(key, null)
    try {
      asked.set(key, (await askWith(url, key)).body.question.id)
    } catch {
      // The server was killed before it answered; whether the question is there is found out with the same key.
    }
  }
}
