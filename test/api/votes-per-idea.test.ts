import { describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

async function prepared(settings = {}) {
  const alice = await ask(site.url, { title: 'What shall we plant?', settings: { votesPerIdea: 5, ...settings } })
  const ideas: string[] = []
  for (const title of ['Apples', 'Pears', 'Plums']) ideas.push((await alice.addIdea({ title })).body.id)
  const [apples, pears, plums] = ideas as [string, string, string]
  return { alice, bob: await alice.invite('Bob'), carol: await alice.invite('Carol'), apples, pears, plums }
}

describe('several votes on one idea', () => {
  it('are set by value, count each, and are told apart from the people who gave them', async () => {
    const { alice, bob, carol, apples, pears } = await prepared()
    expect((await bob.vote(apples, 3)).body).toMatchObject({ idea: apples, votes: 3 })
    await expectNothingStored(alice, async () => expect((await bob.vote(apples, 3)).body).toMatchObject({ votes: 3 }))
    await carol.vote(apples)
    await bob.vote(apples, 5)
    await carol.vote(pears, 2)
    expect((await alice.snapshot()).body).toMatchObject({
      counts: { votes: 8 },
      ideas: [{ votes: 6, voters: { first: ['Bob', 'Carol'], others: 0 } }, { votes: 2 }, { votes: 0 }],
    })
    expect((await alice.voters(apples)).body).toMatchObject({ total: 2, voters: [{ name: 'Bob' }, { name: 'Carol' }] })
    expect((await bob.vote(apples, 1)).body, 'fewer').toMatchObject({ votes: 2 })
    expect((await bob.me()).body).toMatchObject({ votes: [apples], values: {} })
    expect((await carol.me()).body).toMatchObject({ votes: [apples, pears], values: { [pears]: 2 } })
    expect((await carol.contributions()).body.votes).toMatchObject([{ votes: 1 }, { idea: pears, votes: 2 }])
    expect((await carol.unvote(pears)).body, 'all of them go').toMatchObject({ votes: 0 })
    const told = (await alice.changes()).body.changes.filter(({ type }) => type.startsWith('vote.'))
    expect(told.map(({ type, data }) => [type, data])).toEqual([
      ['vote.cast', { idea: apples, votes: 3 }],
      ['vote.cast', { idea: apples }],
      ['vote.cast', { idea: apples, votes: 2 }],
      ['vote.cast', { idea: pears, votes: 2 }],
      ['vote.withdrawn', { idea: apples, votes: 4 }],
      ['vote.withdrawn', { idea: pears, votes: 2 }],
    ])
    await expectTalliesRight(alice)
  })

  it('are no more than the question allows, by the verb and in a ballot', async () => {
    const { alice, bob, apples, pears, plums } = await prepared({ votesPerParticipant: 6 })
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.vote(apples, 6), 'votes_per_idea', ['value'])
      expect((await bob.vote(apples, 6)).problem.errors).toMatchObject([{ message: 'can be 5 at the most' }])
      expectRefusal(await bob.put('/ballot', { votes: { [apples]: 6 } }), 'votes_per_idea', ['votes'])
      expectRefusal(await bob.put('/ballot', { votes: { [apples]: 4, [pears]: 3 } }), 'votes_spent', ['votes'])
      for (const value of [0, -1, 1.5, 21, '2', null]) {
        expectRefusal(await bob.put(`/ideas/${apples}/vote`, { value }), 'invalid_input')
        expectRefusal(await bob.put('/ballot', { votes: { [apples]: value } }), 'invalid_input')
      }
    })
    expect((await bob.put('/ballot', { votes: { [apples]: 5, [pears]: 1 } })).status).toBe(200)
    expect((await bob.me()).body.votesLeft).toBe(0)
    expectRefusal(await bob.vote(plums), 'votes_spent')
    // What is given up in the same ballot is there to be given.
    const moved = { votes: { [plums]: 4, [apples]: 2 } }
    expect(await bob.put('/ballot', moved)).toMatchObject({ status: 200, body: moved })
    expect((await alice.snapshot()).body.counts.votes).toBe(6)
    await expectTalliesRight(alice)
  })

  it('stay one where the question allows one, as it does unless its owner says otherwise', async () => {
    const alice = await ask(site.url)
    const idea = (await alice.addIdea({ title: 'Apples' })).body.id
    expect((await alice.snapshot()).body.settings.votesPerIdea).toBe(1)
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.vote(idea, 2), 'votes_per_idea', ['value'])
      for (const votesPerIdea of [0, 21, null, 2.5])
        expectRefusal(await alice.patch('', { settings: { votesPerIdea } }), 'invalid_input')
    })
  })

  it('are not taken away by a lower limit, which tells nothing while votes are hidden', async () => {
    const { alice, bob, apples } = await prepared()
    await bob.vote(apples, 3)
    const lower = (votesPerIdea: number) => alice.edit({ settings: { votesPerIdea } })
    await expectNothingStored(alice, async () => {
      const refused = await lower(2)
      expectRefusal(refused, 'setting_promised', ['settings/votesPerIdea'])
      expect(refused.problem.errors?.[0]?.message).toContain('cannot go below 3')
    })
    expect((await lower(3)).status).toBe(200)
    expectRefusal(await bob.vote(apples, 4), 'votes_per_idea')
    expect((await lower(20)).status).toBe(200)

    const hidden = await prepared({ results: 'afterClose' })
    expect((await hidden.alice.edit({ settings: { votesPerIdea: 4 } })).status).toBe(200)
    await hidden.bob.vote(hidden.apples)
    const refused = await hidden.alice.edit({ settings: { votesPerIdea: 2 } })
    expectRefusal(refused, 'setting_promised', ['settings/votesPerIdea'])
    expect(refused.problem.errors?.[0]?.message).toBe('cannot go down while the votes are hidden')
    const limit = await prepared()
    await limit.bob.vote(limit.apples, 4)
    expectRefusal(await limit.alice.edit({ settings: { votesPerParticipant: 3 } }), 'setting_promised')
  })

  it('can become fewer on an idea that takes no more votes, and not more', async () => {
    const { alice, bob, apples } = await prepared()
    await bob.vote(apples, 2)
    await alice.put(`/ideas/${apples}/closure`, { why: 'It is sold.' })
    expectRefusal(await bob.vote(apples, 3), 'idea_closed')
    expect((await bob.vote(apples, 1)).body).toMatchObject({ votes: 1 })
  })

  it('add up when ideas become one, up to the limit, and part again as they were', async () => {
    const { alice, bob, carol, apples, pears } = await prepared()
    for (const [who, a, p] of [
      [bob, 3, 4],
      [carol, 1, 2],
    ] as const) {
      await who.vote(apples, a)
      await who.vote(pears, p)
    }
    const before = (await alice.snapshot()).body
    const act = { kind: 'idea', id: apples, act: 'merge', into: pears }
    const merged = (await alice.post<{ id: string }>('/desk/acts', act)).body
    expect((await alice.snapshot()).body).toMatchObject({
      counts: { votes: 8 },
      ideas: [{ id: pears, votes: 8, voters: { first: ['Bob', 'Carol'], others: 0 } }, {}],
    })
    expect((await bob.me()).body).toMatchObject({ votes: [pears], values: { [pears]: 5 } })
    expect((await alice.delete(`/desk/acts/${merged.id}`)).status).toBeLessThan(300)
    const { ideas, counts } = (await alice.snapshot()).body
    expect({ ideas, counts }).toEqual({ ideas: before.ideas, counts: before.counts })
    await expectTalliesRight(alice)
  })

  it('go all with whoever leaves, and out of the count and back with whoever is set aside', async () => {
    const { alice, bob, carol, apples } = await prepared()
    await bob.vote(apples, 5)
    await carol.vote(apples, 2)
    const participant = (await bob.me()).body.participant?.id
    const aside = (await alice.post<{ id: string }>('/asides', { participant, reason: 'twice' })).body
    expect((await alice.snapshot()).body).toMatchObject({
      counts: { votes: 2 },
      ideas: [{ votes: 2, voters: { first: ['Carol'], others: 0 } }, {}, {}],
      asides: [{ people: 1, votes: 5 }],
    })
    expect((await bob.contributions()).body.setAside?.votes).toMatchObject([{ idea: apples, votes: 5 }])
    expect((await alice.delete(`/asides/${aside.id}`)).status).toBeLessThan(300)
    expect((await alice.snapshot()).body.counts.votes).toBe(7)
    await carol.leave({ contributions: 'remove' })
    expect((await alice.snapshot()).body.ideas[0]).toMatchObject({ votes: 5, voters: { first: ['Bob'], others: 0 } })
    await expectTalliesRight(alice)
  })
})
