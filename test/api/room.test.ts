import { describe, expect, it } from 'vitest'
import type { EntryPage } from '../../src/entry/wire.ts'
import { ask } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

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
