import { describe, expect, it } from 'vitest'
import { request } from '../support/api.ts'
import { startServer } from '../support/server.ts'

/** What a proxy says of the browser behind it; anyone can say it. */
const said = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'moot.example' }

/** Asks a question on a server of its own: where that server believes people reach it. */
async function askBehind(env: Record<string, string>, headers: Record<string, string>) {
  const server = await startServer(env)
  try {
    const asked = await request<{ url: string; adminUrl: string }>(
      'POST',
      `${server.url}/api/v1/questions`,
      { title: 'Where shall we meet?' },
      headers,
    )
    expect(asked.status).toBe(201)
    const own = asked.body.url.startsWith(`${server.url}/q/`) && asked.body.adminUrl.startsWith(`${server.url}/q/`)
    return {
      reachedAt: own ? 'its own address' : new URL(asked.body.url).origin,
      cookie: asked.headers.get('set-cookie') ?? '',
      holdsToHttps: asked.headers.has('strict-transport-security'),
    }
  } finally {
    await server.stop()
  }
}

describe('what a proxy says of the browser', () => {
  it.each([
    ['no proxy is trusted', {}],
    ['another proxy is trusted', { TRUST_PROXY: '10.1.2.3' }],
  ])('is not believed where %s', async (_where, env) => {
    const { reachedAt, cookie, holdsToHttps } = await askBehind(env, said)
    expect(reachedAt).toBe('its own address')
    expect(cookie).toMatch(/^folkmoot=/)
    expect(holdsToHttps).toBe(false)
  })

  it('is believed where this proxy is trusted', async () => {
    const { reachedAt, cookie, holdsToHttps } = await askBehind({ TRUST_PROXY: 'loopback' }, said)
    expect(reachedAt).toBe('https://moot.example')
    expect(cookie).toMatch(/^__Host-folkmoot=.*; Secure/)
    expect(holdsToHttps).toBe(true)
  })

  it('counts for nothing against PUBLIC_URL', async () => {
    const env = { TRUST_PROXY: '127.0.0.0/8', PUBLIC_URL: 'https://meet.example' }
    const { reachedAt } = await askBehind(env, { ...said, 'x-forwarded-proto': 'http' })
    expect(reachedAt).toBe('https://meet.example')
  })

  it('is not taken at its word where that is no scheme', async () => {
    const { reachedAt } = await askBehind({ TRUST_PROXY: 'loopback' }, { ...said, 'x-forwarded-proto': 'javascript' })
    expect(reachedAt).toBe('http://moot.example')
  })
})
