import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installPackage } from './apt.ts'
import { freePort } from './postgres.ts'

const whatToDo =
  'The tests need nats-server and there is none. Install the package `nats-server`, or name the program in NATS_SERVER; ' +
  'then run the tests again.'

/** How long it may take to be up, in milliseconds. */
const patience = 10_000

export interface Nats {
  url: string
  stop: () => Promise<void>
  /** Starts it again at the same address. */
  start: () => Promise<void>
}

/** The program `nats-server`, which is installed now where that needs no password. @throws with what to do */
export function ensureNats(): string {
  const found = find() ?? (installPackage('nats-server', 'nats-server') ? find() : null)
  if (!found) throw new Error(whatToDo)
  return found
}

function find(): string | null {
  const { NATS_SERVER, PATH = '' } = process.env
  const folders = [...PATH.split(delimiter), '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin']
  const paths = [...(NATS_SERVER ? [NATS_SERVER] : []), ...folders.map((folder) => join(folder, 'nats-server'))]
  return paths.find((path) => existsSync(path)) ?? null
}

/** Starts a NATS of its own, on a free port of the loopback. */
export async function startNats(): Promise<Nats> {
  const program = ensureNats()
  const port = await freePort()
  let child: ChildProcess
  const start = async () => {
    const started = spawn(program, ['--addr', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' })
    child = started
    const until = performance.now() + patience
    while (!(await answers(port))) {
      if (started.exitCode !== null || performance.now() > until) throw new Error('nats-server did not start.')
      await sleep(20)
    }
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
  process.once('exit', () => child.kill('SIGKILL'))
  await start()
  return { url: `nats://127.0.0.1:${port}`, stop, start }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
