import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, type TestCore } from '../../test/support/core.ts'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import { limits } from './limits.ts'

describe('who goes too fast', () => {
  let test: TestCore
  let app: FastifyInstance | undefined
  beforeEach(async () => {
    test = await engines[0]!.open()
  })
  afterEach(async () => {
    await app?.close()
    await test.close()
  })
  const start = async (env: Record<string, string>) => {
    const config = { ...readConfig({ CLIENT_LIMITS: '0.01', ...env }), secretKey: 'a secret key that is long enough' }
    // What is injected has no connection of which it could be told whether it is slow.
    app = await buildApp({ house: test.house, config, web: 'none', limits: { ...limits, checkEvery: 600_000 } })
    return app
  }

  /** Asks questions, each as somebody else, and says how many were refused. */
  async function askFrom(on: FastifyInstance, remoteAddress: string, forwardedFor: (n: number) => string) {
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) =>
        on.inject({
          method: 'POST',
          url: '/api/v1/questions',
          remoteAddress,
          headers: { 'x-forwarded-for': forwardedFor(n) },
          payload: { title: 'Where shall we meet?' },
        }),
      ),
    )
    const refused = answers.filter(({ statusCode }) => statusCode === 429)
    for (const answer of refused) {
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(answer.json()).toMatchObject({ code: 'too_fast', status: 429 })
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(answers.length - refused.length)
    return refused.length
  }
  const everyTimeAnother = (n: number) => `198.51.${n}.7`
  const always = () => '198.51.100.7'

  it('does not get further by an X-Forwarded-For that nobody trusts', async () => {
    const on = await start({})
    expect(await askFrom(on, '203.0.113.7', everyTimeAnother)).toBeGreaterThan(20)
    // Nor does it put others in their place.
    expect(await askFrom(on, '192.0.2.7', always)).toBeGreaterThan(20)
  })

  it('is told apart by what a trusted proxy says', async () => {
    const on = await start({ TRUST_PROXY: '10.0.0.1' })
    expect(await askFrom(on, '10.0.0.1', always)).toBeGreaterThan(20)
    expect(await askFrom(on, '10.0.0.1', everyTimeAnother)).toBe(0)
    // Another proxy, whose word is worth nothing: what counts is its own address.
    expect(await askFrom(on, '203.0.113.7', everyTimeAnother)).toBeGreaterThan(20)
  })

  it('is not believed to be the proxy by writing an address in front', async () => {
    const on = await start({ TRUST_PROXY: '10.0.0.1' })
    expect(await askFrom(on, '10.0.0.1', (n) => `192.0.2.${n}, 203.0.113.7`)).toBeGreaterThan(20)
  })

  it('shuts nobody out behind a proxy that TRUST_PROXY does not name', async () => {
    const on = await start({})
    expect(await askFrom(on, '127.0.0.1', always)).toBe(0)
    expect(await askFrom(on, '10.1.2.3', always)).toBe(0)
  })

  it('is the device and not whoever shares a proxy’s password with it', async () => {
    const on = await start({})
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        on.inject({
          method: 'POST',
          url: '/api/v1/questions',
          headers: { authorization: 'Basic Zm9sa21vb3Q6Zm9sa21vb3Q=' },
          payload: { title: 'Where shall we meet?' },
        }),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 100 }, () => 201))
  })

  it('is told in the description of every address that is limited, and of no other', async () => {
    const on = await start({})
    const { paths } = (await on.inject('/api/v1/openapi.json')).json<{
      paths: Record<string, Record<string, { responses: Record<string, { headers?: object; content?: object }> }>>
    }>()
    const free: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { responses }] of Object.entries(methods)) {
        const answer = responses['429']
        if (!path.startsWith('/api/v1/') || answer === undefined) free.push(`${method.toUpperCase()} ${path}`)
        else {
          expect(answer.headers, path).toHaveProperty('Retry-After')
          expect(answer.content, path).toHaveProperty('application/problem+json')
        }
      }
    expect(free.sort()).toEqual([
      'GET /api/v1/openapi.json',
      'GET /api/v1/questions/{q}',
      'GET /api/v1/questions/{q}/images/{image}',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
    ])
  })
})
