import { request as send } from 'node:http'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'

const the = useServer({ PUBLIC_URL: 'https://moot.example' })

interface Answer {
  status: number
  location: string
  cookies: string[]
}

/** A form as a proxy hands it on that ends TLS: over plain http, with the headers of the browser. */
function postForm(path: string, form: Record<string, string>, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = 'application/x-www-form-urlencoded'
    const request = send(
      the.url + path,
      { method: 'POST', headers: { accept: 'text/html', 'content-type': type, ...headers } },
      (response) => {
        response.resume()
        const { location = '', 'set-cookie': cookies = [] } = response.headers
        response.on('end', () => resolve({ status: response.statusCode ?? 0, location, cookies }))
      },
    )
    request.on('error', reject)
    request.end(new URLSearchParams(form).toString())
  })
}

const ours = { host: 'moot.example', origin: 'https://moot.example' }

it('takes forms that come through a proxy that ends TLS', async () => {
  const asked = await postForm('/', { title: 'Where shall we meet?' }, ours)
  expect(asked.status).toBe(303)
  expect(asked.location).toMatch(/^\/q\/[0-9A-Za-z]{11}$/)
  const device = asked.cookies.find((cookie) => cookie.startsWith('__Host-folkmoot=')) ?? ''
  expect(device).toMatch(/; Secure/)
  expect(device).toMatch(/; HttpOnly/)
  const cookie = device.split(';')[0] ?? ''
  const added = await postForm(`${asked.location}?/idea`, { title: 'At the lake' }, { ...ours, cookie })
  expect(added.status).toBe(303)
})

it('takes them also when the proxy asks for the server by another name', async () => {
  const asked = await postForm('/', { title: 'Where shall we meet?' }, { ...ours, host: 'folkmoot:3000' })
  expect(asked.status).toBe(303)
})

it.each([
  ['names another origin', { ...ours, origin: 'https://evil.example' }],
  ['says so in Sec-Fetch-Site', { ...ours, 'sec-fetch-site': 'cross-site' }],
  ['is not told of', { ...ours, origin: 'null' }],
])('refuses a form of a page elsewhere that %s', async (_what, headers) => {
  const asked = await postForm('/', { title: 'Where shall we meet?' }, headers)
  expect(asked.status).toBe(403)
  expect(asked.cookies).toEqual([])
})
