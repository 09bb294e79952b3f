import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fill } from '../bench/support/fill.ts'
import { startPostgres, type Postgres } from '../scripts/postgres.ts'
import { connectPatiently } from '../src/db/connect.ts'
import type { Engine } from '../src/db/engine.ts'
import { findProgress } from '../src/transfer/progress.ts'
import { ask, Owner, request } from './support/api.ts'
import { folkmoot } from './support/cli.ts'
import { startServer } from './support/server.ts'

const root = join(import.meta.dirname, '..')
let folder: string
let postgres: Postgres
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-transfer-'))
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('moves a server to PostgreSQL, where every link, cookie and retry works on', async () => {
  const file = join(folder, 'moved.folkmoot')
  const sqlite = await startServer()
  const alice = await ask(sqlite.url, { title: 'Where shall we meet?' })
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const path = `/api/v1/questions/${alice.questionId}`
  const voted = await request('PUT', `${sqlite.url}${path}/ideas/${idea.id}/vote`)
  const cookie = { cookie: voted.headers.get('set-cookie')!.split(';')[0]!, 'sec-fetch-site': 'same-origin' }
  const retry = { 'idempotency-key': 'asked-before-the-move' }
  const asked = await request<Owner['asked']>('POST', `${sqlite.url}/api/v1/questions`, { title: 'Sealed?' }, retry)
  const look = async (url: string) => ({
    snapshot: (await request('GET', `${url}${path}`)).body,
    me: (await request('GET', `${url}${path}/me`, undefined, cookie)).body,
    feed: (await request('GET', `${url}${path}/changes`)).body,
  })
  const before = await look(sqlite.url)
  expect(before.me).toMatchObject({ votes: [idea.id] })

  const exported = await folkmoot(['export', '--all', file], { DATA_DIR: sqlite.dataDir })
  expect(exported, exported.stderr).toMatchObject({ code: 0, stderr: '' })
  expect(exported.stdout).toContain('Exported 2 questions')
  const env = {
    DATABASE_URL: postgres.url,
    SECRET_KEY: readFileSync(join(sqlite.dataDir, 'secret.key'), 'utf8').trim(),
  }
  await sqlite.stop()
  const imported = await folkmoot(['import', '--all', file], { ...env, DATA_DIR: folder })
  expect(imported, imported.stderr).toMatchObject({ code: 0, stderr: '' })
  expect(imported.stdout).toMatch(/^Imported 2 questions, \d+ rows, in .* compared them with the file\.$/m)

  const moved = await startServer(env)
  try {
    expect(await look(moved.url)).toEqual(before)
    const voteAgain = await request<{ votes: number }>('PUT', `${moved.url}${path}/ideas/${idea.id}/vote`, {}, cookie)
    expect(voteAgain).toMatchObject({ status: 200, body: { votes: 1 } })
    expect((await new Owner(moved.url, alice.asked).edit({ title: 'And when?' })).status).toBe(200)
    const page = await fetch(`${moved.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, { redirect: 'manual' })
    expect(page.status).toBe(303)
    const again = await request<Owner['asked']>('POST', `${moved.url}/api/v1/questions`, { title: 'Sealed?' }, retry)
    expect(again.body.adminToken).toBe(asked.body.adminToken)
    expect((await ask(moved.url, { title: 'A new one?' })).questionId).toHaveLength(11)
  } finally {
    await moved.stop()
  }
})

describe.each(['SQLite', 'PostgreSQL'] as const)('an import into %s that is killed again and again', (to) => {
  it('goes on each time, and ends with the same bytes as were exported', async () => {
    const from = mkdtempSync(join(folder, 'from-'))
    await fill(from, [{ ideas: 10, participants: 200, votesEach: 2 }, { ideas: 40, argumentsEach: 3, comments: 100, participants: 6_000, votesEach: 3, named: true }]) // prettier-ignore
    const dataDir = mkdtempSync(join(folder, 'to-'))
    const file = join(from, 'all.folkmoot')
    const env: Record<string, string> = { DATA_DIR: dataDir }
    if (to === 'PostgreSQL') env.DATABASE_URL = (await newDatabase()).href
    const engine: Engine = to === 'SQLite' ? { kind: 'sqlite', dataDir } : { kind: 'postgres', url: env.DATABASE_URL! }
    expect(await folkmoot(['export', '--all', file], { DATA_DIR: from })).toMatchObject({ code: 0 })

    let lines = 0
    let kills = 0
    while (kills < 3) {
      const { PATH, HOME } = process.env
      const child = spawn(process.execPath, ['src/cli/folkmoot.ts', 'import', '--all', file], { cwd: root, env: { PATH, HOME, ...env } }) // prettier-ignore
      const exit = once(child, 'exit')
      let now = lines
      // The end of the import is heard of only where something is waited for.
      while (now === lines && child.exitCode === null) {
        await sleep(2)
        now = await linesIn(engine)
      }
      // On a quick machine it may be through before it was killed three times.
      if (child.exitCode !== null) break
      child.kill('SIGKILL')
      await exit
      kills++
      lines = now
    }
    expect(kills, 'times that it was killed while it worked').toBeGreaterThan(0)
    const ran = await folkmoot(['import', '--all', file], env)
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' })
    const again = join(from, 'again.folkmoot')
    expect(await folkmoot(['export', '--all', again], env)).toMatchObject({ code: 0 })
    expect(readFileSync(again).equals(readFileSync(file))).toBe(true)
  }, 240_000)
})

it('says in one sentence what is wrong, and ends with 1', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'))
  expect(await folkmoot(['export', '--all', join(folder, 'none')], { DATA_DIR: empty })).toEqual({
    code: 1,
    stdout: '',
    stderr: `There are no data at ${empty}/folkmoot.sqlite. Is DATA_DIR the one that the server has?\n`,
  })
  const missing = await folkmoot(['import', '--all', join(folder, 'none')], { DATA_DIR: empty })
  expect(missing).toEqual({ code: 1, stdout: '', stderr: `There is no file ${folder}/none.\n` })
  const away = { DATA_DIR: empty, DATABASE_URL: 'postgres://folkmoot@127.0.0.1:1/folkmoot' }
  const unreachable = await folkmoot(['export', '--all', join(folder, 'none')], away)
  expect(unreachable.stderr).toMatch(/^DATABASE_URL: the database cannot be used: .*ECONNREFUSED.*\n$/)
  expect((await folkmoot(['import'], { DATA_DIR: empty })).stderr).toContain('--all <file>')
})

/** How many lines of the file an import that is under way has committed; none before it has begun. */
async function linesIn(engine: Engine): Promise<number> {
  try {
    const db = await connectPatiently(engine)
    try {
      return (await findProgress(db))?.lines ?? 0
    } finally {
      await db.destroy()
    }
  } catch {
    // The import is still making the schema.
    return 0
  }
}

let databases = 0
async function newDatabase(): Promise<URL> {
  const { Client } = await import('pg')
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  const name = `moved_${databases++}`
  await client.query(`create database ${name}`)
  await client.end()
  return Object.assign(new URL(postgres.url), { pathname: `/${name}` })
}
