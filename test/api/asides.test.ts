import { expect, describe, it } from 'vitest'
import type { ActPage } from '../../src/desk/wire.ts'
import type { AsidePage, BurstList, PeoplePage } from '../../src/aside/wire.ts'
import type { BallotFile } from '../../src/recount/file.ts'
import { ask, Person, type Owner } from '../support/api.ts'
import { Newcomer } from '../attack/stranger.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer({ TRUST_PROXY: 'loopback' })

const newcomers = (who: Person) => who.get<BurstList>('/newcomers')
const people = (who: Person, query = '') => who.get<PeoplePage>(`/people${query}`)
const asides = (who: Person) => who.get<AsidePage>('/asides')
const setAside = (who: Person, body: object) => who.post<{ id: string }>('/asides', body)

/** Somebody who begins by joining from an address. @returns them with their token */
async function from(alice: Owner, address: string, name: string | null = null): Promise<Person> {
  const answer = await alice
    .stranger()
    .post<{ token: string }>('/participants', { name }, { 'x-forwarded-for': address })
  expect(answer.status).toBe(201)
  return new Person(alice.server, alice.questionId, answer.body.token)
}

/** A lake that 22 from one network and two from elsewhere vote for, and a hut that nobody does. */
async function stage(settings = {}) {
  const alice = await ask(site.url, { title: 'Where shall we meet?', settings })
  const lake = (await alice.addIdea({ title: 'At the lake' })).body.id
  const hut = (await alice.addIdea({ title: 'In the hut' })).body.id
  const eve = await from(alice, '203.0.113.7', 'names' in settings ? null : 'Eve')
  const bot = new Newcomer(alice, '203.0.113.9')
  const answers = await Promise.all([eve.vote(lake), ...Array.from({ length: 21 }, () => bot.vote(lake))])
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  for (const address of ['198.51.100.1', '192.0.2.1']) await new Newcomer(alice, address).vote(lake)
  return { alice, lake, hut, eve }
}

/** Ten minutes may end while 22 begin: then there are two bursts. */
async function allBursts(alice: Owner) {
  const { bursts } = (await newcomers(alice)).body
  return bursts.map(({ network, from }) => ({ network, from }))
}

describe('many who begin at once', () => {
  it('are shown to the owner alone: when, how many, how many of them voted, and never from which address', async () => {
    const { alice, eve } = await stage()
    const { status, body } = await newcomers(alice)
    expect(status).toBe(200)
    expect(body.known).toBe(24)
    expect(body.bursts.reduce((sum, { people }) => sum + people, 0)).toBeGreaterThanOrEqual(17)
    if (body.bursts.length === 1)
      expect(body.bursts).toMatchObject([{ people: 22, voted: 22, setAside: 0, unusual: true }])
    expect(JSON.stringify(body)).not.toContain('203.0.113')
    for (const who of [eve, alice.stranger()]) {
      expectRefusal(await newcomers(who), 'owner_only')
      expectRefusal(await people(who), 'owner_only')
      expectRefusal(await setAside(who, { bursts: await allBursts(alice), reason: 'other' }), 'owner_only')
    }
    expectRefusal(await newcomers(new Person(site.url, 'NoSuchOne12', 'x'.repeat(32))), 'question_not_found')
  })

  it('are told to nobody while votes are hidden, for they would tell of votes; nor is anything set aside then', async () => {
    const { alice } = await stage({ results: 'afterClose' })
    await expectNothingStored(alice, async () => {
      expectRefusal(await newcomers(alice), 'results_hidden')
      expectRefusal(await people(alice), 'results_hidden')
      expectRefusal(await setAside(alice, { participant: 'Aaaaaaaaaaa', reason: 'other' }), 'results_hidden')
    })
    await alice.close()
    const { body } = await setAside(alice, { bursts: await allBursts(alice), reason: 'manyAtOnce' })
    expect((await alice.snapshot()).body.counts.votes).toBeLessThan(24)
    expect((await alice.delete(`/asides/${body.id}`)).status).toBe(204)
    expect((await alice.snapshot()).body.counts).toMatchObject({ votes: 24, participants: 25 })
    await expectTalliesRight(alice)
  })
})

describe('votes that are set aside', () => {
  it('count nowhere, are told to everyone with the reason, and come back when that is undone', async () => {
    const { alice, lake, eve } = await stage()
    const before = (await alice.snapshot()).body
    const bursts = await allBursts(alice)
    const note = 'All within a minute.'
    const { status, body: aside } = await setAside(alice, { bursts, reason: 'manyAtOnce', note })
    expect(status).toBe(201)

    const shown = (await alice.stranger().snapshot()).body
    const [told] = shown.asides
    expect(told).toMatchObject({ id: aside.id, about: 'newcomers', reason: 'manyAtOnce', note, undoneAt: null })
    expect(shown.counts.votes).toBe(24 - told!.votes)
    expect(shown.counts.participants).toBe(before.counts.participants! - told!.people)
    expect(shown.ideas[0]).toMatchObject({ id: lake, votes: 24 - told!.votes, voters: { first: [] } })
    expect((await alice.stranger().voters(lake)).body.total).toBe(24 - told!.votes)
    expect((await asides(alice.stranger())).body.asides).toEqual(shown.asides)
    expectRefusal(await setAside(alice, { bursts, reason: 'other' }), 'nobody_to_set_aside')
    await expectTalliesRight(alice)

    // She is told, may vote by no verb, and may write as before.
    expect((await eve.contributions()).body).toMatchObject({
      votes: [],
      setAside: { reason: 'manyAtOnce', note, votes: [{ idea: lake, title: 'At the lake' }] },
    })
    await expectNothingStored(alice, async () => {
      expectRefusal(await eve.vote(lake), 'votes_set_aside')
      expectRefusal(await eve.castBallot([lake]), 'votes_set_aside')
      const once = { 'idempotency-key': 'again and again' }
      expectRefusal(await eve.put(`/ideas/${lake}/vote`, { value: 1 }, once), 'votes_set_aside')
      expect((await eve.unvote(lake)).status).toBe(200)
    })
    expect((await eve.comment('Why?')).status).toBe(201)

    expect((await alice.delete(`/asides/${aside.id}`)).status).toBe(204)
    const after = (await alice.snapshot()).body
    expect({ ...after, revision: 0, comments: [], counts: { ...after.counts, comments: 0 }, asides: [] }).toEqual({
      ...before,
      revision: 0,
    })
    expect(after.asides).toMatchObject([{ id: aside.id, undoneAt: expect.any(String) as string }])
    // Another owner who is a moment late.
    expectRefusal(await alice.delete(`/asides/${aside.id}`), 'dealt_with')
    expectRefusal(await alice.delete('/asides/Aaaaaaaaaaa'), 'act_not_found')
    expect((await eve.vote(lake)).status).toBe(200)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('stand among the acts that owners read, newest first, and are undone from there', async () => {
    const { alice, lake, eve } = await stage()
    const list = async (query = '') => (await alice.get<ActPage>(`/desk/acts${query}`)).body
    await alice.hide('ideas', lake)
    const { body: aside } = await setAside(alice, { bursts: await allBursts(alice), reason: 'trial', note: 'A test.' })
    await alice.show('ideas', lake)
    const acts = await list()
    const [told] = (await alice.snapshot()).body.asides
    expect(acts).toMatchObject({ acts: [{ act: 'setAside' }, { act: 'hide' }], total: 2, next: null })
    expect(acts.acts[0]).toEqual({
      ...{ id: aside.id, kind: 'votes', act: 'setAside', reason: 'trial', note: 'A test.', canUndo: true },
      ...{ people: told!.people, votes: 0, at: told!.at, undoneAt: null },
    })
    const first = await list('?limit=1')
    expect([first.acts, (await list(`?limit=1&before=${first.next}`)).acts]).toEqual([[acts.acts[0]], [acts.acts[1]]])
    expectRefusal(await eve.delete(`/desk/acts/${aside.id}`), 'owner_only')
    expect((await alice.delete(`/desk/acts/${aside.id}`)).status).toBe(204)
    expect((await alice.snapshot()).body.counts.votes).toBe(24)
    expect((await list()).acts[0]).toMatchObject({ canUndo: false, undoneAt: expect.any(String) as string })
    expectRefusal(await alice.delete(`/desk/acts/${aside.id}`), 'dealt_with')
    await expectTalliesRight(alice)
  })

  it('are in no ballot file, and their receipt says why', async () => {
    const { alice, lake, eve } = await stage()
    await alice.close()
    const receipt = (await eve.get<{ receipt: string }>('/me/receipt')).body.receipt
    const { head } = (await alice.snapshot()).body
    const looked = () => alice.stranger().get(`/receipts/${receipt}`)
    expect((await looked()).body).toMatchObject({ counted: true, setAside: null })
    const { id } = (await people(alice, '?name=Eve')).body.people[0]!
    await setAside(alice, { participant: id, reason: 'notEntitled', note: 'She has left.' })
    expect((await looked()).body).toMatchObject({
      counted: false,
      votes: null,
      setAside: { reason: 'notEntitled', note: 'She has left.' },
    })
    const file = (await alice.stranger().get<BallotFile>('/ballots')).body
    expect(file.totals).toEqual({ ballots: 23, votes: 23, votesInRoom: 0 })
    expect(file.ideas.find((idea) => idea.id === lake)?.votes).toBe(23)
    expect((await alice.snapshot()).body.head).not.toBe(head)
  })

  it('are those of no single person who shows no name, nor of so few that it would show how they voted', async () => {
    const { alice, eve } = await stage()
    const nameless = await from(alice, '203.0.113.7')
    const id = (await nameless.me()).body.participant!.id
    await expectNothingStored(alice, async () => {
      expectRefusal(await setAside(alice, { participant: id, reason: 'other' }), 'person_unnamed')
      expectRefusal(await setAside(alice, { participant: 'Aaaaaaaaaaa', reason: 'other' }), 'nobody_to_set_aside')
      const [burst] = await allBursts(alice)
      const earlier = new Date(Date.parse(burst!.from) - 600_000).toISOString()
      const none = { bursts: [{ ...burst, from: earlier }], reason: 'other' }
      expectRefusal(await setAside(alice, none), 'nobody_to_set_aside')
      for (const body of [
        { reason: 'other' },
        { participant: id, bursts: [burst], reason: 'other' },
        { participant: id },
        { participant: id, reason: 'because' },
        { participant: id, reason: 'other', people: 1 },
      ])
        expectRefusal(await setAside(alice, body), 'invalid_input')
    })
    expect((await people(alice)).body.people).toMatchObject([{ name: 'Eve', votes: 1, setAside: false }])

    const secret = await stage({ names: 'hidden' })
    expect((await people(secret.alice)).body.people).toEqual([])
    const her = (await secret.eve.me()).body.participant!.id
    expectRefusal(await setAside(secret.alice, { participant: her, reason: 'other' }), 'person_unnamed')

    // Who leaves meanwhile takes along what could come back.
    const hers = (await eve.me()).body.participant!.id
    const { body } = await setAside(alice, { participant: hers, reason: 'twice' })
    expect((await eve.leave({ contributions: 'remove' })).status).toBe(204)
    expect((await alice.delete(`/asides/${body.id}`)).status).toBe(204)
    expect((await alice.snapshot()).body.counts.votes).toBe(23)
    await expectTalliesRight(alice)
  })
})
