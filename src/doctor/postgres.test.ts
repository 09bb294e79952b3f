import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { startPostgres, type Postgres } from '../../scripts/postgres.ts'
import { person } from '../../test/support/core.ts'
import { systemClock } from '../base/clock.ts'
import { connect } from '../db/connect.ts'
import { weaknessesOf } from '../db/postgres-inspection.ts'
import type { Store } from '../db/store.ts'
import { createFeed } from '../feed/follow.ts'
import { createDoors } from '../http/doors.ts'
import { createVerbs } from '../verbs/verbs.ts'
import { examine } from './examine.ts'
import type { Finding } from './finding.ts'

// One that keeps what it acknowledges, as a server's should; the one that other tests share does not.
let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres({ durable: true })
}, 60_000)
afterAll(() => postgres.stop(), 60_000)

let url: string
let store: Store
let questionId: string
let databases = 0
beforeEach(async () => {
  const name = `doctor_${databases++}`
  await run(postgres.url, `create database ${name}`)
  url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href
  store = await connect({ kind: 'postgres', url })
  const feed = createFeed((failure) => {
    throw failure
  })
  const verbs = createVerbs({ store, clock: systemClock, feed })
  const doors = createDoors({ read: store.read, clock: systemClock, feed, verbs })
  questionId = (await doors.ask(person('Alice'), { title: 'Where shall we meet?' })).question.id
  const idea = await doors.addIdea(person('Bob'), questionId, { title: 'At the lake' })
  await doors.vote(person('Bob'), questionId, idea.id)
})
afterEach(() => store.close())

async function run(at: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: at })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const secret = { SECRET_KEY: 'k'.repeat(32) }
const look = (env: Record<string, string> = {}, now = Date.now()) =>
  examine({ DATABASE_URL: url, ...secret, ...env }, now, () => undefined)
const database = (finding: string | RegExp, advice = '') => ({
  check: 'database',
  finding: expect.stringMatching(finding) as string,
  advice: expect.stringContaining(advice) as string,
})
const name = () => new URL(url).pathname.slice(1)

describe('examine on PostgreSQL', () => {
  it('finds nothing with a healthy database, whether or not a node runs', async () => {
    expect(await look()).toEqual([])
  })

  it('finds a database that cannot be reached or is not there', async () => {
    const nowhere = await look({ DATABASE_URL: 'postgres://folkmoot:hidden@127.0.0.1:1/folkmoot' })
    expect(nowhere).toEqual([database(/cannot be used: .*ECONNREFUSED/, 'DATABASE_URL')])
    expect(JSON.stringify(nowhere)).not.toContain('hidden')
    const missing = Object.assign(new URL(url), { pathname: '/nowhere' }).href
    expect(await look({ DATABASE_URL: missing })).toEqual([database(/"nowhere" does not exist/)])
  })

  it('goes on with all else when DATABASE_URL is no address', async () => {
    const findings = await look({ DATABASE_URL: 'sqlite:here', SMTP_URL: 'smtp://127.0.0.1:1' })
    expect(findings.map((one) => one.check)).toEqual(expect.arrayContaining(['configuration', 'reach']))
    expect(findings.filter((one) => one.finding.startsWith('DATABASE_URL'))).toHaveLength(1)
  })

  it('finds a count that is wrong and a feed with a gap', async () => {
    await sql`update ideas set votes = 4, further_votes = 3`.execute(store.write)
    await sql`delete from changes where revision = 2`.execute(store.write)
    expect(await look()).toMatchObject([
      { check: 'counts', finding: expect.stringMatching(`^The question ${questionId} is at revision \\d+, and its feed has`) as string }, // prettier-ignore
      { check: 'counts', finding: expect.stringMatching(/with 4 votes, and there are 1\.$/) as string },
    ])
  })

  it('finds a schema of another release', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(store.write)
    expect(await look()).toEqual([database(/newer Folkmoot \(9999-later\)/)])
    await sql`delete from kysely_migration where name >= '0004'`.execute(store.write)
    expect(await look()).toEqual([database(/older release/, 'Make a backup')])
  })

  it.each(['fsync', 'synchronous_commit', 'full_page_writes'])('finds %s switched off', async (setting) => {
    await run(postgres.url, `alter system set ${setting} = off`, 'select pg_reload_conf()')
    try {
      await expectSoon(look, [database(`${setting} is off`, `Set ${setting} = on`)])
    } finally {
      await run(postgres.url, `alter system reset ${setting}`, 'select pg_reload_conf()')
    }
    await expectSoon(look, [])
  })

  it('finds that nothing may be written', async () => {
    await run(postgres.url, `alter database ${name()} set default_transaction_read_only = on`)
    expect(await look()).toEqual([database('take no writes')])
  })

  it('finds too few connections', async () => {
    await run(postgres.url, `alter database ${name()} connection limit 12`)
    expect(await look()).toEqual([database('Only 12 connections')])
  })

  it('finds a role that may not do what a node does', async () => {
    const role = `reader_${databases}`
    await run(url, `create role ${role} login`, `grant select on all tables in schema public to ${role}`)
    const findings = await look({ DATABASE_URL: Object.assign(new URL(url), { username: role }).href })
    expect(findings).toEqual([database('may make no tables'), database(/may not read and write everything: .*votes/)])
  })

  it('finds an index that does not hold', async () => {
    await run(url, `update pg_index set indisvalid = false where indexrelid = 'votes_idea'::regclass`)
    expect(await look()).toEqual([database('The index votes_idea is there and does not hold.', 'pg_restore')])
  })

  it('finds clocks that differ', async () => {
    const [behind, past] = await look({}, Date.now() - 3_600_000)
    expect(behind).toMatchObject({
      check: 'clock',
      finding: expect.stringContaining('ahead of this machine’s') as string,
    })
    expect(past).toMatchObject({ check: 'clock' })
    expect(await look({}, Date.now() + 3_600_000)).toMatchObject([
      { check: 'clock', finding: expect.stringContaining('behind this machine’s') as string },
    ])
  })

  it('finds an import that was begun and not finished', async () => {
    await sql`insert into server (name, value) values ('import', '{"finished":false}')`.execute(store.write)
    expect(await look()).toEqual([database('not finished', 'folkmoot import --all')])
  })
})

it('finds a PostgreSQL that is too old, and a standby', () => {
  const well = {
    ...{ version: 15, said: '15.4', fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
    ...{ read_only: 'off', standby: false, connections: 97, may_create: true, forbidden: null },
  }
  expect(weaknessesOf(well)).toEqual([])
  expect(weaknessesOf({ ...well, version: 14, said: '14.9' })).toMatchObject([{ finding: 'This is PostgreSQL 14.9, and Folkmoot needs 15 or newer.' }]) // prettier-ignore
  expect(weaknessesOf({ ...well, standby: true })).toMatchObject([{ advice: 'Name the primary in DATABASE_URL.' }])
})

/** What is set anew reaches other connections a little later. */
async function expectSoon(look: () => Promise<Finding[]>, expected: unknown): Promise<void> {
  await expect.poll(look, { timeout: 10_000 }).toEqual(expected)
}
