import { request as rawRequest } from 'node:http'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, request, type Owner } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

let alice: Owner
let idea: string

beforeAll(async () => {
  alice = await ask(site.url)
  idea = (await alice.addIdea({ title: 'At the lake' })).body.id
})

describe('an address', () => {
  const at = (path: string) => `${site.url}/api/v1${path}`

  it.each([
    '/nothing',
    '/questions/x/nothing',
    '/questions/AAAAAAAAAAA/ideas/AAAAAAAAAAA/nothing',
    '/questions/AAAAAAAAAAA/',
    '/questions//',
    '/questions/%zz',
    '/questions/%ff%fe',
    '/questions/%c0%ae%c0%ae%2f',
    `/questions/${'a'.repeat(300)}`,
    `/questions/AAAAAAAAAAA/ideas/${'%20'.repeat(300)}/vote`,
    `/${'x/'.repeat(3000)}`,
  ])('that is not there is refused: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const)
      expectRefusal(await request(method, at(path), method === 'GET' ? undefined : {}), 'not_found')
  })

  it('far too long is refused before it is read', async () => {
    const response = await fetch(at(`/questions/${'a'.repeat(20_000)}`))
    expect(response.status).toBe(431)
    expect(await response.text()).not.toMatch(/node_modules|at .*:\d+:\d+/)
  })

  it.each([
    ['PUT', '/questions', 'POST'],
    ['GET', '/questions', 'POST'],
    ['DELETE', '/questions', 'POST'],
    ['POST', '/questions/Q', 'GET, PATCH, DELETE, HEAD'],
    ['PUT', '/questions/Q', 'GET, PATCH, DELETE, HEAD'],
    ['POST', '/questions/Q/closure', 'PUT, DELETE'],
    ['GET', '/questions/Q/closure', 'PUT, DELETE'],
    ['PATCH', '/questions/Q/ideas', 'POST'],
    ['POST', '/questions/Q/ideas/I/vote', 'PUT, DELETE'],
    ['GET', '/questions/Q/ideas/I/vote', 'PUT, DELETE'],
    ['DELETE', '/questions/Q/ballot', 'PUT'],
    ['POST', '/questions/Q/changes', 'GET, HEAD'],
    ['DELETE', '/questions/Q/images/AAAAAAAAAAA', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
  ] as const)('answers to its methods only: %s %s', async (method, path, allowed) => {
    await expectNothingStored(alice, async () => {
      const url = at(path.replace('Q', alice.questionId).replace('/I/', `/${idea}/`))
      const answer = await request(method, url, method === 'GET' ? undefined : { title: 'x' }, {
        authorization: `Bearer ${alice.token}`,
      })
      expectRefusal(answer, 'method_not_allowed')
      expect(answer.headers.get('allow')).toBe(allowed)
    })
  })

  it.each(['OPTIONS', 'TRACE', 'PROPFIND'])('answers %s with no more than a refusal', async (method) => {
    const { status, body } = await raw(method, `/api/v1/questions/${alice.questionId}`, { 'x-secret': 'echo' })
    expect([404, 405]).toContain(status)
    expect(body).not.toContain('echo')
  })

  it('is not turned into another by X-HTTP-Method-Override and its like', async () => {
    await expectNothingStored(alice, async () => {
      const headers = {
        authorization: `Bearer ${alice.token}`,
        'x-http-method-override': 'DELETE',
        'x-method-override': 'DELETE',
        'x-original-url': `/api/v1/questions/${alice.questionId}/closure`,
      }
      expect(
        (await request('GET', at(`/questions/${alice.questionId}?_method=DELETE`), undefined, headers)).status,
      ).toBe(200)
    })
  })
})

describe('the connection', () => {
  it.each([
    ['nonsense', 'HELLO\r\n\r\n'],
    ['a header that is none', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n'],
    [
      'two lengths',
      'POST /api/v1/questions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    ],
    [
      'a length and chunks at once',
      'POST /api/v1/questions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no host', 'GET /api/v1/openapi.json HTTP/1.1\r\n\r\n'],
    ['a TLS hello', '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ])('is ended after %s, and the server goes on', async (_what, bytes) => {
    const answer = await conversation(bytes)
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toMatch(/node_modules|at .*:\d+:\d+/)
  })

  it('cannot plant a header through what it sends', async () => {
    const answer = await conversation(
      `POST /api/v1/questions HTTP/1.1\r\nHost: x"\t<b>\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"title":"x"}`,
    )
    const [head = ''] = answer.split('\r\n\r\n')
    expect(head).not.toMatch(/^<b>/m)
  })

  it('gets an answer when its body is larger than it may be, and even when it says so beforehand', async () => {
    const { status, body } = await raw('POST', '/api/v1/questions', {
      'content-type': 'application/json',
      'content-length': '99999999999',
    })
    expect(status).toBe(413)
    expect(body).toContain('too_large')
  })
})

/** A request as Node makes it, with headers and methods that fetch would not send. */
function raw(method: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sending = rawRequest(site.url + path, { method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body })
        sending.destroy()
      })
    })
    sending.on('error', reject)
    if ('content-length' in headers) sending.flushHeaders()
    else sending.end()
  })
}

/** Says something on a bare connection and hears what comes back until it ends. */
function conversation(said: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(site.url)
    const socket = connect(Number(port), hostname, () => socket.write(said, 'latin1'))
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    socket.setTimeout(1500, () => socket.destroy())
    socket.on('error', () => undefined).on('close', () => resolve(heard))
  })
}
