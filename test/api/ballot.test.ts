import { describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

async function prepared(settings = {}) {
  const alice = await ask(site.url, { title: 'Lunch?', settings })
  const ideas: string[] = []
  for (const title of ['A', 'B', 'C']) ideas.push((await alice.addIdea({ title })).body.id)
  const [a, b, c] = ideas as [string, string, string]
  return { alice, bob: await alice.invite('Bob'), a, b, c }
}

describe('a ballot', () => {
  it('replaces all the votes of its participant and nobody else’s', async () => {
    const { alice, bob, a, b, c } = await prepared()
    await alice.vote(a)
    const { status, body } = await bob.castBallot([a, b])
    expect(status).toBe(200)
    expect(body).toMatchObject({ votes: { [a]: 1, [b]: 1 } })
    expect((await bob.castBallot([b, c])).status).toBe(200)
    expect((await bob.me()).body.votes).toEqual([b, c])
    const votes = (await alice.snapshot()).body.ideas.map((idea) => [idea.id, idea.votes])
    expect(Object.fromEntries(votes)).toEqual({ [a]: 1, [b]: 1, [c]: 1 })
    await expectNothingStored(alice, async () => {
      expect((await bob.castBallot([c, b])).status).toBe(200)
    })
    expect((await bob.castBallot([])).body.votes).toEqual({})
    expect((await bob.me()).body.votes).toEqual([])
    expect((await bob.castBallot([])).status, 'nothing instead of nothing').toBe(200)
    await expectTalliesRight(alice)
  })

  it('counts an idea named twice once', async () => {
    const { alice, bob, a } = await prepared()
    const answer = await bob.put(`/ballot`, `{"votes":{"${a}":1,"${a}":1}}`)
    expect(answer.status).toBe(200)
    expect((await alice.snapshot()).body.counts.votes).toBe(1)
  })

  it('is all or nothing', async () => {
    const { alice, bob, a, b, c } = await prepared({ votesPerParticipant: 2 })
    const other = await ask(site.url)
    const { body: elsewhere } = await other.addIdea({ title: 'In another question' })
    await bob.castBallot([a])
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.castBallot([b, 'AAAAAAAAAAA']), 'idea_not_found')
      expectRefusal(await bob.castBallot([b, elsewhere.id]), 'idea_not_found')
      expectRefusal(await bob.castBallot([a, b, c]), 'votes_spent', ['votes'])
    })
    await alice.hide('ideas', c)
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.castBallot([b, c]), 'idea_not_found')
    })
    expect((await bob.me()).body.votes).toEqual([a])
    await expectTalliesRight(alice)
  })

  it('keeps the votes on ideas that are hidden meanwhile', async () => {
    const { alice, bob, a, b } = await prepared()
    await bob.castBallot([a, b])
    await alice.hide('ideas', a)
    await bob.castBallot([])
    await alice.show('ideas', a)
    expect((await bob.me()).body.votes).toEqual([a])
    await expectTalliesRight(alice)
  })

  it.each<[string, unknown]>([
    ['no votes', {}],
    ['a list', { votes: ['AAAAAAAAAAA'] }],
    ['null', { votes: null }],
    ['more votes for one idea than there can be', { votes: { AAAAAAAAAAA: 21 } }],
    ['a vote against', { votes: { AAAAAAAAAAA: -1 } }],
    ['a vote as text', { votes: { AAAAAAAAAAA: '1' } }],
    ['a name that is no id', { votes: { 'everything; drop table votes': 1 } }],
    ['toString for an idea', { votes: { toString: 1 } }],
    ['an unknown field', { votes: {}, participant: 'AAAAAAAAAAA' }],
    [
      'more ideas than there can be',
      { votes: Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`A${String(n).padStart(10, '0')}`, 1])) },
    ],
  ])('is refused with %s', async (_what, ballot) => {
    const { alice, bob, a } = await prepared()
    await bob.vote(a)
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.put('/ballot', ballot), 'invalid_input')
    })
  })

  it('is refused with a poisonous key', async () => {
    const { alice, bob } = await prepared()
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.put('/ballot', '{"votes":{"__proto__":1}}'), 'malformed_json')
      expectRefusal(await bob.put('/ballot', '{"votes":{},"__proto__":{"votes":{}}}'), 'malformed_json')
    })
  })
})
