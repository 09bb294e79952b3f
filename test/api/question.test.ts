import { describe, expect, it } from 'vitest'
import type { Asked } from '../../src/http/doors.ts'
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
        votesPerIdea: 1,
        ideasPerParticipant: null,
        ...{ ideaTitleLength: null, ideaDescriptionLength: null, argumentLength: null, commentLength: null },
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
        ideasInRoom: 0,
        argumentsInRoom: 0,
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
