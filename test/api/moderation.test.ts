import { describe, expect, it } from 'vitest'
import { ask, type Owner, type Person } from '../support/api.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

/** All that a person can read of a question, in one text. */
async function allRead(person: Person): Promise<string> {
  const answers = [
    await person.snapshot(),
    await person.get('/changes?limit=1000'),
    await person.comments('?limit=200'),
  ]
  return JSON.stringify(answers.map((answer) => answer.body))
}

async function prepared(settings = {}) {
  const alice = await ask(site.url, { title: 'Lunch?', settings })
  const bob = await alice.invite('Bob')
  const { body: lake } = await bob.addIdea({ title: 'Shameful lake' })
  const { body: park } = await bob.addIdea({ title: 'In the park' })
  const { body: reason } = await bob.argue(lake.id, { side: 'pro', text: 'Shameful reason' })
  const { body: comment } = await bob.comment('Shameful comment')
  return { alice, bob, lake: lake.id, park: park.id, reason: reason.id, comment: comment.id }
}

describe('hiding', () => {
  it('an idea takes it, its arguments and its votes out of everyone’s sight until it is shown again', async () => {
    const { alice, bob, lake, reason } = await prepared()
    await bob.vote(lake)
    await alice.agree(reason)
    const before = (await alice.snapshot()).body
    expect((await alice.hide('ideas', lake)).status).toBe(204)
    await expectNothingStored(alice, async () => {
      expect((await alice.hide('ideas', lake)).status).toBe(204)
    })
    for (const who of [bob, alice, alice.stranger()]) expect(await allRead(who)).not.toMatch(/Shameful (lake|reason)/)
    expect((await alice.snapshot()).body.counts).toMatchObject({ ideas: 1, votes: 0, arguments: 0 })
    const mallory = await alice.invite('Mallory')
    await expectNothingStored(alice, async () => {
      for (const attempt of [
        alice.voters(lake),
        bob.vote(lake),
        bob.unvote(lake),
        bob.argue(lake, { side: 'con', text: 'x' }),
        bob.editIdea(lake, { title: 'x' }),
        alice.editIdea(lake, { title: 'x' }),
      ])
        expectRefusal(await attempt, 'idea_not_found')
      expectRefusal(await bob.agree(reason), 'argument_not_found')
      expectRefusal(await mallory.editIdea(lake, { title: 'x' }), 'idea_not_found')
    })
    expect((await bob.me()).body.votes).toEqual([])
    expect((await alice.ownerView()).body.ideas).toEqual([
      { id: lake, title: 'Shameful lake', author: { name: 'Bob' } },
    ])
    expect((await bob.contributions()).body.ideas).toContainEqual(expect.objectContaining({ id: lake, hidden: true }))

    expect((await alice.show('ideas', lake)).status).toBe(204)
    const after = (await alice.snapshot()).body
    expect(after.ideas).toEqual(before.ideas)
    expect((await alice.ownerView()).body.ideas).toEqual([])
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('arguments and comments takes them out of sight, and out of the counts', async () => {
    const { alice, bob, lake, reason, comment } = await prepared()
    await alice.hide('arguments', reason)
    await alice.hide('comments', comment)
    for (const who of [bob, alice, alice.stranger()])
      expect(await allRead(who)).not.toMatch(/Shameful (reason|comment)/)
    expect((await alice.snapshot()).body.counts).toMatchObject({ arguments: 0, comments: 0 })
    expect((await alice.ownerView()).body).toMatchObject({
      arguments: [{ id: reason, idea: lake, text: 'Shameful reason' }],
      comments: [{ id: comment, text: 'Shameful comment' }],
    })
    expectRefusal(await bob.agree(reason), 'argument_not_found')
    expectRefusal(await bob.editArgument(reason, 'x'), 'argument_not_found')
    expectRefusal(await bob.editComment(comment, 'x'), 'comment_not_found')
    const mallory = await alice.invite('Mallory')
    expectRefusal(await mallory.deleteArgument(reason), 'argument_not_found')
    expectRefusal(await mallory.deleteComment(comment), 'comment_not_found')
    await alice.show('arguments', reason)
    await alice.show('comments', comment)
    expect((await alice.snapshot()).body.counts).toMatchObject({ arguments: 1, comments: 1 })
    await alice.hide('arguments', reason)
    expect((await bob.deleteArgument(reason)).status).toBe(204)
    await alice.hide('comments', comment)
    expect((await alice.deleteComment(comment)).status).toBe(204)
    expect((await alice.snapshot()).body.counts).toMatchObject({ arguments: 0, comments: 0 })
    await expectNoGaps(alice)
  })

  it('gives a vote back, and showing again takes it from whoever has spent it elsewhere', async () => {
    const { alice, bob, lake, park } = await prepared({ votesPerParticipant: 1 })
    const carol = await alice.invite('Carol')
    await bob.vote(lake)
    await carol.vote(lake)
    await alice.hide('ideas', lake)
    expect((await bob.me()).body.votesLeft).toBe(1)
    await bob.vote(park)
    await alice.show('ideas', lake)
    const { body } = await alice.snapshot()
    expect(body.ideas.map((idea) => [idea.id, idea.voters?.first])).toEqual([
      [lake, ['Carol']],
      [park, ['Bob']],
    ])
    expectRefusal(await bob.vote(lake), 'votes_spent')
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('is the owner’s alone', async () => {
    const { alice, bob, lake, reason, comment } = await prepared()
    await expectNothingStored(alice, async () => {
      for (const who of [bob, alice.stranger()])
        for (const path of [`/ideas/${lake}`, `/arguments/${reason}`, `/comments/${comment}`]) {
          expectRefusal(await who.put(`${path}/hidden`), 'owner_only')
          expectRefusal(await who.delete(`${path}/hidden`), 'owner_only')
        }
    })
  })
})

describe('merging', () => {
  async function twoIdeas(): Promise<{ alice: Owner; lake: string; pond: string; people: Person[] }> {
    const alice = await ask(site.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    const { body: pond } = await alice.addIdea({ title: 'At the pond' })
    const people: Person[] = []
    for (const name of ['Bob', 'Carol', 'Dave', 'Erin']) people.push(await alice.invite(name))
    return { alice, lake: lake.id, pond: pond.id, people }
  }

  it('counts who voted for both once, from the earlier vote on, and moves the arguments', async () => {
    const { alice, lake, pond, people } = await twoIdeas()
    const [bob, carol, dave, erin] = people as [Person, Person, Person, Person]
    await bob.vote(pond)
    await carol.vote(lake)
    await dave.vote(lake)
    await erin.vote(pond)
    await dave.vote(pond)
    await bob.vote(lake)
    const { body: reason } = await bob.argue(pond, { side: 'con', text: 'Mud' })
    await carol.agree(reason.id)

    const { status, body } = await alice.merge(pond, lake)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: lake,
      votes: 4,
      voters: { first: ['Bob', 'Carol', 'Dave'], others: 1 },
      cons: [{ id: reason.id, text: 'Mud', agreements: 1, author: { name: 'Bob' } }],
      merged: ['At the pond'],
    })
    const seen = (await alice.snapshot()).body
    expect(seen.ideas.map((idea) => idea.id)).toEqual([lake])
    expect(seen.counts).toMatchObject({ ideas: 1, votes: 4, arguments: 1 })
    expect((await bob.me()).body.votes).toEqual([lake])
    await expectTalliesRight(alice)
    await expectNoGaps(alice)

    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.vote(pond), 'idea_not_found')
      expectRefusal(await bob.castBallot([lake, pond]), 'idea_not_found')
      expectRefusal(await alice.editIdea(pond, { title: 'x' }), 'idea_not_found')
      expectRefusal(await alice.hide('ideas', pond), 'idea_not_found')
      expectRefusal(await alice.merge(pond, lake), 'idea_not_found')
      expectRefusal(await alice.merge(lake, pond), 'idea_not_found')
      expectRefusal(await alice.voters(pond), 'idea_not_found')
      expectRefusal(await alice.patch(`/ideas/${pond}/arguments/${reason.id}`, { text: 'x' }), 'argument_not_found')
    })
    expect((await bob.unvote(lake)).body.votes).toBe(3)
    expect((await carol.disagree(reason.id)).body.agreements).toBe(0)
  })

  it('goes on: what was merged before comes along', async () => {
    const { alice, lake, pond, people } = await twoIdeas()
    const { body: sea } = await alice.addIdea({ title: 'At the sea' })
    for (const idea of [pond, lake, sea.id]) await people[0]!.vote(idea)
    await people[1]!.vote(pond)
    await alice.merge(pond, lake)
    const { body } = await alice.merge(lake, sea.id)
    expect(body).toMatchObject({
      votes: 2,
      merged: ['At the lake', 'At the pond'],
      voters: { first: ['Bob', 'Carol'] },
    })
    await alice.hide('ideas', sea.id)
    await alice.show('ideas', sea.id)
    await expectTalliesRight(alice)
    await alice.deleteIdea(sea.id)
    expect((await alice.snapshot()).body.counts).toMatchObject({ ideas: 0, votes: 0 })
  })

  it('is the owner’s alone, between two ideas that are there', async () => {
    const { alice, lake, pond, people } = await twoIdeas()
    const other = await ask(site.url)
    const { body: elsewhere } = await other.addIdea({ title: 'In another question' })
    await expectNothingStored(alice, async () => {
      for (const who of [people[0]!, alice.stranger()])
        expectRefusal(await who.put(`/ideas/${pond}/merger`, { into: lake }), 'owner_only')
      expectRefusal(await alice.merge(lake, lake), 'merge_with_itself')
      expectRefusal(await alice.merge(lake, 'AAAAAAAAAAA'), 'idea_not_found')
      expectRefusal(await alice.merge(lake, elsewhere.id), 'idea_not_found')
      expectRefusal(await alice.merge('AAAAAAAAAAA', lake), 'idea_not_found')
      for (const body of [{}, { into: 'x' }, { into: null }, { into: lake, keep: true }, []])
        expectRefusal(await alice.put(`/ideas/${pond}/merger`, body), 'invalid_input')
    })
  })

  it('races votes without losing or doubling any', async () => {
    const { alice, lake, pond } = await twoIdeas()
    const people = await Promise.all(Array.from({ length: 20 }, (_, n) => alice.invite(`Person ${n}`)))
    const votes = people.flatMap((person) => [person.vote(lake), person.vote(pond)])
    const merging = alice.merge(pond, lake)
    for (const answer of await Promise.all(votes)) if (answer.status !== 200) expectRefusal(answer, 'idea_not_found')
    expect((await merging).status).toBe(200)
    const { body } = await alice.snapshot()
    expect(body.ideas).toHaveLength(1)
    expect(body.ideas[0]?.votes).toBe(20)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })
})
