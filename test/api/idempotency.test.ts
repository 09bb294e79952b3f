import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Joined } from '../../src/http/doors.ts'
import { ask, Owner, Person, request, type Answer } from '../support/api.ts'
import {
  cookieFrom,
  expectNothingStored,
  expectRefusal,
  expectTalliesRight,
  fromPage,
  useServer,
} from './expectations.ts'

const site = useServer()
const questions = () => `${site.url}/api/v1/questions`
const once = (key: string = randomUUID()) => ({ 'idempotency-key': key })

async function prepared() {
  const alice = await ask(site.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  return { alice, bob: await alice.invite('Bob'), idea: idea.id }
}

describe('a retried POST', () => {
  it('asks one question and answers with the same token and the same cookie', async () => {
    const headers = once()
    const ask = () => request<Owner['asked']>('POST', questions(), { title: 'Lunch?' }, headers)
    const first = await ask()
    const again = await ask()
    expect(first.status).toBe(201)
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect(cookieFrom(again)).toBe(cookieFrom(first))
    const alice = new Owner(site.url, again.body)
    expect((await alice.stranger().get('/owner', { cookie: cookieFrom(again) })).status).toBe(200)
    expect((await alice.ownerView()).status).toBe(200)
  })

  it('still happens once when the cookie had arrived and the answer had not', async () => {
    const headers = once()
    const first = await request<Owner['asked']>('POST', questions(), { title: 'Lunch?' }, headers)
    const cookie = cookieFrom(first)
    const again = await request<Owner['asked']>(
      'POST',
      questions(),
      { title: 'Lunch?' },
      { ...headers, ...fromPage(cookie) },
    )
    expect(again.body).toEqual(first.body)
    expect(cookieFrom(again)).toBe(cookie)
  })

  it('takes part once, whoever sends it', async () => {
    const { alice } = await prepared()
    const headers = once()
    const join = () => alice.stranger().post<Joined>('/participants', { name: 'Charlie' }, headers)
    const answers = [await join(), await join()]
    expect(answers[1]!.body).toEqual(answers[0]!.body)
    expect(cookieFrom(answers[1]!)).toBe(cookieFrom(answers[0]!))
    const charlie = new Person(site.url, alice.questionId, answers[0]!.body.token)
    expect((await charlie.me()).body.participant?.name).toBe('Charlie')
    // The cookie and the token are the same participant.
    const { body } = await alice.stranger().get<{ participant: unknown }>('/me', { cookie: cookieFrom(answers[0]!) })
    expect(body.participant).toEqual((await charlie.me()).body.participant)
  })

  it.each([
    [
      'an idea',
      (bob: Person, _idea: string, key: Record<string, string>) => bob.post('/ideas', { title: 'In the park' }, key),
    ],
    [
      'an argument',
      (bob: Person, idea: string, key: Record<string, string>) =>
        bob.post(`/ideas/${idea}/arguments`, { side: 'pro', text: 'Water' }, key),
    ],
    [
      'a comment',
      (bob: Person, _idea: string, key: Record<string, string>) => bob.post('/comments', { text: 'Hello' }, key),
    ],
  ])('adds %s once, also when twenty arrive together', async (_what, send) => {
    const { alice, bob, idea } = await prepared()
    const before = (await alice.snapshot()).body.revision
    const key = once()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(bob, idea, key)))
    for (const answer of answers) {
      expect(answer.status).toBe(201)
      expect(answer.body).toEqual(answers[0]!.body)
    }
    expect((await alice.snapshot()).body.revision).toBe(before + 1)
    await expectTalliesRight(alice)
  })

  it('makes one participant of a stranger’s twenty, with one cookie', async () => {
    const { alice } = await prepared()
    const before = (await alice.snapshot()).body.counts
    const key = once()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.stranger().post('/comments', { text: 'Hello' }, key)),
    )
    expect(new Set(answers.map(cookieFrom)).size).toBe(1)
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]))
    const after = (await alice.snapshot()).body.counts
    expect(after).toEqual({ ...before, participants: (before.participants ?? 0) + 1, comments: 1 })
  })

  it('asks one question when twenty arrive together', async () => {
    const key = once()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => request<Owner['asked']>('POST', questions(), { title: 'Lunch?' }, key)),
    )
    expect(new Set(answers.map((answer) => answer.body.question.id)).size).toBe(1)
    expect(new Set(answers.map((answer) => answer.body.adminToken)).size).toBe(1)
  })

  it('replaces the admin link once, and tells the new one again', async () => {
    const { alice } = await prepared()
    const key = once()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => alice.post<{ adminToken: string }>('/admin-link', undefined, key)),
    )
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201])
    expect(new Set(answers.map((answer) => answer.body.adminToken)).size).toBe(1)
    expect((await new Owner(site.url, alice.asked, answers[0]!.body.adminToken).ownerView()).status).toBe(200)
    expectRefusal(await alice.post('/admin-link', undefined, once()), 'token_unknown')
  })

  it('may succeed where the first was refused', async () => {
    const { alice, bob, idea } = await prepared()
    await alice.edit({ settings: { comments: false } })
    const key = once()
    expectRefusal(await bob.post('/comments', { text: 'Hello' }, key), 'comments_off')
    await alice.edit({ settings: { comments: true } })
    expect((await bob.post('/comments', { text: 'Hello' }, key)).status).toBe(201)
    expect(idea).toMatch(/.{11}/)
  })

  it('survives a restart in between', async () => {
    const { bob } = await prepared()
    const key = once()
    const first = await bob.post('/comments', { text: 'Hello' }, key)
    await site.server.restart()
    expect((await bob.post('/comments', { text: 'Hello' }, key)).body).toEqual(first.body)
  })
})

describe('a key', () => {
  it('is refused with another body', async () => {
    const { alice, bob, idea } = await prepared()
    const key = once()
    await bob.post('/comments', { text: 'Hello' }, key)
    await bob.post(`/ideas/${idea}/arguments`, { side: 'pro', text: 'Water' }, key)
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.post('/comments', { text: 'Goodbye' }, key), 'idempotency_key_reused')
      const other = await bob.post(`/ideas/${idea}/arguments`, { side: 'con', text: 'Water' }, key)
      expectRefusal(other, 'idempotency_key_reused')
    })
  })

  it('means nothing to another participant, at another address or in another question', async () => {
    const { alice, bob, idea } = await prepared()
    const charlie = await alice.invite('Charlie')
    const other = await ask(site.url)
    const key = once('the-same-key-for-all')
    const answers: Answer<{ id: string }>[] = [
      await bob.post('/comments', { text: 'Hello' }, key),
      await charlie.post('/comments', { text: 'Hello' }, key),
      await alice.post('/comments', { text: 'Hello' }, key),
      await alice.stranger().post('/comments', { text: 'Hello' }, key),
      await other.post('/comments', { text: 'Hello' }, key),
      await bob.post('/ideas', { title: 'Hello' }, key),
      await bob.post(`/ideas/${idea}/arguments`, { side: 'pro', text: 'Hello' }, key),
    ]
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201))
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(answers.length)
  })

  it('that two strangers happen to share gives neither the other’s device', async () => {
    const key = once('1')
    const asked = await request<Owner['asked']>('POST', questions(), { title: 'Lunch?' }, key)
    const alice = new Owner(site.url, asked.body)
    const mallory = alice.stranger()
    const joined = await mallory.post<Joined>('/participants', { name: 'Mallory' }, key)
    const commented = await mallory.post('/comments', { text: 'Hello' }, key)
    const cookies = [asked, joined, commented].map(cookieFrom)
    expect(new Set(cookies).size).toBe(3)
    for (const cookie of cookies.slice(1)) expectRefusal(await mallory.get('/owner', { cookie }), 'owner_only')
  })

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['with a blank', 'a b'],
    ['outside ASCII', 'schlüssel'],
    ['that is really two', 'one, two'],
  ])('is refused when it is %s', async (_what, key) => {
    const { alice, bob } = await prepared()
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.post('/comments', { text: 'Hello' }, once(key)), 'idempotency_key_invalid')
    })
  })

  it('of 255 characters is taken', async () => {
    const { bob } = await prepared()
    expect((await bob.post('/comments', { text: 'Hello' }, once('~'.repeat(255)))).status).toBe(201)
  })

  it('does not help a body that is nested beyond all measure', async () => {
    const { alice, bob } = await prepared()
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.post('/comments', deep, once()), 'invalid_input')
      expectRefusal(await bob.post('/comments', `{"text":${deep}}`, once()), 'invalid_input')
    })
  })
})
