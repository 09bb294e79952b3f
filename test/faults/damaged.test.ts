import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectRefusal } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { folkmoot } from '../support/cli.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** Writes over a part of a file. */
function overwrite(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

describe('a database file that is damaged', () => {
  const made = mkdtempSync(join(tmpdir(), 'folkmoot-made-'))
  let folder: string
  let file: string

  beforeAll(async () => {
    const server = await startServer({ DATA_DIR: made })
    const alice = await ask(server.url)
    for (let n = 0; n < 10; n++) await alice.addIdea({ title: `Place ${n}`, description: 'x'.repeat(2_000) })
    // As after a power failure: the last commits are in the log alone.
    await server.kill()
  })
  afterAll(() => rmSync(made, { recursive: true, force: true }))

  /** The data folder anew, as it was before anything was damaged. @param inLog the last commits are in the log alone */
  function copy(inLog: boolean): void {
    folder = mkdtempSync(join(tmpdir(), 'folkmoot-damaged-'))
    file = join(folder, 'folkmoot.sqlite')
    for (const name of ['folkmoot.sqlite', 'folkmoot.sqlite-wal', 'secret.key'])
      copyFileSync(join(made, name), join(folder, name))
    if (!inLog) new DatabaseSync(file).exec('pragma wal_checkpoint(truncate)')
  }

  it.each<[string, boolean, () => void]>([
    ['whose head was overwritten', false, () => overwrite(file, 0, Buffer.alloc(4096, 'garbage '))],
    [
      'that is something else altogether',
      false,
      () => writeFileSync(file, 'These are the minutes of our last meeting.\n'.repeat(500)),
    ],
    ['that was cut off', false, () => truncateSync(file, statSync(file).size - 3 * 4096)],
    ['whose log was overwritten', true, () => overwrite(`${file}-wal`, 0, Buffer.alloc(8192, 'garbage '))],
    [
      'whose tables were overwritten',
      false,
      () => overwrite(file, 4096, Buffer.alloc(statSync(file).size - 4096, 0xa5)),
    ],
  ])(
    '%s stops the start, names the file and says how to restore, and leaves it as it is',
    async (_what, inLog, damage) => {
      copy(inLog)
      try {
        damage()
        const before = readFileSync(file)
        const ran = await folkmoot(['serve'], { DATA_DIR: folder, PORT: '0' })
        expect(ran.stderr).toBe(
          `The database file ${file} is damaged. Stop the server, keep the file and put a backup in its place: folkmoot restore FILE --force (docs/backup.md).\n`,
        )
        expect(ran.code).toBe(1)
        expect(ran.stdout).toBe('')
        expect(readFileSync(file).equals(before)).toBe(true)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )

  it('starts with the log that a power failure tore in the middle of a commit that nobody was told of', async () => {
    copy(true)
    const log = `${file}-wal`
    truncateSync(log, statSync(log).size - 1000)
    const server = await startServer({ DATA_DIR: folder })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('a database file that is damaged while the server runs', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it('is never built upon: what needs the damaged part and every write is refused, and the log says what to do', async () => {
    const alice = await ask(server.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    await server.restart()
    expect((await alice.vote(lake.id)).status).toBe(200)
    const file = join(server.dataDir, 'folkmoot.sqlite')
    overwrite(file, 4096, Buffer.alloc(statSync(file).size - 4096, 0xa5))
    const refused = await ask(server.url).catch((failure: unknown) => String(failure))
    expect(refused).toContain('storage_damaged')
    expectRefusal(await alice.vote(lake.id), 'storage_damaged')
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect(server.output()).toContain(`The database file ${file} is damaged.`)
    expect(server.output()).toContain('folkmoot restore FILE')
  })
})
