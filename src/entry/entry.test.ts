import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadQuestion } from '../question/store.ts'
import { mostEntries } from './wire.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'

describe.each(engines)('votes in the room on $engine', ({ open }) => {
  let test: TestCore
  const alice = person('Alice')
  const bob = person('Bob')
  let q: string
  let lake: string
  let sea: string
  beforeEach(async () => {
    test = await open()
    await stage({})
  })
  afterEach(() => test.close())

  async function stage(settings: object) {
    q = (await test.doors.ask(alice, { title: 'Where shall we meet?', settings })).question.id
    lake = (await test.doors.addIdea(alice, q, { title: 'At the lake' })).id
    sea = (await test.doors.addIdea(alice, q, { title: 'By the sea' })).id
  }
  const enter = (votes: Record<string, number>, people = 12) =>
    test.doors.enter(alice, q, { how: 'hands', people, votes })
  const tallies = async () => {
    const { ideas, counts } = await test.doors.snapshot(q)
    const of = (id: string) => ideas.find((idea) => idea.id === id)
    return {
      lake: [of(lake)?.votes, of(lake)?.votesInRoom],
      sea: [of(sea)?.votes, of(sea)?.votesInRoom],
      all: [counts.votes, counts.votesInRoom],
    }
  }

  it('count together with the others and apart from them, and a vote is told both', async () => {
    await test.doors.vote(bob, q, lake)
    await enter({ [lake]: 8, [sea]: 3 })
    expect(await tallies()).toEqual({ lake: [9, 8], sea: [3, 3], all: [12, 11] })
    // One through a batch, one by itself.
    expect((await test.doors.vote(person(), q, lake)).votes).toBe(10)
    expect((await test.doors.unvote(bob, q, lake)).votes).toBe(9)
    const [idea] = (await test.doors.snapshot(q)).ideas
    expect(idea).toMatchObject({ id: lake, votes: 9, votesInRoom: 8, voters: { first: [], others: 1 } })
  })

  it('move an idea up in the order by votes', async () => {
    await test.doors.vote(bob, q, lake)
    await enter({ [sea]: 2 })
    expect((await test.doors.snapshot(q)).ideas.map(({ id }) => id)).toEqual([sea, lake])
  })

  it('count no more once taken back, and stay listed', async () => {
    const { id } = await enter({ [lake]: 8 })
    await test.doors.withdrawEntry(alice, q, id)
    await test.doors.withdrawEntry(alice, q, id)
    expect(await tallies()).toEqual({ lake: [0, 0], sea: [0, 0], all: [0, 0] })
    const { entries, total } = await test.doors.entries(person(), q, {})
    expect([entries[0]?.id, entries[0]?.withdrawnAt === null, total]).toEqual([id, false, 1])
    const { changes } = await test.doors.changes(q, {})
    expect(changes.slice(-2).map(({ type, data }) => [type, data])).toEqual([
      ['room.entered', { entry: id }],
      ['room.withdrawn', { entry: id }],
    ])
  })

  it('are never more than the people who were there have, one by one and together', async () => {
    await expect(enter({ [lake]: 13 })).rejects.toMatchObject({ code: 'entry_too_many', facts: { people: 12 } })
    await expect(enter({ [lake]: 0 })).rejects.toMatchObject({ code: 'entry_empty' })
    await stage({ votesPerParticipant: 1 })
    await expect(enter({ [lake]: 7, [sea]: 6 })).rejects.toMatchObject({ code: 'entry_too_many' })
    await enter({ [lake]: 7, [sea]: 5 })
    expect(await tallies()).toMatchObject({ all: [12, 12] })
  })

  it('hold the limit of votes up as those of a participant do', async () => {
    await enter({ [lake]: 12, [sea]: 3 })
    const limit = (votesPerParticipant: number) =>
      test.doors.editQuestion(alice, q, { settings: { votesPerParticipant } })
    await expect(limit(1)).rejects.toMatchObject({ code: 'setting_promised', facts: { votes: 2 } })
    await limit(2)
  })

  it('are the owner’s to enter and to take back, while the question is open and the idea takes votes', async () => {
    const { id } = await enter({ [lake]: 1 })
    const votes = { [lake]: 1 }
    for (const attempt of [
      () => test.doors.enter(bob, q, { how: 'paper', people: 2, votes }),
      () => test.doors.withdrawEntry(bob, q, id),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'owner_only' })
    await expect(enter({ NoSuchIdea1: 1 })).rejects.toMatchObject({ code: 'idea_not_found' })
    await expect(test.doors.withdrawEntry(alice, q, 'NoSuchEntry')).rejects.toMatchObject({ code: 'entry_not_found' })
    await test.doors.closeIdea(alice, q, lake, { why: 'It is sold.' })
    await expect(enter(votes)).rejects.toMatchObject({ code: 'idea_closed' })
    await test.doors.close(alice, q)
    await expect(enter({ [sea]: 1 })).rejects.toMatchObject({ code: 'question_closed' })
    await expect(test.doors.withdrawEntry(alice, q, id)).rejects.toMatchObject({ code: 'question_closed' })
  })

  it('are entered a thousand times and no more, those that were taken back among them', async () => {
    const { id: key } = await loadQuestion(test.core.store.read, q)
    const rows = Array.from({ length: mostEntries - 1 }, (_, n) => ({
      ...{ question_id: key, id: 1_000 + n, public_id: `Entry${n}`, how: 'hands' as const, people: 2, note: '' },
      ...{ entered_at: test.time.now, withdrawn_at: test.time.now },
    }))
    await test.core.store.write.insertInto('room_entries').values(rows).execute()
    await enter({ [lake]: 1 })
    await expect(enter({ [lake]: 1 })).rejects.toMatchObject({ code: 'entries_spent', facts: { entries: mostEntries } })
    expect((await tallies()).all).toEqual([1, 1])
  })

  it('are entered and taken back only while there is voting, as every vote is', async () => {
    const { id } = await enter({ [lake]: 1 })
    const set = (times: object) => test.doors.editQuestion(alice, q, times)
    const at = (later: number) => new Date(test.time.now + later).toISOString()
    await set({ votesFrom: at(1_000) })
    await expect(enter({ [sea]: 1 })).rejects.toMatchObject({ code: 'votes_not_yet' })
    await expect(test.doors.withdrawEntry(alice, q, id)).rejects.toMatchObject({ code: 'votes_not_yet' })
    test.time.now += 1_000
    await enter({ [sea]: 1 })
    await set({ votesUntil: at(1_000) })
    test.time.now += 1_000
    await expect(enter({ [sea]: 1 })).rejects.toMatchObject({ code: 'votes_over' })
    await expect(test.doors.withdrawEntry(alice, q, id)).rejects.toMatchObject({ code: 'votes_over' })
    expect(await tallies()).toMatchObject({ all: [2, 2] })
  })

  it('for two ideas that become one are at the most as many as there were people', async () => {
    await enter({ [lake]: 8, [sea]: 7 })
    await enter({ [lake]: 1, [sea]: 1 }, 5)
    await test.doors.mergeIdea(alice, q, lake, { into: sea })
    expect(await tallies()).toMatchObject({ sea: [14, 14], all: [14, 14] })
    const { entries } = await test.doors.entries(bob, q, {})
    expect(entries.map(({ votes }) => votes.map((one) => [one.idea, one.votes]))).toEqual([[[sea, 2]], [[sea, 12]]])
  })

  it('stay with the idea that took them over when the line of the other is deleted', async () => {
    await enter({ [lake]: 4, [sea]: 3 })
    await test.doors.mergeIdea(alice, q, lake, { into: sea })
    await test.doors.deleteIdea(alice, q, lake)
    expect(await tallies()).toMatchObject({ sea: [7, 7], all: [7, 7] })
    await test.doors.deleteIdea(alice, q, sea)
    expect(await tallies()).toMatchObject({ all: [0, 0] })
  })

  it('count for nothing while their idea is hidden', async () => {
    await enter({ [lake]: 4, [sea]: 3 })
    await test.doors.hideIdea(alice, q, lake)
    expect(await tallies()).toMatchObject({ all: [3, 3] })
    expect((await test.doors.entries(bob, q, {})).entries[0]?.votes).toMatchObject([{ idea: sea, votes: 3 }])
    await test.doors.showIdea(alice, q, lake)
    expect(await tallies()).toMatchObject({ all: [7, 7] })
  })

  it('are hidden with the others: nothing in the feed, no list, and after the close all of it', async () => {
    await stage({ results: 'afterClose' })
    const before = await test.doors.snapshot(q)
    const { id } = await enter({ [lake]: 4 })
    expect(await test.doors.snapshot(q)).toEqual(before)
    await expect(test.doors.entries(bob, q, {})).rejects.toMatchObject({ code: 'results_hidden' })
    expect((await test.doors.entries(alice, q, {})).entries).toMatchObject([{ id, people: 12 }])
    await test.doors.close(alice, q)
    expect(await tallies()).toMatchObject({ lake: [4, 4], all: [4, 4] })
    expect((await test.doors.entries(bob, q, {})).total).toBe(1)
  })

  it('are among the results of who has voted, where these are shown after one’s own vote', async () => {
    await stage({ results: 'afterVote' })
    await enter({ [lake]: 4 })
    await expect(test.doors.entries(bob, q, {})).rejects.toMatchObject({ code: 'results_hidden' })
    await test.doors.vote(bob, q, sea)
    const { results } = await test.doors.overlay(bob, q)
    expect(results).toMatchObject({ votes: 5, votesInRoom: 4 })
    expect(results?.ideas.find((idea) => idea.id === lake)).toMatchObject({ votes: 4, votesInRoom: 4 })
    expect((await test.doors.entries(bob, q, {})).total).toBe(1)
  })

  it('are read a page at a time, newest first', async () => {
    for (let n = 1; n <= 5; n++) await enter({ [lake]: n })
    const first = await test.doors.entries(bob, q, { limit: 3 })
    const second = await test.doors.entries(bob, q, { limit: 3, before: first.next! })
    const counted = [...first.entries, ...second.entries].map(({ votes }) => votes[0]?.votes)
    expect([counted, second.next]).toEqual([[5, 4, 3, 2, 1], null])
  })
})
