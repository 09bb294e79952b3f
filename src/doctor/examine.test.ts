import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, pathIn } from '../db/connect.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { examine } from './examine.ts'
import { checkSpace } from './folder.ts'
import { checkReach } from './reach.ts'
import { checkRuntime } from './settings.ts'

// Only the embedded engine: its file and its folder are what is looked at.
const [sqlite] = engines
const report = () => undefined

let test: TestCore
let questionId: string
beforeEach(async () => {
  test = await sqlite!.open()
  test.time.now = Date.now()
  questionId = (await test.doors.ask(person('Alice'), { title: 'Where shall we meet?' })).question.id
  writeFileSync(join(test.dataDir, 'secret.key'), `${'k'.repeat(43)}\n`, { mode: 0o600 })
})
afterEach(() => test.close())

const look = (env: Record<string, string> = {}, now = Date.now()) =>
  examine({ DATA_DIR: test.dataDir, ...env }, now, report)

/** Changes the closed database behind everybody's back. */
async function breakIt(how: (database: DatabaseSync) => unknown): Promise<void> {
  await test.core.store.close()
  const database = new DatabaseSync(pathIn(test.dataDir), { enableForeignKeyConstraints: false })
  database.exec('pragma journal_mode = delete')
  how(database)
  database.close()
}

describe('examine', () => {
  it('finds nothing with a healthy server, whether or not it runs, and changes nothing', async () => {
    expect(await look()).toEqual([])
    await test.core.store.close()
    const before = readdirSync(test.dataDir)
    expect(await look()).toEqual([])
    expect(readdirSync(test.dataDir)).toEqual(before)
  })

  it('names every setting that would stop the start, not only the first, and makes no key', async () => {
    rmSync(join(test.dataDir, 'secret.key'))
    const findings = await look({ PORT: 'eighty', PUBLIC_URL: 'moot', LOG_LEVEL: 'loud', SECRET_KEY: 'short' })
    expect(findings.map((one) => one.check)).toEqual(Array.from({ length: 4 }, () => 'configuration'))
    for (const name of ['PORT', 'PUBLIC_URL', 'LOG_LEVEL', 'SECRET_KEY'])
      expect(findings.some((one) => one.finding.startsWith(name) && one.advice.startsWith(`Put ${name} right`))).toBe(
        true,
      )
    expect(readdirSync(test.dataDir)).not.toContain('secret.key')
  })

  it.each([
    ['the folder', '', 0o755, 'chmod 700'],
    ['the database', 'folkmoot.sqlite', 0o644, 'chmod 600'],
    ['the key', 'secret.key', 0o640, 'chmod 600'],
  ])('finds %s open to others, and says how to close it', async (_what, name, mode, advice) => {
    const path = join(test.dataDir, name)
    chmodSync(path, mode)
    const [finding, ...others] = await look()
    expect(finding).toMatchObject({
      check: 'folder',
      finding: expect.stringContaining('open to other users') as string,
    })
    expect(finding?.advice).toContain(advice)
    expect(others).toEqual([])
  })

  it.runIf(process.getuid?.() === 0)('finds files that belong to somebody else than the folder', async () => {
    chownSync(join(test.dataDir, 'secret.key'), 12_345, 12_345)
    expect(await look()).toMatchObject([
      { check: 'folder', finding: expect.stringContaining('secret.key belongs') as string, advice: expect.stringContaining('chown -R 0 ') as string }, // prettier-ignore
    ])
  })

  it.each([
    ['missing', () => rmSync(join(test.dataDir, 'secret.key')), 'There is no key'],
    ['cut short', () => writeFileSync(join(test.dataDir, 'secret.key'), 'k'), 'is shorter'],
  ])('finds a key that is %s, unless it comes from SECRET_KEY', async (_how, spoil, finding) => {
    spoil()
    expect(await look()).toMatchObject([{ check: 'folder', finding: expect.stringContaining(finding) as string }])
    expect(await look({ SECRET_KEY: 'k'.repeat(32) })).toEqual([])
  })

  it('says when there are no data where it looks, and makes none', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'folkmoot-doctor-'))
    const findings = await look({ DATA_DIR: empty })
    expect(findings).toMatchObject([{ check: 'database', finding: expect.stringContaining('no data') as string }])
    expect(readdirSync(empty)).toEqual([])
    rmSync(empty, { recursive: true })
  })

  it('finds a count that is wrong and names the question', async () => {
    await breakIt((database) => database.exec('update questions set votes = 4'))
    expect(await look()).toMatchObject([
      { check: 'counts', finding: `The question ${questionId} counts 4 votes, and there are 0.` },
    ])
  })

  it('names twenty wrong questions and counts the rest', async () => {
    for (let n = 0; n < 24; n++) await test.doors.ask(person(), { title: `Question ${n}` })
    await breakIt((database) => database.exec('delete from changes'))
    const findings = await look()
    expect(findings).toHaveLength(21)
    expect(findings.at(-1)?.finding).toBe('5 more are wrong.')
  })

  it('finds rows that refer to nothing', async () => {
    await breakIt((database) => database.exec("insert into decisions values (77, '', '[]', 0)"))
    expect(await look()).toMatchObject([
      { check: 'database', finding: 'The database is damaged: rows of decisions refer to what is not there.' },
    ])
  })

  it('finds torn pages, and leads to the backup', async () => {
    await breakIt(() => undefined)
    const path = pathIn(test.dataDir)
    const size = statSync(path).size
    rmSync(path)
    writeFileSync(path, Buffer.alloc(size, 0x5a), { mode: 0o600 })
    expect(await look()).toMatchObject([
      { check: 'database', advice: expect.stringContaining('folkmoot restore FILE --force') as string },
    ])
  })

  it('finds data of a newer release', async () => {
    await breakIt((database) =>
      database.exec("insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')"),
    )
    expect(await look()).toMatchObject([{ check: 'database', finding: expect.stringContaining('newer') as string }])
  })

  it('finds data of an older release, which the next start brings up to date', async () => {
    await breakIt((database) => database.exec("delete from kysely_migration where name like '0004%'"))
    expect(await look()).toMatchObject([
      { check: 'database', advice: expect.stringContaining('Make a backup, then start') as string },
    ])
  })

  it('finds a clock that is behind what was stored', async () => {
    expect(await look({}, Date.now() - 3_600_000)).toMatchObject([{ check: 'clock' }])
    await test.core.store.close()
    utimesSync(pathIn(test.dataDir), new Date(), new Date(Date.now() + 3_600_000))
    expect(await look()).toMatchObject([{ check: 'clock', advice: expect.stringContaining('Set the clock') as string }])
    await (await connect(test.engine)).close()
  })
})

describe('checkSpace', () => {
  it('finds a disk with less room than there should be', () => {
    expect(checkSpace(test.dataDir, 2 ** 60)).toMatchObject([
      { check: 'space', finding: expect.stringContaining('are free where') as string },
    ])
    expect(checkSpace(test.dataDir, 1)).toEqual([])
  })
})

describe('checkRuntime', () => {
  it('finds a Node that is too old', () => {
    expect(checkRuntime('22.11.0')).toMatchObject([{ check: 'runtime' }])
    expect(checkRuntime('24.0.0')).toEqual([])
  })
})

describe('checkReach', () => {
  let server: Server
  afterEach(() => server.close())
  const greeting = async (words: string) => {
    server = createServer((socket) => socket.end(words))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it.each([
    ['NATS_URL', 'nats', 'INFO {"server_id":"a"}\r\n'],
    ['SMTP_URL', 'smtp', '220 mail.example.org ESMTP\r\n'],
  ])('is content with what greets as %s should, and with nothing else', async (variable, protocol, words) => {
    expect(await checkReach({ [variable]: `${protocol}://${await greeting(words)}` })).toEqual([])
    server.close()
    expect(
      await checkReach({ [variable]: `${protocol}://${await greeting('HTTP/1.1 400 Bad Request\r\n')}` }),
    ).toMatchObject([{ check: 'reach', finding: expect.stringContaining('but not as') as string }])
    server.close()
    expect(await checkReach({ [variable]: `${protocol}://${await greeting('')}` })).toMatchObject([
      { finding: expect.stringContaining('it hung up') as string },
    ])
  })

  it('looks at each of several addresses, and greets NATS before TLS, as NATS does', async () => {
    const [first, at] = ['127.0.0.1:1', await greeting('INFO {"tls_required":true}\r\n')]
    expect(await checkReach({ NATS_URL: `nats://${first}, tls://${at}` })).toMatchObject([
      { finding: expect.stringContaining(`cannot be reached at ${first}`) as string },
    ])
  })

  it('finds what is not there, and what is no address', async () => {
    const at = await greeting('')
    await new Promise((resolve) => server.close(resolve))
    expect(await checkReach({ NATS_URL: `nats://${at}`, SMTP_URL: 'mail' })).toMatchObject([
      { finding: expect.stringMatching(/^NATS cannot be reached at 127\.0\.0\.1:\d+: .*ECONNREFUSED/) as string },
      { finding: 'SMTP_URL is not an address.' },
    ])
  })
})
