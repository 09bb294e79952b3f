import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { VoteQueue } from './queue.ts'

// The embedded engine can be told how large its file may grow, which is as good as a full disk.
describe('votes that wait while nothing can be stored', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await engines[0]!.open()
  })
  afterEach(() => test.close())

  it('are refused together, not by a transaction for each', async () => {
    const { core, doors } = test
    const owner = person('Alice')
    const q = (await doors.ask(owner, { title: 'Where?' })).question.id
    const idea = await doors.addIdea(owner, q, { title: 'At the lake' })
    let alone = 0
    const queue = new VoteQueue(core, (caller) => {
      alone++
      return test.house.verbs.vote(caller, q, idea.id, 1)
    })
    const castAll = () => Promise.allSettled(Array.from({ length: 200 }, () => queue.cast(person(), q, idea.id, 1)))

    await sql`pragma max_page_count = 1`.execute(core.store.write)
    const refused = await castAll()
    for (const { status, reason } of refused as PromiseRejectedResult[])
      expect([status, (reason as { code?: string }).code]).toEqual(['rejected', 'cannot_store'])
    expect(alone).toBe(0)
    expect((await doors.snapshot(q)).counts.votes).toBe(0)

    await sql`pragma max_page_count = 1000000`.execute(core.store.write)
    for (const { status } of await castAll()) expect(status).toBe('fulfilled')
    expect((await doors.snapshot(q)).counts.votes).toBe(200)
  })
})
