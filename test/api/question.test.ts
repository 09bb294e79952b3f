import { describe, expect, it } from 'vitest'
import type { Asked } from '../../src/http/doors.ts'
import type { Snapshot } from '../../src/snapshot/wire.ts'
import { ask, Owner, Person, request } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()
const questions = () => `${site.url}/api/v1/questions`

describe('asking a question', () => {
  it('answers with the question, its link and the admin link, told this once', async () => {
    const { status, body, headers } = await request<Asked & { url: string; adminUrl: string }>('POST', questions(), {
      title: '  Where   shall we\tmeet? ',
      description: 'One line.  \r\n\r\n\r\n\r\nAnother.\n',
    })
    expect(status).toBe(201)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(body.question.id).toMatch(/^[0-9A-Za-z]{11}$/)
    expect(body.adminToken).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(body.url).toBe(`${site.url}/q/${body.question.id}`)
    expect(body.adminUrl).toBe(`${body.url}/admin#${body.adminToken}`)
    expect(headers.get('location')).toBe(body.url)
    expect(body.question).toEqual({
      id: body.question.id,
      revision: 1,
      title: 'Where shall we meet?',
      description: 'One line.\n\nAnother.',
      phase: 'open',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      closesAt: null,
      closedAt: null,
      opensAt: null,
      ideasUntil: null,
      votesFrom: null,
      votesUntil: null,
      timeZone: null,
      stages: { ideas: 'now', votes: 'now', next: null },
      forgottenAt: null,
      settings: {
        names: 'optional',
        results: 'always',
        order: 'votes',
        newIdeas: true,
        newArguments: true,
        comments: true,
        ...{ agreements: true, images: true, links: true },
        votesPerParticipant: null,
        ideasPerParticipant: null,
        retention: null,
        moderation: 'none',
        takePart: 'open',
        vote: 'open',
      },
      counts: {
        participants: 0,
        votes: 0,
        votesInRoom: 0,
        votesByLevel: { email: 0, invited: 0, account: 0 },
        ideas: 0,
        arguments: 0,
        comments: 0,
      },
      ideas: [],
      comments: [],
      decision: null,
      head: null,
      moderated: [],
      asides: [],
    })
  })

  it('sets the one cookie of the device so that no script, and no other site, gets at it', async () => {
    const { headers } = await request('POST', questions(), { title: 'Lunch?' })
    expect(headers.getSetCookie()).toHaveLength(1)
    const [cookie] = headers.getSetCookie()
    expect(cookie).toMatch(/^folkmoot=[A-Za-z0-9_-]{32};/)
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Lax')
    expect(cookie).toContain('Path=/')
    expect(cookie).not.toContain('Domain')
  })

  it('gives every question an address and a token of its own', async () => {
    const asked = await Promise.all(Array.from({ length: 10 }, () => ask(site.url, { title: 'The same question' })))
    expect(new Set(asked.map((alice) => alice.questionId)).size).toBe(10)
    expect(new Set(asked.map((alice) => alice.token)).size).toBe(10)
  })

  it.each([
    ['no title', {}, ['title']],
    ['an empty title', { title: '' }, ['title']],
    ['a title of white space', { title: ' \t\n\u00a0\u2003' }, ['title']],
    ['a title of invisible characters', { title: '\u200b\u2060\u00ad\u3164' }, ['title']],
    ['a title of another type', { title: 5 }, ['title']],
    ['a title that is null', { title: null }, ['title']],
    ['a title that is a list', { title: ['Lunch?'] }, ['title']],
    ['a title over 200 characters', { title: 'x'.repeat(201) }, ['title']],
    ['a description over 10,000 characters', { title: 'Lunch?', description: 'x'.repeat(10_001) }, ['description']],
    ['a description that is null', { title: 'Lunch?', description: null }, ['description']],
    ['an unknown field', { title: 'Lunch?', owner: 'Mallory' }, ['owner']],
    ['a field that only the server sets', { title: 'Lunch?', id: 'AAAAAAAAAAA', revision: 9 }, ['id', 'revision']],
    ['several mistakes at once', { title: '', description: 1, nonsense: true }, ['title', 'description', 'nonsense']],
  ])('refuses %s', async (_what, body, paths) => {
    expectRefusal(await request('POST', questions(), body), 'invalid_input', paths)
  })

  it('takes a title of 200 characters outside the basic plane, which count as one each', async () => {
    const alice = await ask(site.url, { title: '🍀'.repeat(200) })
    expect((await alice.snapshot()).body.title).toBe('🍀'.repeat(200))
    expectRefusal(await request('POST', questions(), { title: '🍀'.repeat(201) }), 'invalid_input', ['title'])
  })
})

describe('the deadline', () => {
  it.each([
    ['an offset', '2199-01-01T00:00:00+01:00', '2198-12-31T23:00:00.000Z'],
    ['a fraction', '2199-01-01T00:00:00.25Z', '2199-01-01T00:00:00.250Z'],
    ['the last year there is', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('is taken with %s and told in UTC', async (_what, closesAt, told) => {
    expect((await ask(site.url, { title: 'Lunch?', closesAt })).asked.question.closesAt).toBe(told)
  })

  it.each([
    'tomorrow',
    '',
    '2199-01-01',
    '2199-01-01 00:00:00Z',
    '2199-01-01T00:00:00',
    '2199-02-30T00:00:00Z',
    '2199-01-01T25:00:00Z',
    '2199-01-01T00:00:00+99:99',
    '2198-12-31T23:59:60Z',
    '10000-01-01T00:00:00Z',
    '2199-01-01T00:00:00Z; drop table questions',
    4_102_444_800_000,
    true,
    {},
  ])('is refused as %j', async (closesAt) => {
    const alice = await ask(site.url)
    expectRefusal(await request('POST', questions(), { title: 'Lunch?', closesAt }), 'invalid_input', ['closesAt'])
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.patch('', { closesAt }), 'invalid_input', ['closesAt'])
    })
  })

  it.each(['2020-01-01T00:00:00Z', '0000-01-01T00:00:00Z', new Date(Date.now() - 1000).toISOString()])(
    'is refused in the past: %s',
    async (closesAt) => {
      const alice = await ask(site.url)
      const refused = await request('POST', questions(), { title: 'Lunch?', closesAt })
      expectRefusal(refused, 'deadline_in_past', ['closesAt'])
      await expectNothingStored(alice, async () => {
        expectRefusal(await alice.edit({ closesAt }), 'deadline_in_past', ['closesAt'])
      })
    },
  )

  it('is set, moved and taken away by the owner', async () => {
    const alice = await ask(site.url)
    for (const closesAt of ['2199-01-01T00:00:00.000Z', '2198-01-01T00:00:00.000Z', null]) {
      const { body } = await alice.edit({ closesAt })
      expect(body.closesAt).toBe(closesAt)
      expect(body.phase).toBe('open')
    }
    expect((await alice.snapshot()).body.revision).toBe(4)
  })
})

describe('reading a question', () => {
  it('answers 304 while nothing has changed, and the new view once something has', async () => {
    const alice = await ask(site.url)
    const first = await alice.snapshot()
    const etag = first.headers.get('etag')!
    expect(etag).toBe('W/"1"')
    expect(first.headers.get('vary')).toBe('accept-encoding, authorization, cookie')

    for (const same of [etag, '"1"', `"77", ${etag}`, '*']) {
      const { status, body, headers } = await alice.get('', { 'if-none-match': same })
      expect([same, status, body]).toEqual([same, 304, ''])
      expect(headers.get('etag')).toBe(etag)
      expect(headers.get('cache-control')).toBe(first.headers.get('cache-control'))
      expect(headers.get('vary')).toBe(first.headers.get('vary'))
    }
    for (const other of ['"2"', '1', '"', '""', 'W/"11"']) {
      expect((await alice.get('', { 'if-none-match': other })).status).toBe(200)
    }
    await alice.addIdea({ title: 'At the lake' })
    const { status, headers } = await alice.get('', { 'if-none-match': etag })
    expect(status).toBe(200)
    expect(headers.get('etag')).not.toBe(etag)
  })

  it('comes as small as the client can take it, the same in every coding', async () => {
    const alice = await ask(site.url, { title: 'Where shall we meet?', description: 'Near the station. '.repeat(100) })
    const { body, headers } = await alice.get<Snapshot>('', { 'accept-encoding': 'identity' })
    expect(headers.get('content-encoding')).toBeNull()
    for (const [accepted, coding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
    ] as const) {
      const coded = await alice.get<Snapshot>('', { 'accept-encoding': accepted })
      expect(coded.headers.get('content-encoding')).toBe(coding)
      expect(Number(coded.headers.get('content-length'))).toBeLessThan(600)
      expect(coded.headers.get('etag')).toBe(headers.get('etag'))
      expect(coded.body).toEqual(body)
    }
  })

  it('may be kept by a cache on the way for a moment, but not from who may have written', async () => {
    const alice = await ask(site.url)
    const open = await alice.stranger().snapshot()
    expect(open.headers.get('cache-control')).toBe('public, max-age=1, stale-while-revalidate=10')
    expect(open.headers.get('set-cookie')).toBeNull()
    expect((await alice.snapshot()).headers.get('cache-control')).toBe('private, no-cache')
    const { headers } = await alice.stranger().get('', { cookie: `folkmoot=${'b'.repeat(32)}` })
    expect(headers.get('cache-control')).toBe('private, no-cache')
  })

  it('shows each contribution to whoever reads next, however many write', async () => {
    const alice = await ask(site.url)
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => alice.invite(`Participant ${n}`)))
    await Promise.all(
      people.map(async (person) => {
        for (let n = 1; n <= 5; n++) {
          const { body } = await person.addIdea({ title: `Idea ${n}` })
          const { body: seen } = await person.snapshot()
          expect(seen.ideas.map((idea) => idea.id)).toContain(body.id)
        }
      }),
    )
  })

  it('answers HEAD as GET without a body', async () => {
    const alice = await ask(site.url)
    const response = await fetch(`${questions()}/${alice.questionId}`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(await response.text()).toBe('')
  })

  it('is refused when there is no such question', async () => {
    for (const id of ['AAAAAAAAAAA', 'x', '0', '-1', 'null', '%00', "'%20or%201=1--", '..%2f..%2fetc%2fpasswd'])
      for (const path of [
        '',
        '/me',
        '/me/contributions',
        '/owner',
        '/changes',
        '/comments',
        '/ideas/AAAAAAAAAAA/voters',
      ])
        expectRefusal(await request('GET', `${questions()}/${id}${path}`), 'question_not_found')
  })
})

describe('changing a question', () => {
  it('changes what is named and leaves the rest', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', description: 'Where to go.' })
    const { status, body } = await alice.edit({ title: 'Dinner?' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ title: 'Dinner?', description: 'Where to go.', revision: 2 })
    expect((await alice.edit({ description: '' })).body).toMatchObject({ title: 'Dinner?', description: '' })
  })

  it('changes nothing when nothing is different', async () => {
    const alice = await ask(site.url, { title: 'Lunch?' })
    await expectNothingStored(alice, async () => {
      for (const patch of [{}, { title: 'Lunch?' }, { title: ' Lunch? ' }, { closesAt: null }, { settings: {} }])
        expect((await alice.edit(patch)).status).toBe(200)
    })
  })

  it('is the owner’s alone', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const mallory = await ask(site.url, { title: 'Another question' })
    await expectNothingStored(alice, async () => {
      for (const [who, code] of [
        [bob, 'owner_only'],
        [alice.stranger(), 'owner_only'],
        [new Person(site.url, alice.questionId, mallory.token), 'token_unknown'],
        [new Person(site.url, alice.questionId, 'x'.repeat(32)), 'token_unknown'],
      ] as const) {
        const attempt = new Owner(site.url, alice.asked, who.token ?? '')
        const owner = who.token === null ? Object.assign(attempt, { token: null }) : attempt
        expectRefusal(await owner.edit({ title: 'Mine now' }), code)
        expectRefusal(await owner.close(), code)
        expectRefusal(await owner.reopen(), code)
        expectRefusal(await owner.deleteQuestion(), code)
        expectRefusal(await owner.restoreQuestion(), code)
        expectRefusal(await owner.replaceAdminLink(), code)
        expectRefusal(await owner.ownerView(), code)
        expectRefusal(await owner.decide({ ideas: [], statement: 'Mine' }), code)
        expectRefusal(await owner.undecide(), code)
      }
    })
  })

  it('is refused with the mistakes of asking', async () => {
    const alice = await ask(site.url)
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.patch('', { title: '' }), 'invalid_input', ['title'])
      expectRefusal(await alice.patch('', { title: 'Fine', id: 'AAAAAAAAAAA' }), 'invalid_input', ['id'])
      expectRefusal(await alice.patch('', { title: 'Fine', closesAt: 'soon' }), 'invalid_input', ['closesAt'])
      expectRefusal(await alice.patch('', []), 'invalid_input', [''])
    })
  })
})
