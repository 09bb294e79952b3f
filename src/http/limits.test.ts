import { connect, type AddressInfo, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, type TestCore } from '../../test/support/core.ts'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import { limits, type Limits } from './limits.ts'

/** The same limits with less patience for bodies, so that nobody waits long for their end. */
const impatient = {
  ...limits,
  bodyWithin: 300,
  checkEvery: 50,
  largeBodies: { inside: 1, waiting: 1 },
}

describe('a server’s limits', () => {
  let test: TestCore
  let app: FastifyInstance
  let port: number
  const sockets: Socket[] = []
  beforeEach(async () => {
    test = await engines[0]!.open()
    await start(impatient)
  })
  async function start(limits: Limits) {
    const config = { ...readConfig({}), secretKey: 'a secret key that is long enough' }
    app = await buildApp({ house: test.house, config, web: 'none', limits })
    await app.listen({ host: '127.0.0.1', port: 0 })
    ;({ port } = app.server.address() as AddressInfo)
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await app.close()
    await test.close()
  })

  /** A connection, all that comes back on it, and its end. */
  function open() {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
    socket.on('error', () => undefined)
    return {
      send: (text: string) => socket.write(text),
      answer: () => answer,
      closed: new Promise<string>((resolve) => socket.once('close', () => resolve(answer))),
    }
  }
  const head = (lines: string[]) =>
    `${[...lines, 'host: localhost', 'content-type: application/json'].join('\r\n')}\r\n`
  const post = (...lines: string[]) => `${head(['POST /api/v1/questions HTTP/1.1', ...lines])}\r\n`
  const isAlive = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200

  it('cuts off who sends headers more slowly than any network', async () => {
    await app.close()
    await start({ ...impatient, headersWithin: 300 })
    const mallory = open()
    mallory.send('POST /api/v1/questions HTTP/1.1\r\nhost: localhost\r\n')
    const dripping = setInterval(() => mallory.send('x-more: x\r\n'), 20)
    expect(await mallory.closed).toMatch(/^HTTP\/1\.1 408 |^$/)
    clearInterval(dripping)
    expect(await isAlive()).toBe(true)
  })

  it('cuts off who sends a body more slowly than any network', async () => {
    const mallory = open()
    mallory.send(post('content-length: 3000'))
    const dripping = setInterval(() => mallory.send(' '), 20)
    expect(await mallory.closed).toMatch(/^HTTP\/1\.1 408 |^$/)
    clearInterval(dripping)
    expect(await isAlive()).toBe(true)
  })

  it('cuts off who announces a large body and hardly sends any of it', async () => {
    const mallory = open()
    mallory.send(post('content-length: 200000'))
    const dripping = setInterval(() => mallory.send(' '), 20)
    expect(await mallory.closed).toMatch(/^HTTP\/1\.1 408 |^$/)
    clearInterval(dripping)
    expect(await isAlive()).toBe(true)
  })

  it('gives a large body the time that a slow network needs for it', async () => {
    await app.close()
    await start({ ...impatient, bytesPerSecond: 500 })
    const alice = open()
    const body = JSON.stringify({ title: 'Where shall we meet?', description: 'x'.repeat(9_000) })
    alice.send(post(`content-length: ${body.length}`, 'connection: close'))
    // Longer under way than a small body may be, which has a third of a second.
    for (let at = 0; at < body.length; at += 1_000) {
      alice.send(body.slice(at, at + 1_000))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(await alice.closed).toMatch(/^HTTP\/1\.1 201 /)
  })

  it('refuses headers that are too large', async () => {
    const mallory = open()
    mallory.send(head(['GET /healthz HTTP/1.1', `x-more: ${'x'.repeat(40_000)}`]))
    expect(await mallory.closed).toMatch(/^HTTP\/1\.1 431 /)
    expect(await isAlive()).toBe(true)
  })

  it.each([
    ['says it is too large', 'content-length: 900000000', ''],
    ['is too large without saying so', 'transfer-encoding: chunked', '10000\r\n'],
  ])('refuses a body that %s before it is there, and hangs up on who sends on', async (_what, line, size) => {
    const mallory = open()
    mallory.send(post(line))
    const piece = `${size}${'x'.repeat(65_536)}${size && '\r\n'}`
    const sending = setInterval(() => mallory.send(piece), 10)
    const answer = await mallory.closed
    clearInterval(sending)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('"code":"too_large"')
    expect(await isAlive()).toBe(true)
  })

  it('takes only so many large bodies at once, and the next when one is through', async () => {
    const large = () => {
      const person = open()
      person.send(post('content-length: 200000', 'connection: close'))
      return person
    }
    const [first, second] = [large(), large()]
    // Both have their places once a third one is refused.
    const refused = await (async function tryAgain(): Promise<string> {
      const answer = await Promise.race([
        large().closed,
        new Promise<''>((resolve) => setTimeout(() => resolve(''), 200)),
      ])
      return answer === '' ? tryAgain() : answer
    })()
    expect(refused).toMatch(/^HTTP\/1\.1 503 /)
    expect(refused).toMatch(/retry-after: \d+/)
    expect(refused).toContain('"code":"overloaded"')
    for (const person of [first, second]) person.send(' '.repeat(200_000))
    for (const person of [first, second]) expect(await person.closed).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('answers a flood of requests on one connection one after the other, to the last', async () => {
    const mallory = open()
    const many = 5_000
    const one = 'GET /api/v1/questions/00000000000 HTTP/1.1\r\nhost: localhost\r\n\r\n'
    mallory.send(one.repeat(many))
    mallory.send('GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
    const answer = await mallory.closed
    expect(answer.split('HTTP/1.1 404 ').length - 1).toBe(many)
    expect(answer).toMatch(/HTTP\/1\.1 200 [^]*\{"status":"ok"\}$/)
  })
})
