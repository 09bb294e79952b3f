import { connect, type AddressInfo, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { catalogue, type RefusalCode } from '../../src/base/refusals.ts'
import { buildApp } from '../../src/http/app.ts'
import { readConfig } from '../../src/http/config.ts'
import { limits } from '../../src/http/limits.ts'
import { engines, type TestCore } from '../support/core.ts'

describe('what cannot be read as a request', () => {
  let test: TestCore
  let app: FastifyInstance
  let port: number
  let sockets: Socket[]
  beforeEach(async () => {
    sockets = []
    test = await engines[0]!.open()
    const config = { ...readConfig({}), secretKey: 'a secret key that is long enough' }
    const impatient = { ...limits, headersWithin: 300, bodyWithin: 300, checkEvery: 50 }
    app = await buildApp({ house: test.house, config, web: 'none', limits: impatient })
    await app.listen({ host: '127.0.0.1', port: 0 })
    ;({ port } = app.server.address() as AddressInfo)
  })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await app.close()
    await test.close()
  })

  /** Sends bytes as they are. @returns all that comes back until the server hangs up */
  function send(text: string): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    let answer = ''
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part))
    socket.on('error', () => undefined)
    socket.write(text, 'latin1')
    return new Promise((resolve) => socket.once('close', () => resolve(answer)))
  }

  function expectRefused(answer: string, code: RefusalCode): void {
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    const [status, detail] = catalogue[code]
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im)
    expect(head).toMatch(/^x-content-type-options: nosniff$/im)
    expect(head).toMatch(/^connection: close$/im)
    expect(head).toMatch(new RegExp(`^content-length: ${body.length}$`, 'im'))
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', code, status, detail })
  }
  const last = 'connection: close\r\n\r\n'

  it('leaves out of the answer to HEAD what would be its body', async () => {
    const answer = await send(`HEAD /healthz?${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toMatch(/\r\n\r\n$/)
  })

  it.each<[string, RefusalCode, string]>([
    [
      'headers larger than is taken',
      'headers_too_large',
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}`,
    ],
    ['something that is no HTTP', 'malformed_request', '\x16\x03\x01\x02\x00\x01\x00'],
    ['a header that cannot stand in one', 'malformed_request', 'GET /healthz HTTP/1.1\r\nhost: a\r\nx: \0\r\n\r\n'],
    ['an address that cannot stand in a request', 'malformed_request', 'GET /a b\x01 HTTP/1.1\r\nhost: a\r\n\r\n'],
    [
      'two lengths',
      'malformed_request',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n',
    ],
    ['a method that nobody knows', 'malformed_request', `FROBNICATE / HTTP/1.1\r\nhost: a\r\n${last}`],
    ['no host', 'malformed_request', `GET /healthz HTTP/1.1\r\n${last}`],
    ['a method that no address here answers to', 'method_not_allowed', `PURGE /healthz HTTP/1.1\r\nhost: a\r\n${last}`],
    ['a wish to be connected to somewhere else', 'method_not_allowed', 'CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a star for an address', 'not_found', `OPTIONS * HTTP/1.1\r\nhost: a\r\n${last}`],
    [
      'a broken piece of a body',
      'malformed_request',
      'POST /api/v1/questions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['headers that do not come', 'too_slow', 'GET /healthz HTTP/1.1\r\nhost: a\r\n'],
    [
      'a body that does not come',
      'too_slow',
      'POST /api/v1/questions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
  ])('is refused as everything else is: %s', async (_what, code, text) => {
    expectRefused(await send(text), code)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  })

  it('is heard out where it only expects something that nobody knows', async () => {
    expect(await send(`GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: the-unexpected\r\n${last}`)).toMatch(
      /^HTTP\/1\.1 200 /,
    )
  })
})
