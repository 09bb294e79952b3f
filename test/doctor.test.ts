import { chmodSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Finding } from '../src/doctor/finding.ts'
import { ask } from './support/api.ts'
import { folkmoot } from './support/cli.ts'
import { startServer, type TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const doctor = (...flags: string[]) => folkmoot(['doctor', ...flags], { DATA_DIR: server.dataDir })

it('is content with a server that is being used, and says to a person or a program what is not well', async () => {
  const alice = await ask(server.url, { title: 'Where shall we meet?' })
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  await alice.vote(idea.id)
  const well = await doctor()
  expect(well, well.stdout).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('All is well') as string,
  })

  chmodSync(server.dataDir, 0o755)
  const ran = await doctor()
  expect(ran.code).toBe(1)
  expect(ran.stdout).toContain(`→ Run: chmod 700 ${server.dataDir}`)
  expect(ran.stdout).toContain('1 finding.')
  const { findings } = JSON.parse((await doctor('--json')).stdout) as { findings: Finding[] }
  expect(findings.map((one) => one.check)).toEqual(['folder'])
  expect((await alice.snapshot()).status).toBe(200)
})
