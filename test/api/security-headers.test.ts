import { request as send, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, type Owner } from '../support/api.ts'
import { startServer } from '../support/server.ts'
import { useServer } from './expectations.ts'

const the = useServer()

let alice: Owner
let style: string
beforeAll(async () => {
  alice = await ask(the.url)
  style =
    /href="[^"]*(\/_app\/[^"]+\.css)"/.exec(await (await fetch(`${the.url}/q/${alice.questionId}`)).text())?.[1] ?? ''
})

/** One request as it is: no redirect is followed, and any Host may be named. */
function head(url: string, method = 'GET', headers: Record<string, string> = {}): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers }, (response) => {
      resolve(response.headers)
      response.destroy()
    })
    request.on('error', reject).end()
  })
}

const everywhere = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' }

const ways: [string, () => [path: string, method?: string, headers?: Record<string, string>]][] = [
  ['a page', () => ['/']],
  ['the page that is for everyone', () => [`/q/${alice.questionId}`]],
  ['a page that is not there', () => ['/nothing']],
  ['a redirect', () => [`/q/${alice.questionId}/`]],
  ['a form that is refused', () => ['/', 'POST', { 'content-type': 'application/x-www-form-urlencoded' }]],
  ['a style', () => [style]],
  ['a static file', () => ['/favicon.svg']],
  ['a script that is not there', () => ['/_client/nothing.js']],
  ['a snapshot', () => [`/api/v1/questions/${alice.questionId}`]],
  ['a stream', () => [`/api/v1/questions/${alice.questionId}/live`]],
  ['an overlay', () => [`/api/v1/questions/${alice.questionId}/me`]],
  ['a refusal', () => ['/api/v1/questions/nothing0000']],
  ['a refusal of a write', () => ['/api/v1/questions', 'POST', { origin: 'https://evil.example' }]],
  ['an address that cannot be read', () => ['/%c0']],
  ['a method that is not there', () => [`/api/v1/questions/${alice.questionId}`, 'POST']],
]

describe('security headers', () => {
  it.each(ways)('come with %s', async (_what, way) => {
    const [path, ...rest] = way()
    expect(path).not.toBe('')
    const headers = await head(the.url + path, ...rest)
    expect(headers).toMatchObject(everywhere)
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['strict-transport-security']).toBeUndefined()
  })

  it.each(['/', '/q/nothing0000', '/nothing'])('let no site frame the page %s or give it a script', async (path) => {
    const { 'content-security-policy': policy, ...headers } = await head(the.url + path)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe/)
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['permissions-policy']).toContain('camera=()')
  })

  it('allow nothing at all in what is no page', async () => {
    for (const path of [style, '/favicon.svg', `/q/${alice.questionId}/`]) {
      const { 'content-security-policy': policy } = await head(the.url + path)
      expect(policy, path).toContain("default-src 'none'")
      expect(policy, path).not.toMatch(/script-src|unsafe/)
    }
  })

  it('hold browsers to HTTPS where people come over HTTPS, and nowhere else', async () => {
    const server = await startServer({ PUBLIC_URL: 'https://moot.example' })
    try {
      const secured = await ask(server.url)
      for (const path of ['/', `/q/${secured.questionId}`, '/nothing', `/api/v1/questions/${secured.questionId}/me`]) {
        const headers = await head(server.url + path)
        expect(headers['strict-transport-security'], path).toBe('max-age=31536000')
      }
    } finally {
      await server.stop()
    }
  })

  it('do not come twice', async () => {
    const { port, hostname } = new URL(the.url)
    for (const path of ['/', `/q/${alice.questionId}`, '/api/v1/questions/nothing0000']) {
      const socket = connect(Number(port), hostname)
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`)
      let text = ''
      socket.setEncoding('utf8').on('data', (more: string) => (text += more))
      await once(socket, 'close')
      const names = text.split('\r\n\r\n', 1)[0]?.split('\r\n').slice(1) ?? []
      const lower = names.map((line) => line.split(':', 1)[0]?.toLowerCase())
      expect(
        lower.filter((name, at) => lower.indexOf(name) !== at),
        path,
      ).toEqual([])
    }
  })
})
