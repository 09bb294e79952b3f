import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, houseOf, person, type TestCore } from '../../test/support/core.ts'
import { connect } from '../db/connect.ts'
import { createFeed } from '../feed/follow.ts'
import { createDoors } from '../http/doors.ts'
import { SnapshotCache } from './cache.ts'

describe.each(engines)('SnapshotCache on $engine', ({ open }) => {
  let test: TestCore
  let cache: SnapshotCache
  let q: string
  beforeEach(async () => {
    test = await open()
    cache = new SnapshotCache(test.house)
    q = (await test.doors.ask(person(), { title: 'Where shall we meet?' })).question.id
  })
  afterEach(() => test.close())

  it('builds a revision once, however many ask at the same time', async () => {
    const [first, ...others] = await Promise.all([cache.load(q), cache.load(q), cache.load(q)])
    for (const other of [...others, await cache.load(q)]) expect(other).toBe(first)
  })

  it('builds those of several questions asked for at the same time', async () => {
    const other = await test.doors.ask(person(), { title: 'And when?' })
    const titles = (await Promise.all([cache.load(q), cache.load(other.question.id)])).map(({ title }) => title)
    expect(titles).toEqual(['Where shall we meet?', 'And when?'])
  })

  it('shows what was committed here to whoever asks next', async () => {
    for (let n = 1; n <= 5; n++) {
      await cache.load(q)
      await test.doors.addComment(person(), q, { text: `Comment ${n}` })
      expect((await cache.load(q)).counts.comments).toBe(n)
    }
  })

  it('knows the revision after a commit without asking the database', async () => {
    // It is certain only for a moment after the last look for what others wrote; a slow machine may miss that moment.
    let known: number | null = null
    await expect
      .poll(async () => {
        await cache.freshness.look(q)
        await test.doors.addComment(person(), q, { text: 'By the lake.' })
        return (known = cache.freshness.revisionOf(q))
      })
      .not.toBeNull()
    expect(known).toBe((await test.doors.changes(q, {})).revision)
  })

  it('knows at once that an owner link was replaced, though nothing that everyone sees has changed', async () => {
    const { doors } = test
    const owner = person()
    const asked = await doors.ask(owner, { title: 'And when?' })
    const holder = { bearer: asked.adminToken, device: '' }
    expect((await doors.overlay(holder, asked.question.id)).role).toBe('owner')
    await doors.replaceAdminLink(owner, asked.question.id)
    await expect(doors.overlay(holder, asked.question.id)).rejects.toMatchObject({ code: 'token_unknown' })
  })

  it('brings a view up to date by its tallies as building it anew would', async () => {
    const people = Array.from({ length: 6 }, (_, n) => person(`Participant ${n}`))
    const ids: string[] = []
    for (const title of ['At the lake', 'In the park', 'At home'])
      ids.push((await test.doors.addIdea(people[0]!, q, { title })).id)
    for (const [n, bob] of people.entries()) {
      await test.doors.vote(bob, q, ids[n % 3]!)
      if (n % 2 === 0) await test.doors.vote(bob, q, ids[2]!)
      if (n === 4) await test.doors.unvote(people[1]!, q, ids[1]!)
      if (n === 3) await test.doors.addComment(bob, q, { text: 'Between the votes.' })
      expect(await cache.load(q)).toEqual(await new SnapshotCache(test.house).load(q))
    }
  })

  it('is closed from the deadline on', async () => {
    const owner = person()
    const closesAt = new Date(test.time.now + 1000).toISOString()
    const { question } = await test.doors.ask(owner, { title: 'Until when?', closesAt })
    expect((await cache.load(question.id)).phase).toBe('open')
    expect(cache.freshness.revisionOf(question.id)).toBe(1)
    test.time.now += 1000
    expect(cache.freshness.revisionOf(question.id)).toBeNull()
    expect(await cache.load(question.id)).toMatchObject({ phase: 'closed', revision: 2 })
  })

  it('is at an end when the question is deleted, and there again when it is restored', async () => {
    const alice = person()
    const { question } = await test.doors.ask(alice, { title: 'Where shall we meet?' })
    await cache.load(question.id)
    await test.doors.deleteQuestion(alice, question.id)
    await expect(cache.load(question.id)).rejects.toMatchObject({ code: 'question_not_found' })
    await test.doors.restoreQuestion(alice, question.id)
    expect((await cache.load(question.id)).title).toBe('Where shall we meet?')
  })

  it('keeps no more than it has room for, and what was read last', async () => {
    const [first, second, third] = await Promise.all(
      ['One', 'Two', 'Three'].map(async (title) => (await test.doors.ask(person(), { title })).question.id),
    )
    const small = new SnapshotCache(test.house, 1100)
    const one = await small.load(first!)
    const two = await small.load(second!)
    expect(await small.load(first!)).toBe(one)
    await small.load(third!)
    expect(await small.load(first!)).toBe(one)
    expect(await small.load(second!)).not.toBe(two)
  })
})

it('notices what another process commits', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'folkmoot-cache-'))
  const processes = [await connect(dataDir), await connect(dataDir)] as const
  const [here, there] = processes.map((store) => houseOf({ store, clock: Date.now, feed: createFeed(() => undefined) }))
  try {
    const doors = createDoors(there!)
    const { question } = await doors.ask(person(), { title: 'Where shall we meet?' })
    const cache = new SnapshotCache(here!)
    expect((await cache.load(question.id)).revision).toBe(1)
    await doors.addComment(person(), question.id, { text: 'From the command line.' })
    await expect.poll(async () => (await cache.load(question.id)).counts.comments).toBe(1)
  } finally {
    for (const store of processes) await store.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})
