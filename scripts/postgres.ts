import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { installPackage } from './apt.ts'

const whatToDo =
  'The tests need PostgreSQL 15 or later and there is none. Install the package `postgresql`, or name the folder of its ' +
  'programs (initdb, postgres) in POSTGRES_BIN; then run the tests again.'

/** How long it may take to be up, in milliseconds. */
const patience = 30_000

export interface Postgres {
  /** Connection string of its administrator, to a database that nobody else uses. */
  url: string
  /** Ends it, and everything in it is gone. */
  stop: () => Promise<void>
  /** Ends it and keeps its data: in good order, cutting off whoever is connected, or as a crash would. */
  shutDown: (how: 'in order' | 'crash') => Promise<void>
  /** Starts it again after `shutDown`, at the same address. */
  start: () => Promise<void>
}

/** Folder of PostgreSQL's programs, which are installed now where that needs no password. @throws with what to do */
export function ensurePostgres(): string {
  const found = find() ?? (installPackage('postgresql-15', 'PostgreSQL') ? find() : null)
  if (!found) throw new Error(whatToDo)
  return found
}

function find(): string | null {
  const folders = [
    ...(process.env.POSTGRES_BIN ? [process.env.POSTGRES_BIN] : []),
    ...globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => version(b) - version(a)),
    ...(process.env.PATH ?? '').split(delimiter),
    ...globSync('/opt/homebrew/opt/postgresql@*/bin'),
  ]
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null
}

function version(folder: string): number {
  return Number(/\d+/.exec(dirname(folder).split('/').at(-1) ?? '')?.[0] ?? 0)
}

/**
 * Starts a PostgreSQL of its own, in a temporary folder and on a free port of the loopback, that forgets everything when
 * it is stopped.
 * @param durable whether what is committed survives a crash; tests of other things are quicker without
 */
export async function startPostgres({ durable = false }: { durable?: boolean } = {}): Promise<Postgres> {
  const bin = ensurePostgres()
  const folder = mkdtempSync(join(tmpdir(), 'folkmoot-postgres-'))
  const user = asUser()
  if (user) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'folkmoot', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb did not work:\n${made.stdout}${made.stderr}`)
  const port = await freePort()
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 300 }
  const hasty = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  const args = Object.entries({ ...settings, ...(durable ? {} : hasty) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  let child: ChildProcess
  const start = async () => {
    child = spawn(join(bin, 'postgres'), ['-D', data, ...args], {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)))
    const until = performance.now() + patience
    while (!said.includes('ready to accept connections')) {
      if (child.exitCode !== null || performance.now() > until) {
        await stop()
        throw new Error(`PostgreSQL did not start:\n${said}`)
      }
      await sleep(50)
    }
  }
  const stop = async () => {
    await end(child, 'SIGINT')
    rmSync(folder, { recursive: true, force: true })
  }
  await start()
  return {
    url: `postgres://folkmoot@127.0.0.1:${port}/postgres`,
    stop,
    start,
    // Its immediate shutdown writes nothing down: what was committed is found in its log at the next start.
    shutDown: (how) => end(child, how === 'crash' ? 'SIGQUIT' : 'SIGINT'),
  }
}

/** It refuses to run as root; then it runs as the user that Debian's package made, or as nobody. */
function asUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string, name: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  const name = id('-u', 'postgres') > 0 ? 'postgres' : 'nobody'
  return { uid: id('-u', name), gid: id('-g', name) }
}

/** A port of the loopback on which nobody listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Whoever is still connected is cut off. */
async function end(child: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}
