import { describe, expect, it } from 'vitest'
import type { EntryPage } from '../../src/entry/wire.ts'
import { ask } from '../support/api.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

async function stage() {
  const alice = await ask(site.url)
  const { id: lake } = (await alice.addIdea({ title: 'At the lake' })).body
  const { id: sea } = (await alice.addIdea({ title: 'By the sea' })).body
  return { alice, bob: await alice.invite('Bob'), lake, sea }
}

describe('/questions/:id/room', () => {
  it('takes what Alice counted, tells it to everyone, and lets her take it back', async () => {
    const { alice, bob, lake, sea } = await stage()
    await bob.vote(lake)
    const entry = { how: 'paper', people: 9, votes: { [lake]: 5, [sea]: 0 }, note: 'Counted by Dora and Emil.' }
    const { status, body } = await alice.post<{ id: string }>('/room', entry)
    expect(status).toBe(201)
    const { counts, ideas } = (await bob.snapshot()).body
    expect(counts).toMatchObject({ votes: 6, votesInRoom: 5 })
    expect(ideas[0]).toMatchObject({ id: lake, votes: 6, votesInRoom: 5, voters: { first: ['Bob'], others: 0 } })
    const room = (await alice.stranger().get<EntryPage>('/room')).body
    expect(room).toMatchObject({
      entries: [
        {
          ...{ id: body.id, how: 'paper', people: 9, note: entry.note, withdrawnAt: null },
          votes: [{ idea: lake, title: 'At the lake', votes: 5 }],
        },
      ],
      total: 1,
      next: null,
    })
    expect((await alice.delete(`/room/${body.id}`)).status).toBe(204)
    expect((await bob.snapshot()).body.counts).toMatchObject({ votes: 1, votesInRoom: 0 })
    expect((await bob.get<EntryPage>('/room')).body.entries[0]?.withdrawnAt).not.toBeNull()
  })

  it('enters once what is sent again with its key', async () => {
    const { alice, lake } = await stage()
    const send = () =>
      alice.post<{ id: string }>('/room', { how: 'hands', people: 3, votes: { [lake]: 2 } }, { 'idempotency-key': 'k' })
    const [first, again] = [await send(), await send()]
    expect(again.body).toEqual(first.body)
    expect((await alice.snapshot()).body.counts.votesInRoom).toBe(2)
  })

  it('refuses what is no count, in words, and stores nothing of it', async () => {
    const { alice, lake, sea } = await stage()
    const entry = { how: 'hands', people: 3, votes: { [lake]: 2 } }
    await expectNothingStored(alice, async () => {
      const wrong: [object, string[]][] = [
        [{ ...entry, how: 'guessed' }, ['how']],
        [{ ...entry, people: 0 }, ['people']],
        [{ ...entry, people: 2.5 }, ['people']],
        [{ ...entry, votes: { [lake]: -1 } }, [`votes/${lake}`]],
        [{ ...entry, votes: { [lake]: '2' } }, [`votes/${lake}`]],
        [{ ...entry, note: 'x'.repeat(501) }, ['note']],
      ]
      for (const [body, paths] of wrong) expectRefusal(await alice.post('/room', body), 'invalid_input', paths)
      expectRefusal(await alice.post('/room', { ...entry, votes: {} }), 'entry_empty', ['votes'])
      const tooMany = { [lake]: 4, [sea]: 5 }
      const paths = [`votes/${lake}`, `votes/${sea}`]
      expectRefusal(await alice.post('/room', { ...entry, votes: tooMany }), 'entry_too_many', paths)
    })
  })

  it('is the owner’s alone, while the question is open', async () => {
    const { alice, bob, lake } = await stage()
    const { id } = (await alice.enter({ [lake]: 2 })).body
    await expectNothingStored(alice, async () => {
      const body = { how: 'hands', people: 3, votes: { [lake]: 2 } }
      for (const mallory of [bob, alice.stranger()]) {
        expectRefusal(await mallory.post('/room', body), 'owner_only')
        expectRefusal(await mallory.delete(`/room/${id}`), 'owner_only')
      }
      expectRefusal(await alice.delete('/room/NoSuchEntry'), 'entry_not_found')
    })
    await alice.close()
    expectRefusal(await alice.enter({ [lake]: 2 }), 'question_closed')
    expectRefusal(await alice.delete(`/room/${id}`), 'question_closed')
  })

  it('stands in the ballot file as what it is', async () => {
    const { alice, bob, lake, sea } = await stage()
    await bob.vote(lake)
    await alice.enter({ [lake]: 2, [sea]: 4 })
    await alice.close()
    expect((await bob.get('/ballots')).body).toMatchObject({
      totals: { ballots: 1, votes: 7, votesInRoom: 6 },
      room: [{ how: 'hands', people: 12, votes: { [lake]: 2, [sea]: 4 } }],
    })
  })
})

describe('ideas and arguments for people in the room', () => {
  const khan = { inRoom: { name: ' Mrs  Khan ' } }

  it('are nobody’s own, carry the name that was told or none, and are counted apart and together', async () => {
    const { alice, bob, lake } = await stage()
    const { status, body: idea } = await alice.addIdea({ title: 'In the mill', description: 'It is dry.', ...khan })
    expect([status, idea]).toMatchObject([201, { author: { name: 'Mrs Khan' }, inRoom: true, votes: 0 }])
    const { body: wet } = await alice.argue(lake, { side: 'con', text: 'It is wet.', inRoom: {} })
    expect(wet).toMatchObject({ author: { name: null }, inRoom: true, side: 'con' })
    await bob.vote(idea.id)
    const { counts, ideas } = (await bob.snapshot()).body
    const both = { ideas: 3, ideasInRoom: 1, arguments: 1, argumentsInRoom: 1 }
    expect(counts).toMatchObject({ ...both, participants: 2, votes: 1, votesInRoom: 0 })
    expect(ideas[0]).toMatchObject({ id: idea.id, author: { name: 'Mrs Khan' }, inRoom: true })
    expect(ideas.find(({ id }) => id === lake)).not.toHaveProperty('inRoom')
    expect((await alice.contributions()).body.ideas.map(({ id }) => id)).not.toContain(idea.id)
    const { changes } = (await bob.changes()).body
    expect(changes.filter(({ data }) => data.inRoom).map(({ type, data }) => [type, data])).toEqual([
      ['idea.added', { idea: idea.id, inRoom: true }],
      ['argument.added', { argument: wet.id, idea: lake, inRoom: true }],
    ])
    await expectNoGaps(alice)
  })

  it('are the owner’s to add: for anyone else it is refused and nobody begins to take part by trying', async () => {
    const { alice, bob, lake } = await stage()
    await expectNothingStored(alice, async () => {
      for (const mallory of [bob, alice.stranger()]) {
        expectRefusal(await mallory.addIdea({ title: 'In the mill', ...khan }), 'owner_only')
        expectRefusal(await mallory.argue(lake, { side: 'pro', text: 'Sun.', inRoom: {} }), 'owner_only')
        const wrong: [object, string[]][] = [
          [{ inRoom: true }, ['inRoom']],
          [{ inRoom: { name: 'x'.repeat(81) } }, ['inRoom/name']],
          [{ inRoom: { id: 'A' } }, ['inRoom/id']],
        ]
        for (const [more, paths] of wrong)
          expectRefusal(await mallory.post('/ideas', { title: 'In the mill', ...more }), 'invalid_input', paths)
      }
      expectRefusal(await alice.patch(`/ideas/${lake}`, khan), 'invalid_input', ['inRoom'])
    })
  })

  it('can be added where those of participants can, and none is held or counted towards a limit', async () => {
    const { alice, lake } = await stage()
    await alice.edit({ settings: { moderation: 'hold', ideasPerParticipant: 1 } })
    for (const title of ['In the mill', 'In the barn'])
      expect((await alice.addIdea({ title, ...khan })).body).not.toHaveProperty('held')
    expect((await alice.snapshot()).body.counts).toMatchObject({ ideas: 4, ideasInRoom: 2 })
    const add = () => alice.addIdea({ title: 'On the hill', ...khan })
    const argue = () => alice.argue(lake, { side: 'pro', text: 'Sun.', ...khan })
    await alice.edit({ settings: { links: false } })
    expectRefusal(await alice.addIdea({ title: 'x', link: 'https://example.org', ...khan }), 'links_off')
    await alice.edit({ settings: { newIdeas: false, newArguments: false } })
    expectRefusal(await add(), 'new_ideas_off')
    expectRefusal(await argue(), 'new_arguments_off')
    // What is the owner's own is possible all the same.
    expect((await alice.addIdea({ title: 'On the hill' })).status).toBe(201)
    await alice.edit({ settings: { newIdeas: true, newArguments: true }, opensAt: later(3_600_000) })
    expectRefusal(await add(), 'not_open_yet')
    expectRefusal(await argue(), 'not_open_yet')
    await alice.edit({ opensAt: null })
    await alice.close()
    expectRefusal(await add(), 'question_closed')
    expectRefusal(await argue(), 'question_closed')
  })

  it('have names as the question has them: required, or hidden from everyone', async () => {
    const { alice, lake } = await stage()
    await alice.addIdea({ title: 'In the mill', ...khan })
    await alice.argue(lake, { side: 'pro', text: 'Sun.', ...khan })
    const named = await ask(site.url, { title: 'Lunch?', settings: { names: 'required' } })
    expectRefusal(await named.addIdea({ title: 'Soup', inRoom: {} }), 'name_required', ['inRoom/name'])
    expect((await named.addIdea({ title: 'Soup', ...khan })).status).toBe(201)
    await alice.edit({ settings: { names: 'hidden' } })
    expectRefusal(await alice.addIdea({ title: 'In the barn', ...khan }), 'names_hidden', ['inRoom/name'])
    expect((await alice.addIdea({ title: 'In the barn', inRoom: {} })).body).toMatchObject({ inRoom: true })
    const seen = [await alice.snapshot(), await alice.ownerView(), await alice.changes(), await alice.get('/desk')]
    expect(JSON.stringify(seen.map(({ body }) => body))).not.toContain('Khan')
  })

  it('are edited with a mark, hidden, merged, put back and taken back as others’ are', async () => {
    const { alice, bob, lake, sea } = await stage()
    const { id } = (await alice.addIdea({ title: 'In the mill', ...khan })).body
    const wet = (await bob.argue(id, { side: 'con', text: 'It is wet.' })).body.id
    const said = (await alice.argue(lake, { side: 'pro', text: 'Sun.', ...khan })).body.id
    const counts = async () => {
      const { ideas, ideasInRoom, arguments: reasons, argumentsInRoom } = (await bob.snapshot()).body.counts
      return [ideas, ideasInRoom, reasons, argumentsInRoom]
    }
    expect(await counts()).toEqual([3, 1, 2, 1])
    expect((await alice.editIdea(id, { title: 'In the old mill' })).body).toMatchObject({
      ...{ title: 'In the old mill', author: { name: 'Mrs Khan' }, inRoom: true, ownerEdited: true },
    })
    await alice.hide('ideas', id)
    expect(await counts()).toEqual([2, 0, 1, 1])
    expect((await alice.ownerView()).body.ideas).toMatchObject([{ id, author: { name: 'Mrs Khan' }, inRoom: true }])
    await alice.show('ideas', id)
    await alice.hide('arguments', said)
    expect(await counts()).toEqual([3, 1, 1, 0])
    await alice.show('arguments', said)
    await alice.merge(lake, sea)
    await alice.merge(id, sea)
    expect(await counts()).toEqual([1, 0, 2, 1])
    const { acts } = (await alice.get<{ acts: { id: string; act: string }[] }>('/desk/acts')).body
    for (const { id: act } of acts.filter(({ act }) => act === 'merge')) await alice.delete(`/desk/acts/${act}`)
    expect(await counts()).toEqual([3, 1, 2, 1])
    await alice.deleteArgument(said)
    await alice.deleteIdea(id)
    expect(await counts()).toEqual([2, 0, 0, 0])
    expectRefusal(await bob.agree(wet), 'argument_not_found')
  })

  it('lose their name, open or closed, where the owner is asked to forget it, and nothing else', async () => {
    const { alice, bob, lake } = await stage()
    const idea = (await alice.addIdea({ title: 'In the mill', ...khan })).body
    const said = (await alice.argue(lake, { side: 'pro', text: 'Sun.', ...khan })).body
    const both = [`/ideas/${idea.id}/name`, `/arguments/${said.id}/name`]
    await expectNothingStored(alice, async () => {
      for (const path of both) expectRefusal(await bob.delete(path), 'owner_only')
      // Those of participants are theirs.
      expect((await alice.delete(`/ideas/${lake}/name`)).status).toBe(204)
      expectRefusal(await alice.delete('/ideas/Zzzzzzzzzzz/name'), 'idea_not_found')
      expectRefusal(await alice.delete('/arguments/Zzzzzzzzzzz/name'), 'argument_not_found')
    })
    await alice.hide('arguments', said.id)
    await alice.close()
    const { revision } = (await alice.snapshot()).body
    for (const path of [...both, ...both]) expect((await alice.delete(path)).status).toBe(204)
    const { ideas, ...after } = (await alice.snapshot()).body
    expect(after.revision).toBe(revision + 1)
    expect(ideas.find(({ id }) => id === idea.id)).toEqual({ ...idea, author: { name: null } })
    expect((await alice.ownerView()).body.arguments).toMatchObject([{ author: { name: null }, inRoom: true }])
    await expectNoGaps(alice)
  })

  it('are told to the owner as such where somebody reports them', async () => {
    const { alice, bob } = await stage()
    const { id } = (await alice.addIdea({ title: 'In the mill', ...khan })).body
    await bob.put(`/ideas/${id}/report`, { reason: 'offTopic' })
    const { items } = (await alice.get<{ items: object[] }>('/desk')).body
    expect(items).toMatchObject([{ id, author: { name: 'Mrs Khan' }, inRoom: true }])
  })
})

/** A time so many milliseconds from now. */
function later(after: number): string {
  return new Date(Date.now() + after).toISOString()
}
