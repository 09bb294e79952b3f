import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { Listener } from '../support/listener.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { asBrowser, site, startProxy, visit, type Asked, type Kind, type Proxy } from './proxy.ts'

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end()
})

/** Folkmoot as docs/deploying.md has it, behind a proxy on the same machine. */
async function startBehind(kind: Kind): Promise<{ server: TestServer; proxy: Proxy }> {
  const server = await startServer({ TRUST_PROXY: 'loopback' })
  ending.push(() => server.stop())
  return { server, proxy: await startInFront(kind, [server.url]) }
}

async function startInFront(kind: Kind, urls: string[]): Promise<Proxy> {
  const proxy = await startProxy(kind, urls)
  ending.push(() => proxy.stop())
  return proxy
}

/** A node that answers everything with its name and keeps what it was told. */
async function startNode(
  name: string,
): Promise<{ url: string; told: IncomingHttpHeaders[]; close(): Promise<unknown> }> {
  const told: IncomingHttpHeaders[] = []
  const node: Server = createServer((request, response) => {
    if (request.url !== '/healthz') told.push(request.headers)
    request.resume().on('end', () => response.end(name))
  })
  node.listen(0, '127.0.0.1')
  await once(node, 'listening')
  const close = () => {
    const closed = new Promise((resolve) => node.close(resolve))
    node.closeAllConnections()
    return closed
  }
  ending.push(close)
  return { url: `http://127.0.0.1:${(node.address() as AddressInfo).port}`, told, close }
}

describe.each<Kind>(['nginx', 'caddy'])('behind %s as it is shipped', (kind) => {
  it('an open page is told of a change while its stream goes on', async () => {
    const { server, proxy } = await startBehind(kind)
    const alice = await ask(server.url)
    const path = `/api/v1/questions/${alice.questionId}/live`
    const listener = await Listener.open(`${proxy.url}${path}`, { host: site }, asBrowser)
    await alice.addIdea({ title: 'At the lake' })
    await listener.until(({ changes }) => changes.includes('idea.added'))
    expect(listener.ended).toBe(false)
    listener.leave()
  })

  it('people are on the site over HTTPS, whatever they say of themselves, and get a cookie for it alone', async () => {
    const { proxy } = await startBehind(kind)
    const asked = await visit(`${proxy.url}/api/v1/questions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'evil.example',
      },
      body: JSON.stringify({ title: 'Where shall we meet?' }),
    })
    expect(asked.status).toBe(201)
    expect((JSON.parse(asked.text) as { url: string }).url).toMatch(new RegExp(`^https://${site}/q/`))
    expect(asked.headers['set-cookie']?.[0]).toMatch(/^__Host-folkmoot=.*; Secure/)
    expect(asked.headers['strict-transport-security']).toMatch(/^max-age=/)
  })

  it('the server hears the address that a browser has, and not the one that it makes up', async () => {
    const node = await startNode('only')
    const proxy = await startInFront(kind, [node.url])
    const mallory = { headers: { 'x-forwarded-for': '203.0.113.7', 'x-request-id': 'made up' } }
    expect((await visit(`${proxy.url}/`, mallory)).text).toBe('only')
    expect(node.told[0]).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', host: site })
    expect(node.told[0]?.['x-request-id']).not.toBe('made up')
  })

  it('a picture of nearly 10 MB arrives, and what is larger than any is refused', async () => {
    const { server, proxy } = await startBehind(kind)
    const alice = await ask(server.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const size = { width: 1820, height: 1820, channels: 3 } as const
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
    const picture = await sharp({ create: { ...size, background: 'black', noise } })
      .png()
      .toBuffer()
    expect(picture.length).toBeGreaterThan(9 * 1024 * 1024)
    const put = (body: Uint8Array) =>
      visit(`${proxy.url}/api/v1/questions/${alice.questionId}/ideas/${idea.id}/image`, {
        method: 'PUT',
        headers: { 'content-type': 'image/png', authorization: `Bearer ${alice.token}` },
        body,
      })
    expect((await put(picture)).status).toBe(200)
    expect((await put(Buffer.alloc(11 * 1024 * 1024))).status).toBe(413)
  })

  it('a browser is served over HTTP/2, with what the server has compressed', async () => {
    const { server, proxy } = await startBehind(kind)
    const alice = await ask(server.url)
    const browser = connect(proxy.url, asBrowser)
    browser.on('error', () => undefined)
    const stream = browser.request({
      ':path': `/q/${alice.questionId}`,
      ':authority': site,
      'accept-encoding': 'br',
      accept: 'text/html',
    })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(browser.alpnProtocol).toBe('h2')
    expect(headers).toMatchObject({ ':status': 200, 'content-encoding': 'br' })
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    browser.destroy()
  })

  it('who comes over http is sent to https', async () => {
    const node = await startNode('only')
    const proxy = await startInFront(kind, [node.url])
    const sent = await visit(`${proxy.plainUrl}/q/AAAAAAAAAAA?order=newest`)
    expect([301, 308]).toContain(sent.status)
    expect(sent.headers.location).toMatch(new RegExp(`^https://${site}(:\\d+)?/q/AAAAAAAAAAA\\?order=newest$`))
    expect(node.told).toEqual([])
  })

  it('nobody notices that one of several nodes goes', async () => {
    const [first, second] = [await startNode('first'), await startNode('second')]
    const proxy = await startInFront(kind, [first.url, second.url])
    const answers = async (asked: Asked = {}) => {
      const told = await Promise.all(Array.from({ length: 20 }, () => visit(`${proxy.url}/`, asked)))
      return new Set(told.map(({ status, text }) => `${status} ${text}`))
    }
    const form = { method: 'POST', body: 'a form' }
    expect(await answers(form)).toEqual(new Set(['200 first', '200 second']))
    await first.close()
    // Those that have no body find out, as Caddy up to 2.11.1 cannot send a body to a second node.
    expect(await answers()).toEqual(new Set(['200 second']))
    expect(await answers(form)).toEqual(new Set(['200 second']))
  })
})
