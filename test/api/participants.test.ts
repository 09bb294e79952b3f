import { describe, expect, it } from 'vitest'
import type { Joined } from '../../src/http/doors.ts'
import { ask, Person } from '../support/api.ts'
import {
  cookieFrom,
  expectNoGaps,
  expectNothingStored,
  expectRefusal,
  expectTalliesRight,
  fromPage,
  useServer,
} from './expectations.ts'

const site = useServer()

describe('taking part', () => {
  it('answers with the participant and a token, told this once', async () => {
    const alice = await ask(site.url)
    const { status, body, headers } = await alice.stranger().post<Joined>('/participants', { name: '  Bob \t Smith ' })
    expect(status).toBe(201)
    expect(body.participant).toEqual({ id: expect.stringMatching(/^[0-9A-Za-z]{11}$/) as string, name: 'Bob Smith' })
    expect(body.token).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(headers.getSetCookie()[0]).toMatch(/^folkmoot=.*HttpOnly.*SameSite=Lax/)
    // The cookie is the device's secret, which the token only follows from.
    expect(cookieFrom({ headers })).not.toContain(body.token)
    const { body: me } = await new Person(site.url, alice.questionId, body.token).me()
    expect(me).toMatchObject({ role: 'participant', participant: body.participant, votes: [], votesLeft: null })
    expect((await alice.snapshot()).body.counts.participants).toBe(1)
  })

  it.each([undefined, {}, { name: null }, { name: '' }, { name: ' \u200b ' }])('needs no name: %j', async (body) => {
    const alice = await ask(site.url)
    const joined = await alice.stranger().post<Joined>('/participants', body)
    expect(joined.status).toBe(201)
    expect(joined.body.participant.name).toBeNull()
  })

  it('again on the same device stays the same participant, renamed when a name is given', async () => {
    const alice = await ask(site.url)
    const stranger = alice.stranger()
    const first = await stranger.post<Joined>('/participants', { name: 'Bob' })
    const device = fromPage(cookieFrom(first))
    const unnamed = await stranger.post<Joined>('/participants', {}, device)
    expect(unnamed.body).toEqual(first.body)
    const renamed = await stranger.post<Joined>('/participants', { name: 'Robert' }, device)
    expect(renamed.body).toMatchObject({ token: first.body.token, participant: { name: 'Robert' } })
    expect(cookieFrom(renamed), 'renewed, so that it lasts for who comes back').toBe(cookieFrom(first))
    expect((await alice.snapshot()).body.counts.participants).toBe(1)
  })

  it('at once twenty times on one device makes one participant', async () => {
    const alice = await ask(site.url)
    const stranger = alice.stranger()
    const device = fromPage(cookieFrom(await (await ask(site.url)).stranger().post('/participants', {})))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stranger.post<Joined>('/participants', { name: 'Bob' }, device)),
    )
    expect(new Set(answers.map((answer) => answer.body.participant.id)).size).toBe(1)
    expect((await alice.snapshot()).body.counts.participants).toBe(1)
  })

  it('happens with the first contribution, whose answer brings the cookie', async () => {
    const alice = await ask(site.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const stranger = alice.stranger()
    const voted = await stranger.put(`/ideas/${idea.id}/vote`)
    const device = cookieFrom(voted)
    expect(voted.status).toBe(200)
    const { body } = await stranger.get<{ role: string; votes: string[] }>('/me', { cookie: device })
    expect(body).toMatchObject({ role: 'participant', votes: [idea.id] })
  })

  it('does not happen, and brings no cookie, when the contribution is refused', async () => {
    const alice = await ask(site.url)
    await expectNothingStored(alice, async () => {
      const stranger = alice.stranger()
      expectRefusal(await stranger.vote('AAAAAAAAAAA'), 'idea_not_found')
      expectRefusal(await stranger.addIdea({ title: '' }), 'invalid_input', ['title'])
      expectRefusal(await stranger.addIdea({ title: 'x', link: 'javascript:alert(1)' }), 'link_not_safe', ['link'])
    })
  })

  it('reading alone makes nobody a participant and sets no cookie', async () => {
    const alice = await ask(site.url)
    const stranger = alice.stranger()
    await expectNothingStored(alice, async () => {
      for (const answer of [await stranger.snapshot(), await stranger.me(), await stranger.changes()])
        expect(answer.headers.get('set-cookie')).toBeNull()
    })
    expectRefusal(await stranger.contributions(), 'participant_needed')
    expectRefusal(await stranger.rename('Charlie'), 'participant_needed')
    expectRefusal(await stranger.leave(), 'participant_needed')
  })

  it.each([
    ['a number', { name: 7 }, ['name']],
    ['a list', { name: ['Bob'] }, ['name']],
    ['over 80 characters', { name: 'x'.repeat(81) }, ['name']],
    ['NUL', { name: 'Bo\u0000b' }, ['name']],
    ['a right-to-left override', { name: 'Bob \u202Ecilegna' }, ['name']],
    ['an unknown field', { name: 'Bob', role: 'owner' }, ['role']],
  ])('is refused with a name of %s', async (_what, body, paths) => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.stranger().post('/participants', body), 'invalid_input', paths)
      expectRefusal(await bob.patch('/me', body), 'invalid_input', paths)
    })
  })

  it('lets the owner take part under a name where one is required', async () => {
    const alice = await ask(site.url, { title: 'Where shall we meet?', settings: { names: 'required' } })
    expectRefusal(await alice.addIdea({ title: 'At the lake' }), 'name_required')
    expect((await alice.rename('Alice')).body.participant?.name).toBe('Alice')
    expect((await alice.addIdea({ title: 'At the lake' })).body.author).toEqual({ name: 'Alice' })
  })

  it('does not happen by taking back what was never given', async () => {
    const alice = await ask(site.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const { body: argument } = await alice.argue(idea.id, { side: 'pro', text: 'Water.' })
    const charlie = alice.stranger()
    await expectNothingStored(alice, async () => {
      expect(await charlie.unvote(idea.id)).toMatchObject({ status: 200, body: { votes: 0 } })
      expect(await charlie.disagree(argument.id)).toMatchObject({ status: 200, body: { agreements: 0 } })
    })
  })

  it('takes no notice of credentials that are meant for a proxy', async () => {
    const alice = await ask(site.url)
    const answer = await alice.stranger().get('', { authorization: 'Basic Ym9iOnNlY3JldA==' })
    expect(answer.status).toBe(200)
  })

  it('keeps names as they are: Arabic, emoji, and markup as text', async () => {
    const alice = await ask(site.url)
    for (const name of [
      'سلمى',
      '👩‍👩‍👧 Family',
      '<img src=x onerror=alert(1)>',
      "Robert'); drop table votes;--",
      '{{7*7}}',
    ])
      expect((await (await alice.invite(name)).me()).body.participant?.name).toBe(name)
  })
})

describe('a name', () => {
  it('is changed everywhere, and taken away', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    await bob.argue(idea.id, { side: 'pro', text: 'Water' })
    await bob.comment('Bring towels.')
    await bob.vote(idea.id)
    for (const name of ['Robert', null]) {
      const { body: me } = await bob.rename(name)
      expect(me.participant?.name).toBe(name)
      const { body } = await alice.snapshot()
      expect(body.ideas[0]).toMatchObject({
        author: { name },
        voters: name === null ? { first: [], others: 1 } : { first: [name], others: 0 },
        pros: [{ author: { name } }],
      })
      expect(body.comments).toMatchObject([{ author: { name } }])
      expect((await alice.voters(idea.id)).body.voters).toEqual([{ name }])
    }
    await expectNothingStored(alice, async () => {
      expect((await bob.rename(null)).status).toBe(200)
      expectRefusal(await bob.patch('/me', {}), 'invalid_input', ['name'])
    })
  })
})

describe('leaving', () => {
  async function withBob() {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob Unforgettable')
    const carol = await alice.invite('Carol')
    const { body: his } = await bob.addIdea({ title: 'His idea' })
    const { body: hers } = await carol.addIdea({ title: 'Her idea' })
    const { body: reason } = await carol.argue(hers.id, { side: 'pro', text: 'Because' })
    await bob.argue(hers.id, { side: 'con', text: 'His argument' })
    await carol.argue(his.id, { side: 'con', text: 'On his idea' })
    await carol.agree(reason.id)
    await bob.agree(reason.id)
    await bob.comment('His comment')
    await carol.vote(his.id)
    await bob.castBallot([his.id, hers.id])
    return { alice, bob, carol, his: his.id, hers: hers.id }
  }

  async function everythingPublic(person: Person, ideas: string[]): Promise<string> {
    const answers = [
      await person.snapshot(),
      await person.get('/changes?limit=1000'),
      await person.comments(),
      await person.me(),
      ...(await Promise.all(ideas.map((idea) => person.voters(idea)))),
    ]
    return JSON.stringify(answers.map((answer) => answer.body))
  }

  it('removes the name everywhere and leaves the contributions without one', async () => {
    const { alice, bob, carol, his, hers } = await withBob()
    const counts = (await alice.snapshot()).body.counts
    expect((await bob.leave()).status).toBe(204)

    for (const who of [alice, carol]) expect(await everythingPublic(who, [his, hers])).not.toContain('Unforgettable')
    const { body } = await alice.snapshot()
    expect(body.counts).toEqual(counts)
    expect(body.ideas.find((idea) => idea.id === his)).toMatchObject({ author: { name: null }, votes: 2 })
    expect(body.ideas.find((idea) => idea.id === hers)?.voters).toEqual({ first: [], others: 1 })
    await expectTalliesRight(alice)
    await expectNoGaps(alice)

    await expectNothingStored(alice, async () => {
      for (const attempt of [
        bob.me(),
        bob.contributions(),
        bob.vote(hers),
        bob.unvote(his),
        bob.editIdea(his, { title: 'Still mine' }),
        bob.leave(),
        bob.rename('Bob'),
      ])
        expectRefusal(await attempt, 'token_unknown')
    })
  })

  it('takes the contributions along when asked to', async () => {
    const { alice, bob, carol, his, hers } = await withBob()
    expect((await bob.leave({ contributions: 'remove' })).status).toBe(204)
    for (const who of [alice, carol]) {
      const seen = await everythingPublic(who, [hers])
      for (const gone of ['Unforgettable', 'His idea', 'His argument', 'His comment', 'On his idea'])
        expect(seen).not.toContain(gone)
    }
    const { body } = await alice.snapshot()
    expect(body.counts).toMatchObject({ participants: 1, votes: 0, ideas: 1, arguments: 1, comments: 0 })
    expect(body.ideas).toMatchObject([{ id: hers, votes: 0, pros: [{ text: 'Because', agreements: 1 }], cons: [] }])
    expectRefusal(await alice.voters(his), 'idea_not_found')
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
    expectRefusal(await bob.me(), 'token_unknown')
  })

  it('on a device leaves it a stranger, who may begin anew', async () => {
    const alice = await ask(site.url)
    const stranger = alice.stranger()
    const device = fromPage(cookieFrom(await stranger.post('/participants', { name: 'Bob' })))
    expect((await stranger.send('DELETE', '/me', {}, device)).status).toBe(204)
    expect((await stranger.get<{ role: string }>('/me', device)).body.role).toBe('stranger')
    const { body } = await stranger.post<Joined>('/participants', { name: 'Bill' }, device)
    expect(body.participant.name).toBe('Bill')
  })

  it.each([{ contributions: 'all' }, { contributions: true }, { everything: 'remove' }, []])(
    'is refused with %j',
    async (body) => {
      const alice = await ask(site.url)
      const bob = await alice.invite('Bob')
      await expectNothingStored(alice, async () => {
        expectRefusal(await bob.delete('/me', body), 'invalid_input')
      })
    },
  )
})

describe('the overlay', () => {
  it('tells everyone their own and nobody else’s', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'Water' })
    const { body: comment } = await bob.comment('Hello')
    await bob.vote(idea.id)
    await bob.agree(reason.id)
    expect((await bob.me()).body).toMatchObject({
      role: 'participant',
      votes: [idea.id],
      agreements: [reason.id],
      ideas: [idea.id],
      arguments: [reason.id],
      comments: [comment.id],
    })
    expect((await bob.contributions()).body).toMatchObject({
      votes: [{ idea: idea.id, title: 'At the lake' }],
      ideas: [{ id: idea.id, votes: 1, hidden: false }],
      arguments: [{ id: reason.id, idea: idea.id, ideaTitle: 'At the lake', agreements: 1 }],
      agreements: [{ argument: reason.id, idea: idea.id }],
      comments: [{ id: comment.id, text: 'Hello', hidden: false }],
    })
    const nobody = { votes: [], agreements: [], ideas: [], arguments: [], comments: [] }
    expect((await (await alice.invite('Carol')).me()).body).toMatchObject({ role: 'participant', ...nobody })
    expect((await alice.me()).body).toMatchObject({ role: 'owner', participant: null, ...nobody })
    expect((await alice.stranger().me()).body).toMatchObject({ role: 'stranger', participant: null, ...nobody })
    expect((await bob.me()).headers.get('cache-control')).toBe('private, no-cache')
  })
})
