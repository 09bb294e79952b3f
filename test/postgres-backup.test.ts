import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensurePostgres, startPostgres, type Postgres } from '../scripts/postgres.ts'
import { ask, request } from './support/api.ts'
import { folkmoot } from './support/cli.ts'
import { startServer } from './support/server.ts'

const secret = { SECRET_KEY: 'k'.repeat(32) }
let postgres: Postgres
let folder: string
beforeAll(async () => {
  postgres = await startPostgres({ durable: true })
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-dump-'))
})
afterAll(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('brings everything back from a dump that was made while people voted, as docs/backup.md says', async () => {
  const program = (name: string, ...args: string[]) => execFileSync(join(ensurePostgres(), name), args, { cwd: folder })
  const server = await startServer({ DATABASE_URL: postgres.url, ...secret })
  const alice = await ask(server.url, { title: 'Where shall we meet?' })
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const votes = Array.from({ length: 40 }, () => alice.stranger().vote(idea.id))
  program('pg_dump', '--format=custom', '--file=folkmoot.dump', postgres.url)
  await Promise.all(votes)
  await server.stop()

  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  await client.query('create database folkmoot_restored')
  await client.query('delete from changes')
  await client.end()
  const beside = Object.assign(new URL(postgres.url), { pathname: '/folkmoot_restored' }).href
  program('pg_restore', '--no-owner', '--exit-on-error', `--dbname=${beside}`, 'folkmoot.dump')
  program('pg_restore', '--clean', '--if-exists', '--no-owner', '--exit-on-error', `--dbname=${postgres.url}`, 'folkmoot.dump') // prettier-ignore

  for (const url of [beside, postgres.url]) {
    const examined = await folkmoot(['doctor'], { DATABASE_URL: url, ...secret })
    expect(examined, examined.stdout).toMatchObject({ code: 0, stdout: expect.stringContaining('All is well') as string }) // prettier-ignore
  }
  const restored = await startServer({ DATABASE_URL: postgres.url, ...secret })
  try {
    const path = `${restored.url}/api/v1/questions/${alice.questionId}`
    expect(await request('GET', path)).toMatchObject({ status: 200, body: { ideas: [{ title: 'At the lake' }] } })
  } finally {
    await restored.stop()
  }
})
