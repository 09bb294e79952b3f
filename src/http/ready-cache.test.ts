import type { FastifyRequest } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { SnapshotCache } from '../snapshot/cache.ts'
import { Ready } from './ready.ts'
import { ReadyCache } from './ready-cache.ts'

const asking = (headers: Record<string, string> = {}) => ({ headers }) as FastifyRequest

describe.each(engines)('ReadyCache on $engine', ({ open }) => {
  let test: TestCore
  let snapshots: SnapshotCache
  let q: string
  let made: number
  beforeEach(async () => {
    // How long work takes is for the tests to say.
    vi.useFakeTimers({ toFake: ['performance'] })
    test = await open()
    snapshots = new SnapshotCache(test.house)
    q = (await test.doors.ask(person(), { title: 'Where shall we meet?' })).question.id
    made = 0
  })
  afterEach(async () => {
    vi.useRealTimers()
    await test.close()
  })

  /** Bytes of the question. @param work how long making them takes, in milliseconds */
  const wanted = (work = 0, longest = Infinity) => ({
    key: q,
    questionId: q,
    make: async () => {
      made++
      const { revision, counts } = await snapshots.load(q)
      vi.advanceTimersByTime(work)
      return new Ready(revision, { body: JSON.stringify(counts), tag: String(revision), headers: {}, longest })
    },
  })

  it('makes bytes once, however many ask at the same time', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    const found = await Promise.all([1, 2, 3].map(() => ready.find(asking(), wanted())))
    expect(new Set(found).size).toBe(1)
    expect(await ready.find(asking(), wanted())).toBe(found[0])
    expect(made).toBe(1)
  })

  it('makes them anew for who asks after a commit', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    await ready.find(asking(), wanted())
    await test.doors.addComment(person(), q, { text: 'By the lake.' })
    expect((await ready.find(asking(), wanted())).revision).toBe(3)
  })

  it('makes them anew when they have grown too old', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    const first = await ready.find(asking(), wanted(0, 0))
    expect(await ready.find(asking(), wanted())).not.toBe(first)
  })

  it('asks again when making failed', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    const failing = { ...wanted(), make: () => Promise.reject(new Error('not now')) }
    const [failed, found] = await Promise.allSettled([ready.find(asking(), failing), ready.find(asking(), wanted())])
    expect([failed.status, found.status]).toEqual(['rejected', 'fulfilled'])
  })

  it('sends what was right a moment ago where making takes most of the time, but not to who may have written', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    const before = await ready.find(asking(), wanted(2_000))
    await test.doors.addComment(person(), q, { text: 'By the lake.' })
    expect(await ready.find(asking(), wanted())).toBe(before)
    vi.advanceTimersByTime(500)
    expect(await ready.find(asking(), wanted())).toBe(before)
    expect((await ready.find(asking({ authorization: 'Bearer token' }), wanted())).revision).toBe(3)
    await test.doors.addComment(person(), q, { text: 'In the park.' })
    expect((await ready.find(asking({ 'cache-control': 'no-cache' }), wanted())).revision).toBe(5)
  })

  it('makes anew what has grown too old, also where making takes most of the time', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    const first = await ready.find(asking(), wanted(2_000, 100))
    for (let n = 0; n < 30; n++) {
      await ready.find(asking(), wanted())
      vi.advanceTimersByTime(50)
    }
    expect(await ready.find(asking(), wanted())).not.toBe(first)
  })

  it('compresses them once, however many ask at the same time', async () => {
    const ready = new Ready(1, { body: 'By the lake.'.repeat(1_000), tag: '1', headers: {} })
    const preparing = [1, 2, 3].map(() => ready.prepareFor(asking({ 'accept-encoding': 'br' })))
    expect(new Set(preparing).size).toBe(1)
    await Promise.all(preparing)
  })

  it('sends nothing that was right more than a second ago', async () => {
    const ready = new ReadyCache(snapshots.freshness)
    await ready.find(asking(), wanted(5_000))
    await test.doors.addComment(person(), q, { text: 'By the lake.' })
    vi.advanceTimersByTime(1_001)
    expect((await ready.find(asking(), wanted())).revision).toBe(3)
  })
})
