import { describe, expect, it } from 'vitest'
import type { ActPage, QueuePage } from '../../src/desk/wire.ts'
import type { IdeaView, Snapshot } from '../../src/snapshot/wire.ts'
import { ask, request, type Owner, type Person } from '../support/api.ts'
import { expectNoGaps, expectNothingStored, expectRefusal, expectTalliesRight, useServer } from './expectations.ts'

const site = useServer()
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

const desk = (who: Person) => who.get<QueuePage>('/desk')
const acts = (who: Person) => who.get<ActPage>('/desk/acts')
const act = (who: Person, body: object) => who.post<{ id: string }>('/desk/acts', body)
const undo = (who: Person, id: string) => who.delete(`/desk/acts/${id}`)
const report = (who: Person, path: string, body: object = { reason: 'offTopic' }) => who.put<''>(`${path}/report`, body)

/** Every byte that a stranger can get of a question, as far as it does not tell the time. */
async function allBytes(alice: Owner): Promise<string> {
  const stranger = alice.stranger()
  const page = await request<string>('GET', alice.asked.url)
  const answers = [await stranger.snapshot(), await stranger.changes(), await stranger.comments()]
  return JSON.stringify([
    ...answers.map(({ body, headers }) => [body, headers.get('etag'), headers.get('content-length')]),
    page.body.replace(/seed=\d+/g, ''),
  ])
}

describe('what waits for the owner', () => {
  it('is seen by nobody but its author and the owner, to the byte, until it is approved', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { moderation: 'hold' } })
    const { body: open } = await alice.addIdea({ title: 'In the park' })
    const bob = await alice.invite('Bob')
    const before = await allBytes(alice)
    const { status, body: lake } = await bob.addIdea({ title: 'At the lake' })
    expect([status, lake.held, lake.title]).toEqual([201, true, 'At the lake'])
    const { body: reason } = await bob.argue(open.id, { side: 'pro', text: 'It is free.' })
    const { body: comment } = await bob.comment('Who has a grill?')
    const { body: shown } = await bob.setImage(lake.id, png)
    expect((await bob.editIdea(lake.id, { title: 'By the lake' })).body).toMatchObject({
      held: true,
      title: 'By the lake',
    })
    expect(await allBytes(alice)).toBe(before)
    for (const who of [alice.stranger(), await alice.invite('Carol')])
      expectRefusal(await who.get(shown.image!.url.split(alice.questionId)[1]!), 'image_not_found')
    for (const who of [bob, alice])
      expect((await who.get(shown.image!.url.split(alice.questionId)[1]!)).status).toBe(200)
    expectRefusal(await bob.vote(lake.id), 'idea_not_found')
    expect((await bob.contributions()).body).toMatchObject({
      ideas: [{ id: lake.id, held: true, hidden: false }],
      arguments: [{ id: reason.id, held: true }],
      comments: [{ id: comment.id, held: true }],
    })

    const { body: queue } = await desk(alice)
    expect(queue.items.map(({ id, held }) => [id, held])).toEqual(
      [lake.id, reason.id, comment.id].map((id) => [id, true]),
    )
    for (const { kind, id, version } of queue.items)
      expect((await act(alice, { kind, id, act: 'approve', version })).status).toBe(201)
    const { body } = await alice.snapshot()
    expect(body.ideas.find(({ id }) => id === lake.id)).toMatchObject({ title: 'By the lake', author: { name: 'Bob' } })
    expect(body.ideas.find(({ id }) => id === open.id)?.pros).toMatchObject([{ text: 'It is free.' }])
    expect(body.comments).toMatchObject([{ text: 'Who has a grill?' }])
    expect(body.counts).toMatchObject({ ideas: 2, arguments: 1, comments: 1 })
    expect((await desk(alice)).body).toEqual({ items: [], total: 0, next: null })
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })

  it('is also a change by its author: everyone sees what was there until that is approved or declined', async () => {
    const alice = await ask(site.url, { title: 'Lunch?' })
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    await alice.edit({ settings: { moderation: 'hold' } })
    const before = await allBytes(alice)
    expect((await bob.editIdea(idea.id, { title: 'Buy my boats' })).body).toMatchObject({
      held: true,
      title: 'At the lake',
    })
    await bob.setImage(idea.id, png)
    expect(await allBytes(alice)).toBe(before)
    const { body } = await desk(alice)
    expect(body.items).toMatchObject([{ held: false, edit: { fields: { title: 'Buy my boats' } } }])
    const { body: declined } = await act(alice, { kind: 'idea', id: idea.id, act: 'decline', reason: 'advertising' })
    expect((await alice.snapshot()).body.moderated).toEqual([{ act: 'decline', reason: 'advertising', count: 1 }])
    expect((await undo(alice, declined.id)).status).toBe(204)
    const { body: approved } = await act(alice, { kind: 'idea', id: idea.id, act: 'approve' })
    const shown = (await alice.snapshot()).body.ideas[0]!
    expect(shown).toMatchObject({ title: 'Buy my boats', image: { width: 1 } })
    await undo(alice, approved.id)
    expect((await alice.snapshot()).body.ideas[0]).toMatchObject({ title: 'At the lake', image: null })
    expect((await desk(alice)).body.items).toMatchObject([{ edit: { image: shown.image!.url } }])
  })

  it('is only what contains one of the owner’s words, whatever its case, and those are told to nobody', async () => {
    const alice = await ask(site.url, { title: 'Lunch?' })
    const words = ['Straße', 'free money', '垃圾', 'ass']
    expect((await alice.put('/desk/words', { words })).body).toEqual({ words })
    const bob = await alice.invite('Bob')
    const held = async (title: string) => (await bob.addIdea({ title })).body.held === true
    for (const title of [
      'In der STRASSE 5',
      'Get FREE\nmoney, now!'.replace('\n', ' '),
      '这是垃圾话',
      'What an a\u200bss',
      '（ＡＳＳ）',
    ])
      expect([title, await held(title)]).toEqual([title, true])
    for (const title of ['In Straßen', 'Free your money', '这是好话', 'First class', 'Hauptstraße'])
      expect([title, await held(title)]).toEqual([title, false])
    expect((await alice.addIdea({ title: 'free money' })).body.held).toBeUndefined()
    expectRefusal(await bob.get('/desk/words'), 'owner_only')
    expect(await allBytes(alice)).not.toContain('free money,')
    expectRefusal(await alice.put('/desk/words', { words: ['x'.repeat(61)] }), 'invalid_input', ['words/0'])
  })
})

describe('a report', () => {
  it('comes to the desk once each, with why and without who, and keeps what it is about as it is', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'At the lake' })
    const { body: reason } = await bob.argue(idea.id, { side: 'con', text: 'Gnats.' })
    const { body: comment } = await bob.comment('Hm.')
    const before = await alice.snapshot()
    const [carol, dave] = [await alice.invite('Carol'), await alice.invite('Dave')]
    await report(carol, `/comments/${comment.id}`, { reason: 'offensive', text: 'Rude.' })
    await report(carol, `/comments/${comment.id}`, { reason: 'offTopic', text: 'Besides the point.' })
    await report(dave, `/comments/${comment.id}`, { reason: 'offensive' })
    await report(dave, `/ideas/${idea.id}/arguments/${reason.id}`)
    await report(dave, `/ideas/${idea.id}`)
    const { body } = await desk(alice)
    expect(body.items.map(({ id, held, reports }) => [id, held, reports.count])).toEqual([
      [comment.id, false, 2],
      [reason.id, false, 1],
      [idea.id, false, 1],
    ])
    expect(body.items[0]!.reports).toMatchObject({ texts: ['Besides the point.'] })
    expect(JSON.stringify(body)).not.toMatch(/Carol|Dave/)
    expect((await alice.snapshot()).body).toEqual({
      ...before.body,
      revision: before.body.revision + 2,
      counts: { ...before.body.counts, participants: (before.body.counts.participants ?? 0) + 2 },
    })
    await act(alice, { kind: 'comment', id: comment.id, act: 'approve' })
    expectRefusal(await report(carol, `/comments/${comment.id}`), 'reported_already')
    const { body: hidden } = await act(alice, {
      kind: 'argument',
      id: reason.id,
      act: 'hide',
      reason: 'offTopic',
      note: 'Sorry.',
    })
    expect((await bob.contributions()).body.acts).toMatchObject([
      { contribution: reason.id, act: 'hide', reason: 'offTopic', note: 'Sorry.' },
      { contribution: comment.id, act: 'approve' },
    ])
    expectRefusal(await report(carol, `/arguments/${reason.id}`), 'argument_not_found')
    await undo(alice, hidden.id)
    expect((await desk(alice)).body.items.map(({ id }) => id)).toEqual([reason.id, idea.id])
  })

  it('is limited for each participant', async () => {
    const alice = await ask(site.url)
    const mallory = await alice.invite('Mallory')
    const ids = await Promise.all(Array.from({ length: 21 }, async (_, n) => (await alice.comment(`${n}`)).body.id))
    for (const id of ids.slice(0, 20)) expect((await report(mallory, `/comments/${id}`)).status).toBe(204)
    expectRefusal(await report(mallory, `/comments/${ids[20]}`), 'reports_spent')
    await alice.close()
    expectRefusal(await report(alice.stranger(), `/comments/${ids[20]}`), 'participant_needed')
  })
})

describe('the desk', () => {
  it('lets several owners work at once: what was dealt with meanwhile is refused in words', async () => {
    const alice = await ask(site.url, { title: 'Lunch?', settings: { moderation: 'hold' } })
    const bob = await alice.invite('Bob')
    const { body: lake } = await bob.addIdea({ title: 'At the lake' })
    const { body: sea } = await bob.addIdea({ title: 'By the sea' })
    const [first, second] = (await desk(alice)).body.items
    const { body: done } = await act(alice, { kind: 'idea', id: lake.id, act: 'approve', version: first!.version })
    await expectNothingStored(alice, async () => {
      const late = await act(alice, { kind: 'idea', id: lake.id, act: 'hide', version: first!.version })
      expectRefusal(late, 'dealt_with')
      expect(late.problem).toMatchObject({ act: 'approve' })
      expectRefusal(await act(alice, { kind: 'idea', id: lake.id, act: 'approve' }), 'dealt_with')
      expectRefusal(await act(alice, { kind: 'idea', id: lake.id, act: 'decline' }), 'dealt_with')
    })
    await bob.editIdea(sea.id, { title: 'Buy my boats' })
    expectRefusal(
      await act(alice, { kind: 'idea', id: sea.id, act: 'approve', version: second!.version }),
      'changed_meanwhile',
    )
    await undo(alice, done.id)
    expectRefusal(await undo(alice, done.id), 'dealt_with')
    expectRefusal(await undo(alice, 'NoSuchAct00'), 'act_not_found')
    for (const who of [bob, alice.stranger()]) {
      expectRefusal(await act(who, { kind: 'idea', id: lake.id, act: 'hide' }), 'owner_only')
      expectRefusal(await desk(who), 'owner_only')
      expectRefusal(await acts(who), 'owner_only')
      expectRefusal(await undo(who, done.id), 'owner_only')
    }
    await alice.close()
    expectRefusal(await act(alice, { kind: 'idea', id: lake.id, act: 'approve' }), 'question_closed')
  })

  it('marks what the owner edited, counts it in the summary, and lists every act for the owner', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: idea } = await bob.addIdea({ title: 'Stupid lake' })
    const { body: other } = await bob.addIdea({ title: 'By the shore' })
    const { body: comment } = await bob.comment('Away with it')
    const { body: edited } = await act(alice, {
      kind: 'idea',
      id: idea.id,
      act: 'edit',
      title: 'At the lake',
      reason: 'offensive',
    })
    const { body: merged } = await act(alice, {
      kind: 'idea',
      id: other.id,
      act: 'merge',
      into: idea.id,
      reason: 'duplicate',
    })
    await alice.hide('comments', comment.id)
    await alice.deleteComment(comment.id)
    const { body } = await alice.snapshot()
    expect(body.ideas).toMatchObject([{ title: 'At the lake', ownerEdited: true, merged: ['By the shore'] }])
    expect(body.moderated).toEqual([
      { act: 'delete', reason: null, count: 1 },
      { act: 'edit', reason: 'offensive', count: 1 },
      { act: 'hide', reason: null, count: 1 },
      { act: 'merge', reason: 'duplicate', count: 1 },
    ])
    const list = (await acts(alice)).body
    expect(list.acts.map((one) => [one.act, 'text' in one && one.text, one.canUndo])).toEqual([
      ['delete', null, false],
      ['hide', null, false],
      ['merge', 'By the shore', true],
      ['edit', 'At the lake', true],
    ])
    expectRefusal(await undo(alice, list.acts[0]!.id), 'act_final')
    expect(await allBytes(alice)).not.toMatch(/Stupid|Away with it/)
    await bob.editIdea(idea.id, { title: 'On the lake' })
    expectRefusal(await undo(alice, edited.id), 'act_not_last')
    expect((await undo(alice, merged.id)).status).toBe(204)
    expect((await alice.snapshot()).body.ideas.map(({ title }) => title).sort()).toEqual([
      'By the shore',
      'On the lake',
    ])
    expect((await bob.contributions()).body.acts.map(({ act }) => act)).toEqual(['delete', 'hide', 'edit'])
  })
})

describe('an idea that takes no more votes', () => {
  it('says why, refuses new votes by every way, keeps those that are there and lets them be taken back', async () => {
    const alice = await ask(site.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    const [bob, carol] = [await alice.invite('Bob'), await alice.invite('Carol')]
    await bob.vote(lake.id)
    const closing = (who: Person, why: string) => who.put<IdeaView>(`/ideas/${lake.id}/closure`, { why })
    expectRefusal(await closing(bob, 'No.'), 'owner_only')
    expectRefusal(await closing(alice, ' '), 'invalid_input', ['why'])
    expect((await closing(alice, 'It is sold.')).body.closed).toMatchObject({ why: 'It is sold.' })
    await expectNothingStored(alice, async () => {
      expect((await closing(alice, 'It is sold.')).status).toBe(200)
      expectRefusal(await carol.vote(lake.id), 'idea_closed')
      expectRefusal(await carol.castBallot([lake.id]), 'idea_closed', ['votes'])
      expect((await bob.vote(lake.id)).body.votes).toBe(1)
      expect((await bob.castBallot([lake.id])).status).toBe(200)
    })
    expect((await bob.unvote(lake.id)).body.votes).toBe(0)
    expectRefusal(await bob.vote(lake.id), 'idea_closed')
    expect((await acts(alice)).body.acts).toMatchObject([{ act: 'close', note: 'It is sold.', canUndo: true }])
    expect((await alice.delete<Snapshot>(`/ideas/${lake.id}/closure`)).status).toBe(200)
    expect((await carol.vote(lake.id)).status).toBe(200)
    await expectTalliesRight(alice)
    await expectNoGaps(alice)
  })
})
