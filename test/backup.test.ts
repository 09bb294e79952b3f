import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, request, type Owner } from './support/api.ts'
import { folkmoot } from './support/cli.ts'
import { startServer, type TestServer } from './support/server.ts'

let server: TestServer
let folder: string
let alice: Owner
beforeAll(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-backup-'))
  alice = await ask(server.url, { title: 'Where shall we meet?' })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (command: 'backup' | 'restore', file: string, ...flags: string[]) =>
  folkmoot([command, file, ...flags], { DATA_DIR: server.dataDir })

it('backs up every vote that was acknowledged before, and as many as are counted, while people go on voting', async () => {
  const file = join(folder, 'while-voting.backup')
  const { body: idea } = await alice.addIdea({ title: 'On the roof' })
  let acknowledged = 0
  let isVoting = true
  const crowd = Array.from({ length: 8 }, async () => {
    while (isVoting) {
      expect((await alice.stranger().vote(idea.id)).status).toBe(200)
      acknowledged++
    }
  })
  while (acknowledged < 50) await new Promise(setImmediate)
  const before = acknowledged
  const ran = await run('backup', file)
  isVoting = false
  await Promise.all(crowd)
  expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toContain('Backed up and checked 1 questions')
  const copy = new DatabaseSync(file, { readOnly: true })
  const row = copy.prepare('select votes, (select count(*) from votes) as there from ideas').get()
  copy.close()
  expect(row?.votes).toBe(row?.there)
  expect(row?.votes).toBeGreaterThanOrEqual(before)
})

it('restores all of it after the machine was lost, and what was asked before is answered to a retry as it was', async () => {
  const file = join(folder, 'all.backup')
  const url = `${server.url}/api/v1/questions`
  const key = { 'idempotency-key': 'asked-before-the-backup' }
  const asked = await request<Owner['asked']>('POST', url, { title: 'Sealed?' }, key)
  const before = (await alice.snapshot()).body
  expect(await run('backup', file)).toMatchObject({ code: 0 })
  const running = await run('restore', file, '--force')
  expect(running).toMatchObject({ code: 1, stderr: expect.stringContaining('Stop it first.') as string })

  await server.kill()
  rmSync(server.dataDir, { recursive: true })
  const ran = await run('restore', file)
  expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' })
  await server.start()

  expect((await alice.snapshot()).body).toEqual(before)
  const retried = await request<Owner['asked']>('POST', url, { title: 'Sealed?' }, key)
  expect(retried.body).toEqual(asked.body)
  expect((await alice.patch('', { title: 'And when?' })).status).toBe(200)
})

it.each(['backup', 'restore'] as const)(
  'leads to PostgreSQL’s own tool for %s where that has the data',
  async (command) => {
    const file = join(folder, 'postgres.backup')
    writeFileSync(file, '')
    const ran = await folkmoot([command, file], { DATABASE_URL: 'postgres://localhost/folkmoot', DATA_DIR: folder })
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/pg_(dump|restore) /) as string })
  },
)
