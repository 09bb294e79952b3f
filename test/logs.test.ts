import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, request } from './support/api.ts'
import { breakTable } from './support/behind.ts'
import { startServer, type TestServer } from './support/server.ts'

let server: TestServer
afterEach(() => server.stop())

/** A line of the log, as far as these tests look at it. */
interface Line {
  level: number
  msg: string
  requestId?: string
  method?: string
  route?: string
  status?: number
  refusal?: string
  err?: { type: string; message: string; stack: string }
}

/** The lines so far; whatever is no JSON is what the server says to people when it starts. */
function lines(): Line[] {
  const texts = server.output().split('\n')
  return texts.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text) as Line)
}

/** Says something on a bare connection, and waits for its end. */
async function say(bytes: string): Promise<void> {
  const { hostname, port } = new URL(server.url)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes, 'latin1'))
    socket
      .on('error', () => undefined)
      .on('close', () => resolve())
      .resume()
  })
}

describe('the log', () => {
  it('names a request as a trusted proxy does, and not as anybody else would have it', async () => {
    const named = async (env: Record<string, string>, id: string) => {
      server = await startServer({ LOG_LEVEL: 'info', ...env })
      const answer = await request('GET', `${server.url}/api/v1/questions/AAAAAAAAAAA`, undefined, {
        'x-request-id': id,
      })
      expect(answer.status).toBe(404)
      const given = answer.headers.get('x-request-id')
      await expect.poll(() => lines().map(({ requestId }) => requestId)).toContain(given)
      return given
    }
    const id = '1f06c884-a544-4f49-ba22-1ca342bdf189'
    expect(await named({ TRUST_PROXY: 'loopback' }, id)).toBe(id)
    await server.stop()
    expect(await named({ TRUST_PROXY: 'loopback' }, 'two words')).not.toBe('two words')
    await server.stop()
    expect(await named({ TRUST_PROXY: '10.1.2.3' }, id)).not.toBe(id)
  })

  it('has nothing of what people send, wherever they put it and whatever comes of it', async () => {
    server = await startServer({ LOG_LEVEL: 'trace' })
    const secret = 'secret4tH3Gr3p'
    const alice = await ask(server.url, { title: `Title ${secret}` })
    const bob = await alice.invite(`Name ${secret}`)
    await bob.addIdea({ title: `Idea ${secret}`, description: secret, link: `https://example.org/${secret}` })
    const headers = {
      cookie: `folkmoot=${secret.padEnd(32, 'x')}; other=${secret}`,
      'user-agent': secret,
      'x-forwarded-for': '203.0.113.77',
      'x-request-id': secret,
      referer: `http://example.org/${secret}`,
    }
    const bearer = { authorization: `Bearer ${secret}${secret}` }
    const { url, questionId } = { url: server.url, questionId: alice.questionId }
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: server.url, ...headers }
    const api = `${url}/api/v1/questions/${questionId}`
    const addresses = [
      ...[
        `${url}/q/${questionId}?${secret}`,
        `${url}/q/${questionId}/${secret}`,
        `${url}/${secret}`,
        `${url}/?q=${secret}`,
      ],
      ...[`${url}/admin/${questionId}/${secret}`, `${url}//admin/${questionId}/${secret}`, `${url}/ADMIN/${secret}`],
      ...[`${url}/admin/${questionId}/%74${secret}`, `${url}/admin/${secret}/%zz`, `${url}/_app/${secret}.js`],
      ...[
        api,
        `${api}?x=${secret}`,
        `${api}/${secret}`,
        `${api}/voters?after=${secret}`,
        `${api}/changes?since=${secret}`,
      ],
    ]
    for (const address of addresses)
      for (const credentials of [{}, headers, bearer]) await request('GET', address, undefined, credentials)
    await request('POST', `${api}/ideas`, `{"broken ${secret}`, { ...bearer })
    await request('POST', `${api}/ideas`, { [secret]: secret, title: secret.repeat(100) }, headers)
    await request('POST', `${api}/comments`, { text: secret }, { ...headers, origin: `https://${secret}.example` })
    for (const action of ['comment', 'idea', secret])
      await request('POST', `${url}/q/${questionId}?/${action}`, `text=${secret}&title=${secret}`, form)
    await request('POST', `${url}/q/${questionId}?/idea`, `--${secret}`, {
      ...form,
      'content-type': `multipart/form-data; boundary=${secret}x`,
    })
    await say(`GET /${secret} HTTP/1.1\r\nHost: x\r\nbroken ${secret}\r\n\r\n`)
    await say(`${secret}\r\n\r\n`)
    // What goes wrong inside must not bring it to light either.
    for (const table of ['ideas', 'comments', 'participants']) await breakTable(server.place.engine, table)
    await request('POST', `${api}/ideas`, { title: secret }, bearer)
    await request('POST', `${api}/comments`, { text: secret })
    await request('GET', `${url}/q/${questionId}?idea=${secret}`, undefined, {
      ...headers,
      'cache-control': 'no-cache',
    })
    await request('POST', `${url}/q/${questionId}?/comment`, `text=${secret}`, { ...form, cookie: '' })

    // First that it was heard at all.
    const said = lines()
    expect(said.filter(({ msg }) => msg === 'unexpected failure').length).toBeGreaterThan(0)
    for (const route of ['/api/v1/questions/:q', '/q/:id', '/admin/:id/:token', '/api/v1/questions/:q/ideas'])
      expect(said.map((line) => line.route)).toContain(route)
    const output = server.output()
    expect(output).not.toMatch(/secret4/i)
    expect(output).not.toContain(Buffer.from(secret).join(','))
    for (const person of [
      questionId,
      alice.token ?? '',
      bob.token ?? '',
      '203.0.113.77',
      '"127.0.0.1"',
      'remoteAddress',
    ])
      expect(output).not.toContain(person)
  })

  it('has one line for each request, with an id that the answer to a refused one names', async () => {
    server = await startServer({ LOG_LEVEL: 'info' })
    const alice = await ask(server.url)
    await alice.snapshot()
    const refused = await alice.get('/ideas/AAAAAAAAAAA/voters')
    expect(refused.problem.code).toBe('idea_not_found')
    const id = refused.headers.get('x-request-id')
    await expect.poll(lines).toContainEqual(expect.objectContaining({ requestId: id }))
    const answered = lines().filter(({ msg }) => msg === 'answered')
    expect(answered).toMatchObject([
      { method: 'POST', route: '/api/v1/questions', status: 201 },
      { method: 'GET', route: '/api/v1/questions/:q', status: 200 },
      { method: 'GET', route: '/api/v1/questions/:q/ideas/:idea/voters', status: 404, refusal: 'idea_not_found' },
    ])
    expect(new Set(answered.map(({ requestId }) => requestId)).size).toBe(3)
    expect(answered.filter(({ requestId }) => requestId === id)).toHaveLength(1)
    for (const line of lines().filter(({ route }) => route)) expect(line.requestId).toMatch(/^\S{8,40}$/)
  })

  it('has one line with the stack for a request that fails, from the API and from a page, at the usual level', async () => {
    server = await startServer()
    const alice = await ask(server.url)
    await breakTable(server.place.engine, 'comments')
    const call = await alice.post('/comments', { text: 'Hello' })
    const page = await request('POST', `${server.url}/q/${alice.questionId}?/comment`, 'text=Hello', {
      'content-type': 'application/x-www-form-urlencoded',
      origin: server.url,
    })
    await request('GET', `${server.url}/api/v1/nothing`)
    const failed = [call, page]
    expect(failed.map(({ status }) => status)).toEqual([500, 500])
    const ids = failed.map(({ headers }) => headers.get('x-request-id'))
    await expect
      .poll(() =>
        lines()
          .map(({ requestId }) => requestId)
          .sort(),
      )
      .toEqual(ids.toSorted())
    for (const line of lines()) {
      expect(line).toMatchObject({ level: 50, msg: 'unexpected failure' })
      expect(line.err?.stack).toMatch(/\n +at /)
    }
  })
})
