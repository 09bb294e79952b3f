import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { newDatabase } from '../../test/support/databases.ts'
import { asOfOne, connect, openClock } from './connect.ts'

describe.each(engines)('the store on $engine', ({ open }) => {
  let test: TestCore
  beforeEach(async () => {
    test = await open()
  })
  afterEach(() => test.close())

  it('reads as of one moment, whatever is committed meanwhile', async () => {
    const { question } = await test.doors.ask(person(), { title: 'Where shall we meet?' })
    const bob = person('Bob')
    const idea = await test.doors.addIdea(bob, question.id, { title: 'By the lake' })
    // Another process reads, for a connection of its own.
    const elsewhere = await connect(test.engine)
    try {
      await asOfOne(elsewhere.read, async (db) => {
        const title = () => db.selectFrom('questions').select(['title', 'votes']).executeTakeFirstOrThrow()
        expect(await title()).toEqual({ title: 'Where shall we meet?', votes: 0 })
        await test.doors.vote(bob, question.id, idea.id)
        expect(await title()).toEqual({ title: 'Where shall we meet?', votes: 0 })
        expect(await db.selectFrom('votes').select('value').execute()).toEqual([])
      })
      expect(await elsewhere.read.selectFrom('votes').select('value').execute()).toHaveLength(1)
    } finally {
      await elsewhere.close()
    }
  })

  it('is refused to a server that is older than its schema, in a sentence that says so', async () => {
    await test.core.store.write
      .insertInto('kysely_migration' as never)
      .values({ name: '9999-from-the-future', timestamp: '2031-01-01T00:00:00Z' })
      .execute()
    await expect(connect(test.engine)).rejects.toThrow('It belongs to a newer Folkmoot (9999-from-the-future).')
  })

  it('tells the time of this server, wherever it is kept', async () => {
    const clock = await openClock(test.engine)
    const before = clock.now()
    // Both run on this machine, so they agree as far as a question and its answer can tell.
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000)
    expect(clock.now()).toBeGreaterThanOrEqual(before)
    expect(Number.isInteger(clock.now())).toBe(true)
    await clock.close()
  })
})

it('is made once on PostgreSQL when several nodes meet an empty database', async () => {
  const { url, remove } = await newDatabase()
  const stores = await Promise.all(Array.from({ length: 5 }, () => connect({ kind: 'postgres', url })))
  const made = await stores[0]!.read
    .selectFrom('kysely_migration' as never)
    .selectAll()
    .execute()
  expect(made.length).toBeGreaterThan(0)
  for (const store of stores) expect(await store.read.selectFrom('questions').selectAll().execute()).toEqual([])
  await Promise.all(stores.map((store) => store.close()))
  await remove()
})

describe('leases on PostgreSQL', () => {
  let test: TestCore
  beforeEach(async () => {
    test = await engines[1]!.open()
  })
  afterEach(() => test.close())

  it('give work to one node, also when many ask at the same moment', async () => {
    const { lease } = test.core.store
    const nodes = Array.from({ length: 10 }, (_, n) => `node ${n}`)
    const answers = await Promise.all(nodes.map((node) => lease('house', node, 1_000)))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  it('stay with who goes on asking, and pass to another once it has stopped', async () => {
    const { lease } = test.core.store
    expect(await lease('house', 'one', 0)).toBe(true)
    expect(await lease('house', 'two', 4_000)).toBe(false)
    expect(await lease('house', 'one', 5_000)).toBe(true)
    expect(await lease('house', 'two', 8_000)).toBe(false)
    expect(await lease('house', 'two', 11_000)).toBe(true)
    // It stood still, and comes back.
    expect(await lease('house', 'one', 11_500)).toBe(false)
  })

  it('are apart for different work', async () => {
    const { lease } = test.core.store
    expect(await lease('house', 'one', 0)).toBe(true)
    expect(await lease('mail', 'two', 0)).toBe(true)
  })
})
