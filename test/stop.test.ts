import { Agent, request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, type Person } from './support/api.ts'
import { Listener } from './support/listener.ts'
import { holdStore } from './support/behind.ts'
import { startServer, type TestServer } from './support/server.ts'

let server: TestServer
afterEach(() => server.stop())

/** Somebody who votes and takes the vote back, over and over on one connection, until the server is gone. */
class Restless {
  /** Whether the vote stands, as far as was acknowledged; null where nobody has said. */
  stands: boolean | null = false
  /** What has been sent and not been answered. */
  inFlight: Promise<'answered' | 'cut off'> | null = null
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: string
  readonly #token: string

  constructor({ server, questionId, token }: Person, idea: string) {
    this.#url = `${server}/api/v1/questions/${questionId}/ideas/${idea}/vote`
    this.#token = token ?? ''
  }

  async untilTheEnd(): Promise<void> {
    for (let stands = true; ; stands = !stands) {
      this.inFlight = this.#send(stands ? 'PUT' : 'DELETE').then(
        () => {
          this.stands = stands
          return 'answered'
        },
        () => {
          this.stands = null
          return 'cut off'
        },
      )
      if ((await this.inFlight) === 'cut off') break
    }
    this.#agent.destroy()
  }

  /** @throws when there is no whole answer, or another than was expected */
  #send(method: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.#token}` }
      httpRequest(this.#url, { method, headers, agent: this.#agent }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('error', reject).on('end', () => {
          if (response.statusCode !== 200) reject(new Error(`Refused with ${response.statusCode}: ${body}`))
          else if (response.complete && 'votes' in (JSON.parse(body) as object)) resolve()
          else reject(new Error(`Half an answer: ${body}`))
        })
      })
        .on('error', reject)
        .end()
    })
  }
}

describe('SIGTERM', () => {
  it('under load answers all that was sent before it, ends every stream and loses nothing', async () => {
    server = await startServer()
    const alice = await ask(server.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const people = await Promise.all(Array.from({ length: 40 }, () => alice.invite()))
    const restless = people.map((person) => new Restless(person, idea.id))
    const listeners = await Promise.all(
      Array.from({ length: 20 }, () => Listener.open(`${server.url}/api/v1/questions/${alice.questionId}/live`)),
    )
    const ends = restless.map((one) => one.untilTheEnd())
    await listeners[0]!.until((listener) => listener.of('tallies').length >= 3)

    const sentBefore = restless.map(async (one) => await one.inFlight)
    // Throws unless the server ends with 0.
    await server.restart()
    expect(await Promise.all(sentBefore)).toEqual(restless.map(() => 'answered'))
    await Promise.all([...ends, ...listeners.map((listener) => listener.toEnd())])
    const known = restless.filter(({ stands }) => stands !== null)
    const standing = known.filter(({ stands }) => stands).length
    const { votes } = (await alice.snapshot()).body.ideas[0]!
    expect(votes).toBeGreaterThanOrEqual(standing)
    expect(votes).toBeLessThanOrEqual(standing + restless.length - known.length)
  })

  it('is known from /readyz for SHUTDOWN_GRACE before anybody is turned away', async () => {
    server = await startServer({ SHUTDOWN_GRACE: '4' })
    const alice = await ask(server.url)
    const stopped = server.restart()
    const ready = async () => {
      const answer = await fetch(`${server.url}/readyz`, { headers: { connection: 'close' } })
      return { status: answer.status, body: (await answer.json()) as unknown }
    }
    await expect.poll(ready).toMatchObject({ status: 503, body: { status: 'not ready', reason: 'shutting_down' } })
    expect((await alice.snapshot()).status).toBe(200)
    expect((await alice.addIdea({ title: 'At the lake' })).status).toBe(201)
    await stopped
    expect((await alice.snapshot()).body.ideas).toMatchObject([{ title: 'At the lake' }])
  })
})

describe('/readyz', () => {
  it('says that nothing can be written while something holds the store, and is ready again after it', async () => {
    server = await startServer()
    const alice = await ask(server.url)
    const letGo = await holdStore(server.place.engine)
    const answer = await fetch(`${server.url}/readyz`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toMatchObject({ status: 'not ready', reason: 'cannot_write' })
    expect((await alice.snapshot()).status).toBe(200)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await letGo()
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status, { timeout: 20_000 }).toBe(200)
  })
})
