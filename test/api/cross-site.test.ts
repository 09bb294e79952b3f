import { beforeAll, describe, expect, it } from 'vitest'
import { ask, request, type Owner, type Person } from '../support/api.ts'
import { cookieFrom, expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

let alice: Owner
let cookie: string
let idea: string
let device: Person

beforeAll(async () => {
  const asked = await request<Owner['asked']>('POST', `${site.url}/api/v1/questions`, { title: 'Lunch?' })
  cookie = cookieFrom(asked)
  alice = await ask(site.url)
  device = alice.stranger()
  idea = (await alice.addIdea({ title: 'At the lake' })).body.id
  // From now on this device, which keeps a cookie, takes part here.
  await device.post('/participants', { name: 'Bob' }, { cookie, 'sec-fetch-site': 'same-origin' })
})

const writes: [string, (headers: Record<string, string>) => ReturnType<Person['send']>][] = [
  ['a vote', (headers) => device.put(`/ideas/${idea}/vote`, { value: 1 }, headers)],
  ['a ballot', (headers) => device.put('/ballot', { votes: {} }, headers)],
  ['an idea', (headers) => device.post('/ideas', { title: 'Mine' }, headers)],
  ['a comment', (headers) => device.post('/comments', { text: 'Mine' }, headers)],
  ['a new name', (headers) => device.send('PATCH', '/me', { name: 'Mallory' }, headers)],
  ['leaving', (headers) => device.send('DELETE', '/me', {}, headers)],
  ['closing', (headers) => device.put('/closure', undefined, headers)],
  [
    'a form',
    (headers) =>
      device.post('/comments', 'text=Mine', { ...headers, 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'a plain text form',
    (headers) => device.post('/comments', '{"text":"Mine"}', { ...headers, 'content-type': 'text/plain' }),
  ],
]

const elsewhere: [string, Record<string, string>][] = [
  ['says so in Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
  ['comes from a neighbour under the same domain', { 'sec-fetch-site': 'same-site' }],
  ['has the Origin of another site', { origin: 'https://evil.example' }],
  ['has no Origin to tell of', { origin: 'null' }],
  ['has an Origin that begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
  ['has our host at another port', { origin: 'http://127.0.0.1:1' }],
  ['has our host before an @', { origin: 'http://127.0.0.1@evil.example' }],
  ['has an Origin that is none', { origin: 'javascript:alert(1)' }],
  ['claims our Origin and another site', { 'sec-fetch-site': 'cross-site', origin: 'OUR OWN' }],
]

describe('a write from a page elsewhere', () => {
  it.each(elsewhere)('is not carried out when it %s', async (_what, headers) => {
    const sent = headers.origin === 'OUR OWN' ? { ...headers, origin: site.url } : headers
    await expectNothingStored(alice, async () => {
      for (const [, write] of writes) {
        expectRefusal(await write({ ...sent, cookie }), 'cross_site')
        expectRefusal(await write(sent), 'cross_site')
        expectRefusal(await write({ ...sent, authorization: `Bearer ${alice.token}` }), 'cross_site')
      }
      const asked = await request('POST', `${site.url}/api/v1/questions`, { title: 'Mine' }, { ...sent, cookie })
      expectRefusal(asked, 'cross_site')
    })
  })

  it('is not carried out with a cookie and no word of where it comes from', async () => {
    await expectNothingStored(alice, async () => {
      for (const [, write] of writes) {
        expectRefusal(await write({ cookie }), 'cross_site')
        expectRefusal(await write({ cookie, 'sec-fetch-site': 'none' }), 'cross_site')
        expectRefusal(await write({ cookie: `theme=dark; ${cookie}; a=b` }), 'cross_site')
      }
    })
  })

  it('is told nothing of what it would have found', async () => {
    const answer = await request(
      'PUT',
      `${site.url}/api/v1/questions/AAAAAAAAAAA/closure`,
      {},
      { origin: 'https://evil.example' },
    )
    expectRefusal(answer, 'cross_site')
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('is not helped by a preflight', async () => {
    const preflight = await fetch(`${site.url}/api/v1/questions/${alice.questionId}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    expect(preflight.status).toBe(405)
    for (const name of preflight.headers.keys()) expect(name).not.toMatch(/^access-control-/)
  })
})

describe('a write from the site itself', () => {
  it.each<[string, () => Record<string, string>]>([
    ['Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['Origin', () => ({ origin: site.url })],
    ['both', () => ({ 'sec-fetch-site': 'same-origin', origin: site.url })],
  ])('is carried out when %s says so', async (_what, headers) => {
    expect((await device.put(`/ideas/${idea}/vote`, {}, { cookie, ...headers() })).status).toBe(200)
  })

  it('and one from a program, which has no cookie, needs no word of where it comes from', async () => {
    expect((await alice.vote(idea)).status).toBe(200)
  })

  it('is not confused by a bearer token beside the cookie: the token decides', async () => {
    const carol = await alice.invite('Carol')
    const headers = { cookie, 'sec-fetch-site': 'same-origin', authorization: `Bearer ${carol.token}` }
    const { body } = await device.get<{ participant: { name: string } }>('/me', headers)
    expect(body.participant.name).toBe('Carol')
  })
})

describe('behind PUBLIC_URL with https', () => {
  const behind = useServer({ PUBLIC_URL: 'https://folkmoot.example' })

  it('the cookie is Secure and bound to the host, links are public ones, and only that origin may write', async () => {
    const asked = await request<Owner['asked']>(
      'POST',
      `${behind.url}/api/v1/questions`,
      { title: 'Lunch?' },
      { host: 'evil.example' },
    )
    expect(asked.status).toBe(201)
    expect(asked.body.url).toBe(`https://folkmoot.example/q/${asked.body.question.id}`)
    expect(asked.body.adminUrl).toMatch(/^https:\/\/folkmoot\.example\/q\/.{11}\/admin#.{32}$/)
    const set = asked.headers.getSetCookie()[0]!
    expect(set).toMatch(/^__Host-folkmoot=/)
    expect(set).toContain('Secure')
    expect(set).not.toContain('Domain')

    const url = `${behind.url}/api/v1/questions/${asked.body.question.id}/closure`
    const headers = { cookie: cookieFrom(asked) }
    expectRefusal(await request('PUT', url, {}, { ...headers, origin: 'https://evil.example' }), 'cross_site')
    // A cookie of the plain name, which another host of the domain could have planted, is not ours.
    const planted = { cookie: cookieFrom(asked).replace('__Host-', '') }
    expectRefusal(await request('PUT', url, {}, planted), 'owner_only')
    expect((await request('PUT', url, {}, { ...headers, origin: 'https://folkmoot.example' })).status).toBe(200)
  })
})
