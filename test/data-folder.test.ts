import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

it('lies with nobody else who has an account on the machine', () => {
  const files = readdirSync(server.dataDir)
  expect(files).toContain('folkmoot.sqlite')
  for (const file of files)
    if (!file.includes('-')) expect(statSync(join(server.dataDir, file)).mode & 0o077, file).toBe(0)
})
