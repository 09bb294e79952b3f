import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import type { Refusal } from '../base/refusals.ts'
import { command, type Trx } from '../feed/command.ts'
import { StorageWatch } from './failures.ts'

const [, postgres] = engines as [unknown, (typeof engines)[number]]
let test: TestCore
beforeEach(async () => {
  test = await postgres.open()
})
afterEach(() => test.close())

/** What PostgreSQL says with a code of its own, said by PostgreSQL. */
const raise = (code: string) =>
  sql.raw(`do $$ begin raise exception 'as in the test' using errcode = '${code}'; end $$`)

describe('a failure of PostgreSQL', () => {
  it.each([
    ['57P01', 'database_away'], // ended by its administrator
    ['57P02', 'database_away'],
    ['57P03', 'database_away'],
    ['08006', 'database_away'],
    ['25P03', 'database_away'],
    ['53100', 'cannot_store'], // its disk is full
    ['53200', 'cannot_store'],
    ['25006', 'cannot_store'],
    ['58030', 'cannot_store'],
    ['53300', 'overloaded'], // no connection left
    ['55P03', 'overloaded'],
    ['57014', 'overloaded'],
    ['40P01', 'overloaded'],
    ['XX001', 'storage_damaged'],
    ['XX002', 'storage_damaged'],
  ])('%s is a refusal, %s, to who reads and who writes', async (code, refusal) => {
    for (const db of [test.core.store.read, test.core.store.write]) {
      const failed = raise(code).execute(db)
      await expect(failed).rejects.toMatchObject({ code: refusal, status: 503, cause: { code } })
    }
  })

  it('that is a mistake of ours stays what it is', async () => {
    for (const code of ['23505', '42P01', 'XX000'])
      await expect(raise(code).execute(test.core.store.write)).rejects.toMatchObject({ code, severity: 'ERROR' })
  })

  it('is told to the operator, once', async () => {
    const said: string[] = []
    const sentences = { cannot_store: 'no room', storage_damaged: 'damaged', database_away: 'away' }
    const watch = new StorageWatch(sentences, (_cause, sentence) => said.push(sentence))
    for (const code of ['57P01', '53100', '57P01', '40001'])
      await raise(code).execute(test.core.store.read).catch(watch.notice)
    expect(said).toEqual(['away', 'no room'])
  })
})

describe('a transaction that was ended for the sake of another', () => {
  async function failingFirst(times: number, code: string) {
    const { question: asked } = await test.doors.ask(person('Alice'), { title: 'Where shall we meet?' })
    let tries = 0
    const done = command(test.core, asked.id, async ({ trx, question, changes }) => {
      question.revision++
      changes.push({ revision: question.revision, type: 'question.edited', data: {}, at: 0 })
      await fail(trx, ++tries <= times ? code : null)
      return tries
    })
    return { done, tries: () => tries, snapshot: () => test.doors.snapshot(asked.id) }
  }
  const fail = async (trx: Trx, code: string | null) => {
    if (code !== null) await raise(code).execute(trx)
  }

  it.each(['40001', '40P01'])('is carried out again after %s, and its changes are stored once', async (code) => {
    const { done, snapshot } = await failingFirst(1, code)
    expect(await done).toBe(2)
    expect((await snapshot()).revision).toBe(2)
    expect(test.published.at(-1)).toMatchObject({ since: 1, revision: 2 })
  })

  it('is refused when it happens again', async () => {
    const { done, tries, snapshot } = await failingFirst(2, '40P01')
    await expect(done).rejects.toMatchObject({ code: 'overloaded' } satisfies Partial<Refusal>)
    expect(tries()).toBe(2)
    expect((await snapshot()).revision).toBe(1)
  })

  it('is not carried out again for any other reason', async () => {
    const { done, tries } = await failingFirst(1, '57P01')
    await expect(done).rejects.toMatchObject({ code: 'database_away' })
    expect(tries()).toBe(1)
  })
})

it('goes on with new connections after PostgreSQL has ended all those in use and at rest', async () => {
  const { question } = await test.doors.ask(person('Alice'), { title: 'Where shall we meet?' })
  const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  const inUse = test.core.store.write.transaction().execute(async (trx) => {
    await cut.execute(test.core.store.read)
    await sql`select 1`.execute(trx)
  })
  await expect(inUse).rejects.toMatchObject({ code: 'database_away' })
  await expect
    .poll(() =>
      test.doors.addIdea(person('Bob'), question.id, { title: 'At the lake' }, null).then(() => 'added', String),
    )
    .toBe('added')
})
