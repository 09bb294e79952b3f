import { describe, expect, it } from 'vitest'
import { ask, type Owner } from '../support/api.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

async function withIdeas(...titles: string[]): Promise<{ alice: Owner; ideas: string[] }> {
  const alice = await ask(site.url)
  const ideas: string[] = []
  for (const title of titles) ideas.push((await alice.addIdea({ title })).body.id)
  return { alice, ideas }
}

const votersOf = async (alice: Owner) => (await alice.snapshot()).body.ideas[0]?.voters

describe('voting', () => {
  it('counts once, however often it is sent, and is taken back', async () => {
    const { alice, ideas } = await withIdeas('At the lake')
    const bob = await alice.invite('Bob')
    const { status, body } = await bob.vote(ideas[0]!)
    expect(status).toBe(200)
    expect(body).toEqual({ idea: ideas[0], votes: 1, revision: (await alice.snapshot()).body.revision })
    await expectNothingStored(alice, async () => {
      for (const again of [{ value: 1 }, {}, undefined])
        expect((await bob.put(`/ideas/${ideas[0]}/vote`, again)).body).toEqual(body)
    })
    expect((await bob.unvote(ideas[0]!)).body.votes).toBe(0)
    await expectNothingStored(alice, async () => {
      expect((await bob.unvote(ideas[0]!)).body.votes).toBe(0)
    })
  })

  it('names the first three in the order in which they voted, and counts the rest', async () => {
    const { alice, ideas } = await withIdeas('At the lake')
    const names = ['Karen', null, 'سلمى', 'Mark', 'Sharon', null]
    const people = []
    for (const name of names) people.push(await alice.invite(name))
    expect(await votersOf(alice)).toEqual({ first: [], others: 0 })
    for (const person of people.toReversed()) await person.vote(ideas[0]!)
    expect(await votersOf(alice)).toEqual({ first: ['Sharon', 'Mark', 'سلمى'], others: 3 })
    // Who takes a vote back and votes again is last in the row.
    await people[4]!.unvote(ideas[0]!)
    await people[4]!.vote(ideas[0]!)
    expect(await votersOf(alice)).toEqual({ first: ['Mark', 'سلمى', 'Karen'], others: 3 })
    await expectTalliesRight(alice)
  })

  it('lists everyone in order, page by page, however votes come and go meanwhile', async () => {
    const { alice, ideas } = await withIdeas('At the lake')
    const people = await Promise.all(Array.from({ length: 23 }, (_, n) => alice.invite(`Person ${n}`)))
    for (const person of people) await person.vote(ideas[0]!)
    const seen: (string | null)[] = []
    let query = '?limit=10'
    for (let page = 0; ; page++) {
      const { body } = await alice.voters(ideas[0]!, query)
      seen.push(...body.voters.map((voter) => voter.name))
      if (page === 0) await people[2]!.unvote(ideas[0]!)
      if (body.next === null) break
      query = `?limit=10&after=${body.next}`
    }
    expect(seen).toEqual(people.map((_, n) => `Person ${n}`))
    expect((await alice.voters(ideas[0]!)).body).toMatchObject({ total: 22, next: null })
  })

  it.each([
    ['limit=0', ['limit']],
    ['limit=-1', ['limit']],
    ['limit=501', ['limit']],
    ['limit=1e9', ['limit']],
    ['limit=ten', ['limit']],
    ['limit=1&limit=2', ['limit']],
    ['after=-1', ['after']],
    ['after=x', ['after']],
    ['after=1;drop', ['after']],
    [`after=${'9'.repeat(40)}`, ['after']],
    ['sort=name', ['sort']],
    ['__proto__=1', ['__proto__']],
  ])('is listed not at all with ?%s', async (query, paths) => {
    const { alice, ideas } = await withIdeas('At the lake')
    expectRefusal(await alice.voters(ideas[0]!, `?${query}`), 'invalid_input', paths)
  })

  it.each([
    { value: 21 },
    { value: 1.5 },
    { value: -1 },
    { value: 0 },
    { value: '1' },
    { value: null },
    { value: true },
  ])('is refused with %j', async (body) => {
    const { alice, ideas } = await withIdeas('At the lake')
    const bob = await alice.invite('Bob')
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.put(`/ideas/${ideas[0]}/vote`, body), 'invalid_input', ['value'])
    })
  })

  it('is refused with an unknown field, such as somebody else to vote for', async () => {
    const { alice, ideas } = await withIdeas('At the lake')
    const [bob, mallory] = [await alice.invite('Bob'), await alice.invite('Mallory')]
    const { body: me } = await bob.me()
    await expectNothingStored(alice, async () => {
      const body = { value: 1, participant: me.participant?.id }
      expectRefusal(await mallory.put(`/ideas/${ideas[0]}/vote`, body), 'invalid_input', ['participant'])
      expectRefusal(await mallory.put(`/ideas/${ideas[0]}/vote`, [1]), 'invalid_input')
    })
  })
})

describe('votes that arrive at once', () => {
  it('of one participant, fifty and back and forth, leave one or none', async () => {
    const { alice, ideas } = await withIdeas('At the lake', 'In the park')
    const mallory = await alice.invite('Mallory')
    const same = await Promise.all(Array.from({ length: 50 }, () => mallory.vote(ideas[0]!)))
    expect(new Set(same.map((answer) => `${answer.status} ${answer.body.votes}`))).toEqual(new Set(['200 1']))
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? mallory.vote(ideas[1]!) : mallory.unvote(ideas[1]!))),
    )
    const { body } = await alice.snapshot()
    const { body: me } = await mallory.me()
    for (const idea of body.ideas) expect(idea.votes).toBe(me.votes.includes(idea.id) ? 1 : 0)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('of fifty participants all count, and only once', async () => {
    const { alice, ideas } = await withIdeas('At the lake', 'In the park')
    const people = await Promise.all(Array.from({ length: 50 }, (_, n) => alice.invite(`Person ${n}`)))
    const answers = await Promise.all(
      people.flatMap((person, n) => [
        person.vote(ideas[0]!),
        person.vote(ideas[0]!),
        n % 2 === 0 ? person.castBallot([ideas[0]!, ideas[1]!]) : person.vote(ideas[0]!),
      ]),
    )
    expect(answers.every((answer) => answer.status === 200)).toBe(true)
    const { body } = await alice.snapshot()
    expect(body.ideas.map((idea) => idea.votes)).toEqual([50, 25])
    expect(body.counts).toMatchObject({ participants: 51, votes: 75 })
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('of fifty strangers make fifty participants', async () => {
    const { alice, ideas } = await withIdeas('At the lake')
    const before = (await alice.snapshot()).body.counts.participants
    await Promise.all(Array.from({ length: 50 }, () => alice.stranger().vote(ideas[0]!)))
    expect((await alice.snapshot()).body.counts).toMatchObject({ participants: (before ?? 0) + 50, votes: 50 })
    expect(await votersOf(alice)).toEqual({ first: [], others: 50 })
  })
})
