import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, houseOf, person, type TestCore } from '../../test/support/core.ts'
import type { Caller } from '../question/seat.ts'
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
      .poll(
        async () => {
          await cache.freshness.look(q)
          await test.doors.addComment(person(), q, { text: 'By the lake.' })
          return (known = cache.freshness.revisionOf(q))
        },
        { timeout: 10_000 },
      )
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

  it('brings a view up to date as building it anew would, whatever was done', async () => {
    const { doors } = test
    const owner = person('Owner')
    const asked = await doors.ask(owner, { title: 'And when?' })
    const when = asked.question.id
    await doors.openAdminLink(owner, when, asked.adminToken)
    const [karen, mark, salma] = ['Karen', 'Mark', 'Salma'].map((name) => person(name))
    const ines = person('Ines')
    const ids: Record<string, string> = {}
    const idea = (who: Caller, title: string) => async () => {
      ids[title] = (await doors.addIdea(who, when, { title })).id
    }
    const argue = (who: Caller, title: string, text: string) => async () => {
      ids[text] = (await doors.addArgument(who, when, ids[title]!, { side: 'pro', text })).id
    }
    const steps: (() => Promise<unknown>)[] = [
      ...[idea(karen!, 'Monday'), idea(mark!, 'Tuesday'), idea(karen!, 'Friday'), idea(owner, 'Sunday')],
      ...[() => doors.vote(karen!, when, ids.Tuesday!), () => doors.vote(mark!, when, ids.Tuesday!)],
      ...[() => doors.vote(salma!, when, ids.Friday!), () => doors.unvote(mark!, when, ids.Tuesday!)],
      ...[argue(mark!, 'Monday', 'Nobody is tired.'), argue(salma!, 'Friday', 'All are there.')],
      ...[
        () => doors.agree(karen!, when, ids['All are there.']!),
        () => doors.hideArgument(owner, when, ids['All are there.']!),
      ],
      ...[
        () => doors.addComment(salma!, when, { text: 'In the evening?' }),
        () => doors.rename(mark!, when, { name: 'Marc' }),
        () => doors.addComment(ines, when, { text: 'I only talk.' }),
        () => doors.rename(ines, when, { name: 'Inès' }),
        () => doors.leave(ines, when, { contributions: 'keep' }),
      ],
      ...[
        () => doors.showArgument(owner, when, ids['All are there.']!),
        () => doors.hideIdea(owner, when, ids.Tuesday!),
      ],
      ...[() => doors.showIdea(owner, when, ids.Tuesday!)],
      ...[
        () => doors.mergeIdea(owner, when, ids.Friday!, { into: ids.Monday! }),
        () => doors.editIdea(karen!, when, ids.Monday!, { title: 'Mondays' }),
      ],
      ...[
        () => doors.editQuestion(owner, when, { settings: { order: 'newest' } }),
        () => doors.leave(salma!, when, { contributions: 'keep' }),
      ],
      ...[
        () => doors.deleteIdea(owner, when, ids.Friday!),
        () => doors.leave(mark!, when, { contributions: 'remove' }),
      ],
      ...[() => doors.hideIdea(owner, when, ids.Sunday!), () => doors.close(owner, when)],
      ...[
        () => doors.decide(owner, when, { ideas: [ids.Monday!], statement: 'So be it.' }),
        () => doors.showIdea(owner, when, ids.Sunday!),
      ],
      ...[() => doors.hideIdea(owner, when, ids.Monday!), () => doors.showIdea(owner, when, ids.Monday!)],
    ]
    for (const [n, step] of steps.entries()) {
      await step()
      expect(await cache.load(when), `step ${n}: ${String(step)}`).toEqual(
        await new SnapshotCache(test.house).load(when),
      )
    }
  })

  it('has the closing at the deadline written down once, however many look then', async () => {
    let closings = 0
    // Connections that read at the same time, at the most.
    const readers = 8
    const keepTime = (of: string) => {
      closings++
      return test.house.verbs.keepTime(of)
    }
    const looking = new SnapshotCache({ ...test.house, verbs: { keepTime } })
    const closesAt = new Date(test.time.now + 1000).toISOString()
    const { question } = await test.doors.ask(person(), { title: 'Until when?', closesAt })
    test.time.now += 1000
    const phases = await Promise.all(Array.from({ length: 50 }, async () => (await looking.load(question.id)).phase))
    expect(new Set(phases)).toEqual(new Set(['closed']))
    // Who looked before it was written down and was answered after it asks for it once more, and finds it done.
    expect(closings).toBeLessThanOrEqual(readers)
    const { changes } = await test.doors.changes(question.id, {})
    expect(changes.filter(({ type }) => type === 'question.closed')).toHaveLength(1)
  })

  it('is closed from the deadline on', async () => {
    const owner = person()
    const closesAt = new Date(test.time.now + 1000).toISOString()
    const { question } = await test.doors.ask(owner, { title: 'Until when?', closesAt })
    expect((await cache.load(question.id)).phase).toBe('open')
    await cache.freshness.look(question.id)
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
  const processes = [await connect({ kind: 'sqlite', dataDir }), await connect({ kind: 'sqlite', dataDir })] as const
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
