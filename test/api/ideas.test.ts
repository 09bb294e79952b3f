import { describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()

describe('adding an idea', () => {
  it('answers with the idea as everyone sees it', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { status, body } = await bob.addIdea({
      title: ' At  the lake ',
      description: 'Swimming.\r\n\r\n\r\nSun.  ',
      link: 'example.org/lake',
    })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Za-z]{11}$/) as string,
      title: 'At the lake',
      description: 'Swimming.\n\nSun.',
      image: null,
      link: 'https://example.org/lake',
      author: { name: 'Bob' },
      createdAt: expect.stringMatching(/Z$/) as string,
      editedAt: null,
      votes: 0,
      votesInRoom: 0,
      voters: { first: [], others: 0 },
      pros: [],
      cons: [],
      merged: [],
      ownerEdited: false,
      closed: null,
    })
    expect((await alice.snapshot()).body.ideas).toEqual([body])
  })

  it.each([
    ['no title', {}, ['title']],
    ['an empty title', { title: '' }, ['title']],
    ['a title of white space', { title: '\u2003\n' }, ['title']],
    ['a title that is too long', { title: 'x'.repeat(201) }, ['title']],
    ['a title of another type', { title: { text: 'x' } }, ['title']],
    ['a description that is too long', { title: 'x', description: 'x'.repeat(5_001) }, ['description']],
    ['a link that is too long', { title: 'x', link: `https://example.org/${'x'.repeat(2_000)}` }, ['link']],
    ['a link of another type', { title: 'x', link: 7 }, ['link']],
    ['an unknown field', { title: 'x', votes: 1000 }, ['votes']],
    ['fields that only the server sets', { title: 'x', author: { name: 'Alice' }, id: 'A' }, ['author', 'id']],
  ])('is refused with %s', async (_what, idea, paths) => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: his } = await bob.addIdea({ title: 'At the lake' })
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.post('/ideas', idea), 'invalid_input', paths)
      if (paths[0] !== 'title' || 'title' in idea)
        expectRefusal(await bob.patch(`/ideas/${his.id}`, idea), 'invalid_input', paths)
    })
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt://example.org/%0aalert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'ftp://example.org/',
    'mailto:alice@example.org',
    'blob:https://example.org/1',
    'https://',
    'https://alice:secret@example.org/',
    'https://alice@evil.example/',
    'http://localhost/admin',
    'nowhere',
    '//',
    'https://exa mple.org/',
    'https://example.org:99999/',
  ])('is refused with the link %j', async (link) => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: his } = await bob.addIdea({ title: 'At the lake', link: 'https://example.org/' })
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.addIdea({ title: 'In the park', link }), 'link_not_safe', ['link'])
      expectRefusal(await bob.editIdea(his.id, { link }), 'link_not_safe', ['link'])
    })
  })

  it.each([
    ['example.org', 'https://example.org/'],
    ['http://example.org/a?b=c#d', 'http://example.org/a?b=c#d'],
    ['https://例え.jp/', 'https://xn--r8jz45g.jp/'],
    ['example.org:8080/x', 'https://example.org:8080/x'],
    ['https://example.org/"><script>', 'https://example.org/%22%3E%3Cscript%3E'],
    ['', null],
    [null, null],
  ])('takes the link %j as %j', async (link, stored) => {
    const alice = await ask(site.url)
    expect((await alice.addIdea({ title: 'At the lake', link })).body.link).toBe(stored)
  })
})

describe('changing an idea', () => {
  it('is for its author and the owner, and is marked', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake', link: 'https://example.org/' })
    const edited = await bob.editIdea(idea.id, { title: 'By the lake' })
    expect(edited.body).toMatchObject({ title: 'By the lake', link: 'https://example.org/', author: { name: 'Bob' } })
    expect(edited.body.editedAt).toMatch(/Z$/)
    expect((await alice.editIdea(idea.id, { description: 'Sun.', link: null })).body).toMatchObject({
      title: 'By the lake',
      description: 'Sun.',
      link: null,
      author: { name: 'Bob' },
    })
    await expectNothingStored(alice, async () => {
      expect((await bob.editIdea(idea.id, { title: 'By  the lake ' })).status).toBe(200)
      expect((await bob.editIdea(idea.id, {})).status).toBe(200)
    })
  })

  it('is refused to everyone else', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const mallory = await alice.invite('Mallory')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const other = await ask(site.url)
    const { body: elsewhere } = await other.addIdea({ title: 'In another question' })
    await expectNothingStored(alice, async () => {
      expectRefusal(await mallory.editIdea(idea.id, { title: 'Mine' }), 'author_only')
      expectRefusal(await mallory.deleteIdea(idea.id), 'author_only')
      expectRefusal(await mallory.removeImage(idea.id), 'author_only')
      expectRefusal(await alice.stranger().editIdea(idea.id, { title: 'Mine' }), 'participant_needed')
      expectRefusal(await alice.stranger().deleteIdea(idea.id), 'participant_needed')
      for (const id of [elsewhere.id, 'AAAAAAAAAAA', 'x', '%00', '..', `${idea.id}%20`, "'--"]) {
        if (id === '..') continue
        for (const who of [bob, alice]) {
          expectRefusal(await who.editIdea(id, { title: 'Mine' }), 'idea_not_found')
          expectRefusal(await who.deleteIdea(id), 'idea_not_found')
          expectRefusal(await who.vote(id), 'idea_not_found')
          expectRefusal(await who.unvote(id), 'idea_not_found')
          expectRefusal(await who.argue(id, { side: 'pro', text: 'x' }), 'idea_not_found')
          expectRefusal(await who.voters(id), 'idea_not_found')
        }
        expectRefusal(await alice.merge(id, idea.id), 'idea_not_found')
        expectRefusal(await alice.hide('ideas', id), 'idea_not_found')
      }
    })
    expect((await other.snapshot()).body.ideas).toMatchObject([{ title: 'In another question', votes: 0 }])
  })
})

describe('deleting an idea', () => {
  it('takes its votes and arguments along and gives the votes back', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { votesPerParticipant: 1 } })
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const { body: other } = await bob.addIdea({ title: 'In the park' })
    const { body: reason } = await alice.argue(idea.id, { side: 'pro', text: 'Water' })
    await bob.agree(reason.id)
    await bob.vote(idea.id)
    await alice.vote(idea.id)
    expect((await bob.deleteIdea(idea.id)).status).toBe(204)
    const { body } = await alice.snapshot()
    expect(body.counts).toMatchObject({ ideas: 1, votes: 0, arguments: 0 })
    expectRefusal(await bob.deleteIdea(idea.id), 'idea_not_found')
    expectRefusal(await bob.agree(reason.id), 'argument_not_found')
    expect((await bob.me()).body).toMatchObject({ votes: [], agreements: [], votesLeft: 1 })
    expect((await bob.vote(other.id)).status).toBe(200)
    await expectTalliesRight(alice)
  })
})

describe('the order of ideas', () => {
  it('is the question’s: by votes, the earlier first on a tie, or by age', async () => {
    const alice = await ask(site.url)
    const ids: string[] = []
    for (const title of ['A', 'B', 'C', 'D']) ids.push((await alice.addIdea({ title })).body.id)
    const [bob, carol] = [await alice.invite('Bob'), await alice.invite('Carol')]
    await bob.castBallot([ids[2]!, ids[3]!])
    await carol.castBallot([ids[3]!, ids[1]!])
    const titles = async () => (await alice.snapshot()).body.ideas.map((idea) => idea.title).join('')
    expect(await titles()).toBe('DBCA')
    await alice.edit({ settings: { order: 'oldest' } })
    expect(await titles()).toBe('ABCD')
    await alice.edit({ settings: { order: 'newest' } })
    expect(await titles()).toBe('DCBA')
    await alice.edit({ settings: { order: 'shuffled' } })
    const shuffled = await titles()
    await bob.unvote(ids[2]!)
    expect(await titles()).toBe(shuffled)
  })
})
