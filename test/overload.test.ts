import { Agent, request as httpRequest } from 'node:http'
import { expect, it } from 'vitest'
import { useServer } from './api/expectations.ts'
import { ask } from './support/api.ts'

const the = useServer()

/** A page as somebody asks for it, or sends a form to it, on a connection of their own. */
function visit(url: string, agent: Agent, form?: string) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const headers = {
      'accept-language': 'de',
      ...(form !== undefined && {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(form),
        origin: new URL(url).origin,
      }),
    }
    const sent = httpRequest(url, { agent, method: form === undefined ? 'GET' : 'POST', headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.end(form)
  })
}

it('renders as many pages as it can, says calmly that there is no room to the others, and is well afterwards', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  for (let n = 1; n <= 24; n++) await alice.addIdea({ title: `Place ${n}` })
  // An address whose page is not kept ready for everyone.
  const page = `${the.url}/q/${alice.questionId}?idea=nowhere`
  const agent = new Agent({ maxSockets: Infinity })
  const answers = await Promise.all(Array.from({ length: 800 }, () => visit(page, agent)))
  const shown = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 503)
  expect(shown.length + refused.length).toBe(answers.length)
  // Whoever was in line when the others came.
  expect(shown.length).toBeGreaterThanOrEqual(200)
  expect(refused.length).toBeGreaterThan(0)
  for (const { body } of shown) expect(body).toContain('Place 24')
  for (const { headers, body } of refused) {
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(body).toContain('Gerade sind zu viele Menschen auf einmal hier.')
    expect(body).toContain('Noch einmal versuchen')
  }
  expect((await visit(page, agent)).status).toBe(200)
  agent.destroy()
})

it('tells whoever sent a form without script that going back keeps their words', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  // Large enough that only some may be on their way at once.
  const form = new URLSearchParams({ text: 'x'.repeat(100_000) }).toString()
  const agent = new Agent({ maxSockets: Infinity })
  const url = `${the.url}/q/${alice.questionId}?/comment`
  const answers = await Promise.all(Array.from({ length: 600 }, () => visit(url, agent, form)))
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  for (const { body } of refused) expect(body).toContain('Geh zurück: Was du geschrieben hast, steht noch da.')
  expect((await alice.snapshot()).status).toBe(200)
  agent.destroy()
})
