import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { findFaults } from '../upkeep/verify.ts'

const day = 24 * 60 * 60 * 1000

describe.each(engines)('how long names are kept, on $engine', ({ open }) => {
  let test: TestCore
  let alice: Caller
  let bob: Caller
  let q: string
  let lake: string
  beforeEach(async () => {
    test = await open()
    alice = person('Alice')
    bob = person('Bob')
    q = (await test.doors.ask(alice, { title: 'Where shall we meet?', settings: { retention: 30 } })).question.id
    lake = (await test.doors.addIdea(bob, q, { title: 'At the lake' }, null)).id
    await test.doors.addArgument(bob, q, lake, { side: 'pro', text: 'It is free.' })
    await test.doors.vote(bob, q, lake)
    await test.doors.vote(alice, q, lake)
  })
  afterEach(() => test.close())

  /** What housekeeping does in its hour. */
  const tidyUp = (operator: number | null = null) => test.house.verbs.tidyUp(operator)

  it('is as long as the question says, to the day, and then nobody is known any more', async () => {
    await test.doors.close(alice, q)
    test.time.now += 30 * day - 1
    await tidyUp()
    expect((await test.doors.snapshot(q)).ideas[0]).toMatchObject({
      author: { name: 'Bob' },
      voters: { first: ['Bob', 'Alice'] },
    })

    test.time.now += 1
    await tidyUp()
    const after = await test.doors.snapshot(q)
    expect(after.forgottenAt).toBe(new Date(test.time.now).toISOString())
    expect(after.counts).toMatchObject({ participants: 2, votes: 2, ideas: 1 })
    expect(after.ideas[0]).toMatchObject({
      author: { name: null },
      votes: 2,
      voters: { first: [], others: 2 },
      pros: [{ text: 'It is free.', author: { name: null } }],
    })
    expect(await test.doors.overlay(bob, q)).toMatchObject({
      role: 'stranger',
      participant: null,
      votes: [],
      ideas: [],
    })
    expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
    expect(JSON.stringify(await rowsOf('participants'))).not.toMatch(/Bob|Alice/)
  })

  it('is so for people in the room, and for what the owner noted where votes were counted and set aside', async () => {
    const { doors, time, core } = test
    const khan = { inRoom: { name: 'Mrs Khan' } }
    const said = (await doors.addIdea(alice, q, { title: 'In the mill', ...khan })).id
    await doors.addArgument(alice, q, lake, { side: 'con', text: 'It is wet.', ...khan })
    await doors.enter(alice, q, { how: 'hands', people: 3, votes: { [lake]: 2 }, note: 'Mrs Khan counted.' })
    const { participant } = await doors.overlay(bob, q)
    await doors.setAside(alice, q, { participant: participant!.id, reason: 'twice', note: 'Mrs Khan saw it.' })
    await doors.close(alice, q)
    const before = await doors.snapshot(q)
    time.now += 31 * day
    await tidyUp()
    const after = await doors.snapshot(q)
    expect(after.counts).toEqual(before.counts)
    expect(after.ideas.find(({ id }) => id === said)).toMatchObject({ author: { name: null }, inRoom: true })
    expect(after.ideas.find(({ id }) => id === lake)?.cons).toMatchObject([{ author: { name: null }, inRoom: true }])
    expect(after.asides).toMatchObject([{ reason: 'twice', note: '', people: 1 }])
    expect((await doors.entries(bob, q, {})).entries).toMatchObject([{ people: 3, note: '', votes: [{ votes: 2 }] }])
    for (const table of ['ideas', 'arguments', 'room_entries', 'asides'] as const)
      expect(JSON.stringify(await rowsOf(table))).not.toContain('Khan')
    expect(await findFaults(core.store.read, () => undefined)).toEqual([])
  })

  it('is told in the feed once, however often the house is kept', async () => {
    await test.doors.close(alice, q)
    test.time.now += 40 * day
    await tidyUp()
    await tidyUp()
    const { changes } = await test.doors.changes(q, {})
    expect(changes.filter(({ type }) => type === 'question.forgotten')).toHaveLength(1)
    expect(changes.at(-1)?.type).toBe('question.forgotten')
  })

  it('is as the operator of the server says where that is shorter, and where the question says nothing', async () => {
    const { question } = await test.doors.ask(alice, { title: 'And when?' })
    await test.doors.addComment(bob, question.id, { text: 'On Sunday.' })
    for (const id of [q, question.id]) await test.doors.close(alice, id)
    test.time.now += 7 * day + 1
    await tidyUp()
    expect((await test.doors.snapshot(question.id)).forgottenAt).toBeNull()
    await tidyUp(7)
    for (const id of [q, question.id]) expect((await test.doors.snapshot(id)).forgottenAt).not.toBeNull()
    expect((await test.doors.snapshot(question.id)).comments[0]?.author).toEqual({ name: null })
  })

  it('does not begin before the close, and begins anew when the question was opened again', async () => {
    test.time.now += 100 * day
    await tidyUp()
    await test.doors.close(alice, q)
    test.time.now += 29 * day
    await test.doors.reopen(alice, q, {})
    test.time.now += 2 * day
    await tidyUp()
    await test.doors.close(alice, q)
    await tidyUp()
    expect((await test.doors.snapshot(q)).forgottenAt).toBeNull()
    expect((await test.doors.overlay(bob, q)).participant?.name).toBe('Bob')
  })

  it('ends with a question that cannot be opened again, since everyone could vote twice', async () => {
    await test.doors.close(alice, q)
    test.time.now += 30 * day
    await tidyUp()
    await expect(test.doors.reopen(alice, q, {})).rejects.toMatchObject({ code: 'people_forgotten' })
    expect((await test.doors.snapshot(q)).phase).toBe('closed')
    await test.doors.decide(alice, q, { ideas: [lake], statement: 'The lake it is.' })
  })

  it('can become shorter once somebody took part, and never longer', async () => {
    const set = (retention: number | null) => test.doors.editQuestion(alice, q, { settings: { retention } })
    await expect(set(31)).rejects.toMatchObject({ code: 'retention_promised' })
    await expect(set(null)).rejects.toMatchObject({ code: 'retention_promised' })
    await set(3)
    await test.doors.close(alice, q)
    await set(2)
    test.time.now += 2 * day
    await tidyUp()
    expect((await test.doors.snapshot(q)).forgottenAt).not.toBeNull()
  })

  it('can be changed either way before anyone took part', async () => {
    const { question } = await test.doors.ask(alice, { title: 'And when?', settings: { retention: 3 } })
    await test.doors.editQuestion(alice, question.id, { settings: { retention: 90 } })
    await test.doors.editQuestion(alice, question.id, { settings: { retention: null } })
    expect((await test.doors.snapshot(question.id)).settings.retention).toBeNull()
  })

  it('holds for more people than are forgotten in one transaction', async () => {
    await Promise.all(Array.from({ length: 1_050 }, (_, n) => test.doors.vote(person(`Person ${n}`), q, lake)))
    await test.doors.close(alice, q)
    test.time.now += 30 * day
    await tidyUp()
    expect(await rowsOf('participants')).toHaveLength(1_052)
    expect((await rowsOf('participants')).filter(({ name }) => name !== null)).toEqual([])
    expect((await test.doors.snapshot(q)).ideas[0]?.voters).toEqual({ first: [], others: 1_052 })
    expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
  })

  async function rowsOf(table: 'participants' | 'ideas' | 'arguments' | 'room_entries' | 'asides') {
    const { read } = test.core.store
    const { id } = await loadQuestion(read, q)
    return await read.selectFrom(table).selectAll().where('question_id', '=', id).execute()
  }
})
