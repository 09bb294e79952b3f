import { describe, expect, it } from 'vitest'
import { ask, request } from '../support/api.ts'
import { picture } from '../pages/stage.ts'
import { expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

describe('settings', () => {
  it('are taken when the question is asked and changed one by one later', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { names: 'required', comments: false } })
    expect(alice.asked.question.settings).toMatchObject({ names: 'required', comments: false, newIdeas: true })
    const { body } = await alice.edit({ settings: { comments: true, order: 'newest' } })
    expect(body.settings).toMatchObject({ names: 'required', comments: true, order: 'newest' })
  })

  it('take agreements, pictures and links from nobody where they are off; what is there stays, and can be taken back', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: lake } = await bob.addIdea({ title: 'At the lake', link: 'https://example.org/lake' })
    await bob.setImage(lake.id, await picture(8, 8))
    const { body: reason } = await bob.argue(lake.id, { side: 'pro', text: 'Water' })
    const { body: other } = await bob.argue(lake.id, { side: 'con', text: 'Far' })
    await bob.agree(reason.id)
    const off = { agreements: false, images: false, links: false }
    expect((await alice.edit({ settings: off })).body.settings).toMatchObject(off)
    await expectNothingStored(alice, async () => {
      for (const who of [bob, alice]) expectRefusal(await who.agree(other.id), 'agreements_off')
      expectRefusal(await bob.setImage(lake.id, await picture(8, 8)), 'images_off')
      expectRefusal(await bob.addIdea({ title: 'In the park', link: 'https://example.org' }), 'links_off')
      expectRefusal(await bob.editIdea(lake.id, { link: 'https://example.org/other' }), 'links_off')
    })
    const [shown] = (await alice.snapshot()).body.ideas
    expect(shown).toMatchObject({ link: 'https://example.org/lake', image: { width: 8 }, pros: [{ agreements: 1 }] })
    // What is not about them goes on, and its owner may go on with pictures and links.
    expect((await bob.editIdea(lake.id, { title: 'By the lake' })).body.link).toBe('https://example.org/lake')
    expect((await bob.addIdea({ title: 'In the park' })).status).toBe(201)
    expect((await alice.addIdea({ title: 'At home', link: 'https://example.org' })).status).toBe(201)
    expect((await alice.setImage(lake.id, await picture(9, 9))).status).toBe(200)
    expect((await bob.disagree(reason.id)).body.agreements).toBe(0)
    expect((await bob.editIdea(lake.id, { link: null })).body.link).toBeNull()
    expect((await bob.removeImage(lake.id)).status).toBe(200)
    expectRefusal(await bob.setImage(lake.id, await picture(8, 8)), 'images_off')
  })

  it.each([
    ['takePart', 'email'],
    ['takePart', 'account'],
    ['vote', 'email'],
    ['vote', 'account'],
  ])('that this server cannot keep are refused, not ignored: %s %s', async (name, value) => {
    const alice = await ask(site.url)
    const question = { title: 'Lunch?', settings: { [name]: value } }
    const path = [`settings/${name}`]
    expectRefusal(await request('POST', `${site.url}/api/v1/questions`, question), 'setting_not_available', path)
    await expectNothingStored(alice, async () => {
      expectRefusal(
        await alice.patch('', { title: 'Other', settings: question.settings }),
        'setting_not_available',
        path,
      )
    })
  })

  it.each([
    ['an unknown name', { colour: 'red' }, ['settings/colour']],
    ['an unknown value', { names: 'sometimes' }, ['settings/names']],
    ['a number for a switch', { newIdeas: 1 }, ['settings/newIdeas']],
    ['text for a switch', { comments: 'false' }, ['settings/comments']],
    ['no votes at all', { votesPerParticipant: 0 }, ['settings/votesPerParticipant']],
    ['fewer than no ideas', { ideasPerParticipant: -1 }, ['settings/ideasPerParticipant']],
    ['half a vote', { votesPerParticipant: 1.5 }, ['settings/votesPerParticipant']],
    ['a limit beyond all limits', { votesPerParticipant: 1e21 }, ['settings/votesPerParticipant']],
    ['a limit as text', { ideasPerParticipant: '3' }, ['settings/ideasPerParticipant']],
    ['titles of nine characters', { ideaTitleLength: 9 }, ['settings/ideaTitleLength']],
    ['comments longer than the server takes', { commentLength: 5001 }, ['settings/commentLength']],
    ['several', { names: null, order: 'discussed' }, ['settings/names', 'settings/order']],
  ])('are refused with %s', async (_what, settings, paths) => {
    const alice = await ask(site.url)
    expectRefusal(
      await request('POST', `${site.url}/api/v1/questions`, { title: 'Lunch?', settings }),
      'invalid_input',
      paths,
    )
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.patch('', { settings }), 'invalid_input', paths)
    })
  })

  it.each([[null], [[]], ['open'], [3]])('are refused as %j', async (settings) => {
    const alice = await ask(site.url)
    await expectNothingStored(alice, async () => {
      expectRefusal(await alice.patch('', { settings }), 'invalid_input', ['settings'])
    })
  })

  it('bound how long texts of others may be; what is there stays, and may be shortened', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake, by the old mill' })
    const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'There is water to swim in' })
    const { body: comment } = await bob.comment('I can bring a towel for all')
    const most = { ideaTitleLength: 10, ideaDescriptionLength: 20, argumentLength: 12, commentLength: 11 }
    await alice.edit({ settings: most })
    expect((await alice.snapshot()).body.settings).toMatchObject(most)
    await expectNothingStored(alice, async () => {
      for (const who of [bob, alice.stranger()]) {
        const both = { title: 'On the roof', description: 'Up there, among the birds' }
        expectRefusal(await who.addIdea(both), 'invalid_input', ['title', 'description'])
        const argued = await who.argue(idea.id, { side: 'con', text: 'Gnats by dusk' })
        expectRefusal(argued, 'invalid_input', ['text'])
        expect(argued.problem.errors?.[0]?.message).toBe('is 13 characters long; at most 12 are possible here')
        expectRefusal(await who.comment('Twelve chars'), 'invalid_input', ['text'])
      }
      expectRefusal(await bob.patch(`/ideas/${idea.id}`, { title: 'At the lake, by the mill' }), 'invalid_input', [
        'title',
      ])
      expectRefusal(await bob.patch(`/arguments/${reason.id}`, { text: 'There is water' }), 'invalid_input', ['text'])
      expectRefusal(await bob.patch(`/comments/${comment.id}`, { text: 'I bring a towel' }), 'invalid_input', ['text'])
    })
    // The title that is there stays beside a new description.
    const described = { title: 'At the lake, by the old mill', description: 'Bring a towel.' }
    expect((await bob.patch(`/ideas/${idea.id}`, described)).status).toBe(200)
    expect((await bob.patch(`/arguments/${reason.id}`, { text: 'Swimming' })).status).toBe(200)
    expect((await bob.addIdea({ title: '😀'.repeat(10) })).status).toBe(201)
    expect((await alice.comment('The owner may say as much as the server takes.')).status).toBe(201)
    await alice.edit({ settings: { commentLength: null } })
    expect((await bob.comment('And so may Bob, once nothing bounds it.')).status).toBe(201)
  })

  it('switch off new ideas, arguments and comments for everyone but the owner', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'Water' })
    await alice.edit({ settings: { newIdeas: false, newArguments: false, comments: false } })
    await expectNothingStored(alice, async () => {
      for (const who of [bob, alice.stranger()]) {
        expectRefusal(await who.addIdea({ title: 'In the park' }), 'new_ideas_off')
        expectRefusal(await who.argue(idea.id, { side: 'con', text: 'Gnats' }), 'new_arguments_off')
        expectRefusal(await who.comment('Hello'), 'comments_off')
      }
    })
    expect((await alice.addIdea({ title: 'In the park' })).status).toBe(201)
    expect((await alice.argue(idea.id, { side: 'con', text: 'Gnats' })).status).toBe(201)
    expect((await alice.comment('Hello')).status).toBe(201)
    expect((await bob.vote(idea.id)).status).toBe(200)
    expect((await bob.agree(reason.id)).status).toBe(200)
  })
})

describe('a limit of votes', () => {
  it('holds, is told in the overlay, and gives back what is taken back', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { votesPerParticipant: 2 } })
    const ideas = await Promise.all(['A', 'B', 'C'].map(async (title) => (await alice.addIdea({ title })).body.id))
    const bob = await alice.invite('Bob')
    expect((await bob.me()).body.votesLeft).toBe(2)
    await bob.vote(ideas[0]!)
    await bob.vote(ideas[1]!)
    expect((await bob.vote(ideas[1]!)).status).toBe(200)
    expect((await bob.me()).body.votesLeft).toBe(0)
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.vote(ideas[2]!), 'votes_spent')
      expectRefusal(await bob.castBallot(ideas), 'votes_spent', ['votes'])
    })
    await bob.unvote(ideas[0]!)
    expect((await bob.vote(ideas[2]!)).status).toBe(200)
    expect((await bob.castBallot([ideas[0]!, ideas[2]!])).status).toBe(200)
    await expectTalliesRight(alice)
  })

  it('holds however many of one participant’s votes arrive at once', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { votesPerParticipant: 3 } })
    const ideas = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => (await alice.addIdea({ title: `Idea ${n}` })).body.id),
    )
    const mallory = await alice.invite('Mallory')
    const answers = await Promise.all(ideas.map((idea) => mallory.vote(idea)))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(3)
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 'votes_spent')
    expect((await alice.snapshot()).body.counts.votes).toBe(3)
    await expectTalliesRight(alice)
  })

  it('cannot go below what somebody has cast already', async () => {
    const alice = await ask(site.url)
    const ideas = await Promise.all(['A', 'B', 'C'].map(async (title) => (await alice.addIdea({ title })).body.id))
    const bob = await alice.invite('Bob')
    await bob.castBallot(ideas)
    await expectNothingStored(alice, async () => {
      const refused = await alice.edit({ title: 'Other', settings: { votesPerParticipant: 2 } })
      expectRefusal(refused, 'setting_promised', ['settings/votesPerParticipant'])
      expect(JSON.stringify(refused.body)).not.toContain('Bob')
    })
    expect((await alice.edit({ settings: { votesPerParticipant: 3 } })).status).toBe(200)
    await bob.unvote(ideas[0]!)
    expect((await alice.edit({ settings: { votesPerParticipant: 2 } })).status).toBe(200)
    expect((await alice.edit({ settings: { votesPerParticipant: null } })).body.settings.votesPerParticipant).toBeNull()
    expect((await bob.vote(ideas[0]!)).status).toBe(200)
  })
})

describe('a limit of ideas', () => {
  it('holds for everyone but the owner, also at once and over hiding', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { ideasPerParticipant: 2 } })
    const mallory = await alice.invite('Mallory')
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => mallory.addIdea({ title: `Spam ${n}` })))
    const added = answers.filter((answer) => answer.status === 201)
    expect(added).toHaveLength(2)
    for (const answer of answers) if (answer.status !== 201) expectRefusal(answer, 'ideas_spent')
    expect((await mallory.me()).body.ideasLeft).toBe(0)

    await alice.hide('ideas', added[0]!.body.id)
    expectRefusal(await mallory.addIdea({ title: 'Spam again' }), 'ideas_spent')
    await mallory.deleteIdea(added[1]!.body.id)
    expect((await mallory.addIdea({ title: 'A better one' })).status).toBe(201)

    for (const title of ['A', 'B', 'C']) expect((await alice.addIdea({ title })).status).toBe(201)
    expect((await alice.me()).body.ideasLeft).toBeNull()
  })
})

describe('names', () => {
  it('are needed for every contribution where the owner requires them', async () => {
    const alice = await ask(site.url)
    const nameless = await alice.invite()
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'Water' })
    await alice.edit({ settings: { names: 'required' } })
    await expectNothingStored(alice, async () => {
      for (const who of [nameless, alice.stranger()])
        for (const attempt of [
          who.addIdea({ title: 'In the park' }),
          who.vote(idea.id),
          who.castBallot([idea.id]),
          who.argue(idea.id, { side: 'con', text: 'Gnats' }),
          who.agree(reason.id),
          who.comment('Hello'),
        ])
          expectRefusal(await attempt, 'name_required', ['name'])
      for (const name of [undefined, null, '', '   ', '\u200b\u2060'])
        expectRefusal(await alice.stranger().post('/participants', { name }), 'name_required', ['name'])
      expectRefusal(await bob.rename(null), 'name_required', ['name'])
      expectRefusal(await bob.rename(' '), 'name_required', ['name'])
    })
    expect((await nameless.rename('Nora')).status).toBe(200)
    expect((await nameless.vote(idea.id)).status).toBe(200)
    expect((await bob.vote(idea.id)).status).toBe(200)
  })
})

describe('how long names are kept', () => {
  it('can become shorter once somebody takes part, and never longer', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { retention: 30 } })
    expect((await alice.edit({ settings: { retention: 90 } })).body.settings.retention).toBe(90)
    await (await alice.invite('Bob')).comment('On Sunday.')
    expectRefusal(await alice.edit({ settings: { retention: 91 } }), 'retention_promised')
    expectRefusal(await alice.edit({ title: 'Other', settings: { retention: null } }), 'retention_promised')
    expect((await alice.edit({ settings: { retention: 7 } })).body).toMatchObject({ settings: { retention: 7 } })
    expect((await alice.snapshot()).body.title).not.toBe('Other')
  })

  it.each([0, -1, 1.5, 3651, '30', true])('is a whole number of days up to ten years, not %j', async (retention) => {
    const alice = await ask(site.url)
    expectRefusal(await alice.edit({ settings: { retention: retention as number } }), 'invalid_input')
  })
})
