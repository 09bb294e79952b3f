import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('readConfig', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'folkmoot-config-'))
  })
  afterEach(() => {
    rmSync(dataDir, { recursive: true })
  })
  const read = (env: Record<string, string>) => readConfig({ DATA_DIR: dataDir, ...env })

  it('needs nothing to be set', () => {
    expect(read({})).toMatchObject({ host: '127.0.0.1', port: 3000, publicUrl: null, dataDir })
    expect(read({ HOST: '', PORT: '', PUBLIC_URL: '' })).toMatchObject({ host: '127.0.0.1', port: 3000 })
  })

  it('makes a secret key once, for its owner’s eyes alone, and keeps it', () => {
    const { secretKey } = read({})
    expect(secretKey).toMatch(/^.{32,}$/)
    expect(read({}).secretKey).toBe(secretKey)
    const path = join(dataDir, 'secret.key')
    expect(readFileSync(path, 'utf8').trim()).toBe(secretKey)
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  it('takes the public address without its slash', () => {
    expect(read({ PUBLIC_URL: 'https://moot.example.org/' }).publicUrl).toBe('https://moot.example.org')
  })

  it('trusts no proxy unless told which', () => {
    expect(read({}).trustedProxies).toEqual([])
    expect(read({ TRUST_PROXY: '' }).trustedProxies).toEqual([])
    expect(read({ TRUST_PROXY: 'loopback, 10.1.0.0/16,fd00::7' }).trustedProxies).toEqual([
      '127.0.0.0/8',
      '::1/128',
      '10.1.0.0/16',
      'fd00::7',
    ])
  })

  it('keeps everything in PostgreSQL where it is told to, and then nothing in a folder', () => {
    const url = 'postgres://folkmoot:secret@localhost:5432/folkmoot'
    expect(read({ DATABASE_URL: url })).toMatchObject({ engine: { kind: 'postgres', url }, secretKey: null })
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('connects nodes that share a database', () => {
    const natsUrl = 'nats://one:4222, tls://two:4222'
    expect(read({ DATABASE_URL: 'postgresql://localhost/folkmoot', NATS_URL: natsUrl })).toMatchObject({ natsUrl })
  })

  it('never repeats a password', () => {
    for (const name of ['DATABASE_URL', 'NATS_URL', 'SMTP_URL'])
      expect(() => read({ [name]: 'https://me:hunter2@host' })).toThrow(/^((?!hunter2).)*$/)
  })

  it('sends letters from who it is told, else from the user of the mail server, else from where people reach it', () => {
    const from = (env: Record<string, string>) => read({ SMTP_URL: 'smtp://mail.example.org:587', ...env }).mail?.from
    expect(read({ MAIL_FROM: 'moot@example.org' }).mail).toBeNull()
    expect(from({ MAIL_FROM: 'Town Moot <moot@example.org>' })).toEqual({
      name: 'Town Moot',
      address: 'moot@example.org',
    })
    expect(from({ SMTP_URL: 'smtps://moot%40example.org:secret@mail.example.org' })?.address).toBe('moot@example.org')
    expect(from({ PUBLIC_URL: 'https://moot.example.org' })?.address).toBe('folkmoot@moot.example.org')
    for (const wrong of ['moot', 'Moot <moot@example.org', 'a@b.org, c@d.org', 'Moot\r\nBcc: x <moot@example.org>'])
      expect(() => from({ MAIL_FROM: wrong })).toThrow(/^MAIL_FROM\b/)
  })

  it('limits clients as usual unless told how much wider, or not to', () => {
    expect(read({}).clientLimits).toBe(1)
    expect(read({ CLIENT_LIMITS: '4' }).clientLimits).toBe(4)
    expect(read({ CLIENT_LIMITS: '0.5' }).clientLimits).toBe(0.5)
    expect(read({ CLIENT_LIMITS: 'off' }).clientLimits).toBe(Infinity)
  })

  it.each([
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', 'proxy.example.org'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', 'loopback,,10.1.2.3'],
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'moot.example.org'],
    ['PUBLIC_URL', 'ftp://moot.example.org'],
    ['PUBLIC_URL', 'https://example.org/moot'],
    ['CLIENT_LIMITS', 'wide'],
    ['CLIENT_LIMITS', '0'],
    ['CLIENT_LIMITS', '-1'],
    ['CLIENT_LIMITS', '1e9'],
    ['LOG_LEVEL', 'loud'],
    ['MAX_LISTENERS', 'many'],
    ['METRICS_TOKEN', 'short'],
    ['SHUTDOWN_GRACE', 'a while'],
    ['SECRET_KEY', 'short'],
    ['DATABASE_URL', 'mysql://localhost/folkmoot'],
    ['DATABASE_URL', 'localhost:5432'],
    ['NATS_URL', 'localhost:4222'],
    ['NATS_URL', 'nats://one,http://two'],
    ['NATS_URL', 'nats://localhost'],
    ['SMTP_URL', 'localhost:25'],
    ['SMTP_URL', 'https://localhost'],
    ['SMTP_URL', 'smtp://localhost/inbox'],
    ['SMTP_URL', 'smtp://localhost?tls=no'],
    ['SMTP_URL', 'smtp://%zz:x@localhost'],
  ])('refuses %s=%s in a sentence that names it', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name}\\b`))
  })

  it('refuses a data folder that is a file', () => {
    const file = join(dataDir, 'file')
    writeFileSync(file, '')
    expect(() => readConfig({ DATA_DIR: join(file, 'below') })).toThrow(/^DATA_DIR\b/)
  })
})
