import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { refuseText, tidyLine } from '../base/text.ts'
import { folderOf, type Engine } from '../db/engine.ts'
import { readAddress } from '../mail/address.ts'
import type { MailSettings } from '../mail/smtp.ts'
import { longestRetention } from '../question/wire.ts'

/** What the environment says about this server. */
export interface Config {
  host: string
  port: number
  /** Where people reach it, without a slash at the end; null to go by what each request says. */
  publicUrl: string | null
  /** Addresses and networks of proxies that are believed in what they say of the client; empty for none. */
  trustedProxies: string[]
  dataDir: string
  /** Where everything lives that is worth keeping. */
  engine: Engine
  /** Addresses of NATS, over which nodes tell each other what they committed; null for a node by itself. */
  natsUrl: string | null
  /** How letters go out; null where none do. */
  mail: MailSettings | null
  secretKey: string
  logLevel: string
  /** How many open pages may be told of changes at once. */
  maxListeners: number
  /** How many times the usual budgets each client has; Infinity for no limits. */
  clientLimits: number
  /** What whoever reads /metrics must know; null to let this machine alone read it. */
  metricsToken: string | null
  /** Who runs this server and how to reach them, as the privacy page says it; null when they do not say. */
  operator: string | null
  /** How many days after a question closes names and devices are forgotten at the latest; null for never. */
  retentionDays: number | null
  /** How long the server still serves after SIGTERM while saying that it is not ready, in milliseconds. */
  shutdownGrace: number
}

/** What the environment says by itself; the key is null where it is kept in the database, with everything else. */
export type ReadConfig = Omit<Config, 'secretKey'> & { secretKey: string | null }

/** A sentence for the operator that names the variable at fault. */
export class ConfigError extends Error {}

/**
 * Reads the configuration.
 * @param env usually process.env. @throws ConfigError
 */
export function readConfig(env: Record<string, string | undefined>): ReadConfig {
  const dataDir = dataDirFrom(env)
  const engine = engineFor(env)
  const folder = folderOf(engine)
  const publicUrl = publicUrlFrom(env.PUBLIC_URL)
  return {
    host: value(env.HOST) ?? '127.0.0.1',
    port: portFrom(env.PORT),
    publicUrl,
    trustedProxies: trustedProxiesFrom(env.TRUST_PROXY),
    dataDir,
    engine,
    natsUrl: natsUrlFrom(env.NATS_URL, folder),
    mail: mailFrom(env.SMTP_URL, env.MAIL_FROM, publicUrl),
    logLevel: logLevelFrom(env.LOG_LEVEL),
    maxListeners: maxListenersFrom(env.MAX_LISTENERS),
    clientLimits: clientLimitsFrom(env.CLIENT_LIMITS),
    metricsToken: metricsTokenFrom(env.METRICS_TOKEN),
    operator: operatorFrom(env.OPERATOR),
    retentionDays: retentionFrom(env.RETENTION_DAYS),
    shutdownGrace: 1000 * shutdownGraceFrom(env.SHUTDOWN_GRACE),
    secretKey: secretKeyFrom(env.SECRET_KEY, folder),
  }
}

/** The folder with all data, whether or not it is there and all else is well. */
export function dataDirFrom(env: Record<string, string | undefined>): string {
  return resolve(value(env.DATA_DIR) ?? './data')
}

/** Where everything is kept, whether or not all else is well. @throws ConfigError */
export function engineFor(env: Record<string, string | undefined>): Engine {
  return engineFrom(env.DATABASE_URL, dataDirFrom(env))
}

/** A variable that is set to nothing is not set. */
function value(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function portFrom(value: string | undefined): number {
  if (!value) return 3000
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65535)
    throw new ConfigError(`PORT must be a number from 0 to 65535, not “${value}”.`)
  return port
}

function publicUrlFrom(value: string | undefined): string | null {
  if (!value) return null
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new ConfigError(`PUBLIC_URL must look like https://folkmoot.example.org without a path, not “${value}”.`)
  return url.origin
}

/** What `loopback` stands for: a proxy on this machine. */
const loopback = ['127.0.0.0/8', '::1/128']

function trustedProxiesFrom(value: string | undefined): string[] {
  const proxies = (value ?? '').split(',').map((one) => one.trim())
  if (proxies.join('') === '') return []
  return proxies.flatMap((one) => {
    if (one === 'loopback') return loopback
    if (isNetwork(one)) return one
    throw new ConfigError(
      `TRUST_PROXY must list addresses or networks such as 10.1.2.3, 10.1.0.0/16 or fd00::/64, or “loopback”, ` +
        `with commas between them, not “${one}”.`,
    )
  })
}

/** Whether it is an address, or a network. A network of everyone is none: then nobody's word would be worth anything. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const longest = isIP(address) === 4 ? 32 : 128
  const isLength = bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= longest)
  return isIP(address) > 0 && !address.includes('%') && isLength && more.length === 0
}

function engineFrom(value: string | undefined, dataDir: string): Engine {
  if (!value) return { kind: 'sqlite', dataDir }
  const url = URL.canParse(value) ? new URL(value) : null
  // What it says is not repeated: it may hold a password.
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw new ConfigError('DATABASE_URL must look like postgres://user:password@host:5432/folkmoot.')
  return { kind: 'postgres', url: value }
}

/** @param folder where this node keeps everything for itself, if it does */
function natsUrlFrom(value: string | undefined, folder: string | null): string | null {
  if (!value) return null
  const isNats = (one: string) => URL.canParse(one.trim()) && /^(nats|tls):$/.test(new URL(one.trim()).protocol)
  // What it says is not repeated: it may hold a password.
  if (!value.split(',').every(isNats))
    throw new ConfigError('NATS_URL must look like nats://host:4222, with commas between several.')
  if (folder !== null)
    throw new ConfigError('NATS_URL connects several nodes, and those need one database: set DATABASE_URL too.')
  return value
}

function mailFrom(value: string | undefined, from: string | undefined, publicUrl: string | null): MailSettings | null {
  if (!value) return null
  const url = URL.canParse(value) ? new URL(value) : null
  const isPlain = url !== null && /^\/?$/.test(url.pathname) && url.search === '' && url.hash === ''
  // What it says is not repeated: it may hold a password.
  if (!isPlain || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || !isDecodable(url.username + url.password))
    throw new ConfigError('SMTP_URL must look like smtp://user:password@host:587, or smtps://user:password@host:465.')
  if (from) return { url: value, from: senderFrom(from) }
  const user = readAddress(decodeURIComponent(url.username))
  const host = publicUrl === null ? 'localhost' : new URL(publicUrl).hostname
  return { url: value, from: { name: 'Folkmoot', address: user ?? `folkmoot@${host}` } }
}

function senderFrom(value: string): MailSettings['from'] {
  const [, name = '', inside = ''] = /^([^<>]*)<([^<>]*)>\s*$/.exec(value) ?? ['', '', value]
  const address = readAddress(inside)
  if (address === null || refuseText(name) !== null || /[\r\n]/.test(name) || name.length > 100)
    throw new ConfigError(
      `MAIL_FROM must be an address such as moot@example.org, or Folkmoot <moot@example.org>, not “${value}”.`,
    )
  return { name: tidyLine(name), address }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function maxListenersFrom(value: string | undefined): number {
  if (!value) return 50_000
  if (!/^\d{1,9}$/.test(value)) throw new ConfigError(`MAX_LISTENERS must be a whole number, not “${value}”.`)
  return Number(value)
}

function clientLimitsFrom(value: string | undefined): number {
  if (!value) return 1
  if (value === 'off') return Infinity
  const times = Number(value)
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(value) || times === 0)
    throw new ConfigError(`CLIENT_LIMITS must be a number such as 2 or 0.5, or “off”, not “${value}”.`)
  return times
}

function metricsTokenFrom(value: string | undefined): string | null {
  if (!value) return null
  if (!/^[\x21-\x7e]{16,256}$/.test(value))
    throw new ConfigError('METRICS_TOKEN must have 16 to 256 visible ASCII characters.')
  return value
}

function operatorFrom(value: string | undefined): string | null {
  const operator = tidyLine(value ?? '')
  if (operator.length > 300)
    throw new ConfigError('OPERATOR must have at most 300 characters: a name, and an address or telephone number.')
  return operator || null
}

function retentionFrom(value: string | undefined): number | null {
  if (!value) return null
  if (!/^\d{1,4}$/.test(value) || Number(value) < 1 || Number(value) > longestRetention)
    throw new ConfigError(`RETENTION_DAYS must be a whole number from 1 to ${longestRetention}, not “${value}”.`)
  return Number(value)
}

function shutdownGraceFrom(value: string | undefined): number {
  if (!value) return 0
  if (!/^\d{1,3}$/.test(value))
    throw new ConfigError(`SHUTDOWN_GRACE must be a whole number of seconds up to 999, not “${value}”.`)
  return Number(value)
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

function logLevelFrom(level = 'warn'): string {
  if (!logLevels.includes(level))
    throw new ConfigError(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not “${level}”.`)
  return level
}

export function newSecretKey(): string {
  return randomBytes(32).toString('base64url')
}

/** The key is made once and kept, so that what was sealed with it can be opened after a restart. */
function secretKeyFrom(value: string | undefined, dataDir: string | null): string | null {
  if (value) {
    if (value.length < 32) throw new ConfigError('SECRET_KEY must have at least 32 characters.')
    return value
  }
  if (dataDir === null) return null
  const path = join(dataDir, 'secret.key')
  try {
    if (existsSync(path)) return readFileSync(path, 'utf8').trim()
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const key = newSecretKey()
    writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' })
    return key
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(path, 'utf8').trim()
    throw new ConfigError(`DATA_DIR: the folder ${dataDir} cannot be made or written to.`, { cause })
  }
}
