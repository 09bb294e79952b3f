import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { newPlace, type Place } from './place.ts'

const root = join(import.meta.dirname, '..', '..')

/** How long a server may take to be up, and to finish after SIGTERM, in milliseconds. */
const patience = 60_000

export interface TestServer {
  /** Where it listens, without a slash at the end; stays the same over a restart. */
  readonly url: string
  readonly dataDir: string
  /** Where it keeps what it knows; `place.env` leads a command there. */
  readonly place: Place
  /** What it has printed so far, for tests of what must not be in there. */
  output(): string
  /** Ends it in good order and removes its data. @throws when it does not end with 0 */
  stop(): Promise<void>
  /** Ends it in good order and starts it again with the same data, at the same address. */
  restart(): Promise<void>
  /** Ends it as a power failure would; `start` brings it back. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Stops the process where it is, as a machine that hangs does, and lets it go on. */
  pause(): void
  resume(): void
  /** Lets it write files only up to a size, as a disk that has gone bad lets it write none. */
  limitFiles(bytes: number | 'unlimited'): void
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a real server as an operator would, with an empty place of its own on the engine of these tests, on a free port.
 * @param env variables of the contract that the test sets otherwise
 * @param where makes the place; outside of the tests, which say on which engine they run, it has to be named
 */
export async function startServer(env: Record<string, string> = {}, where = newPlace): Promise<TestServer> {
  const place = await where()
  const { dataDir } = place
  let printed = ''
  let port = '0'
  let url = ''
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const started = spawn(process.execPath, ['src/cli/folkmoot.ts', 'serve'], {
      cwd: root,
      env: { ...surroundings(), HOST: '127.0.0.1', PORT: port, ...place.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    running.add(started)
    started.once('exit', () => running.delete(started))
    const from = printed.length
    started.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    started.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
    url = await listening(started, () => printed.slice(from))
    port = new URL(url).port
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = child
    child = null
    if (!ending) return
    const { exitCode } = ending
    if (exitCode !== null) throw new Error(`The server had ended by itself with ${exitCode}. It printed:\n${printed}`)
    const exit = once(ending, 'exit') as Promise<[number | null]>
    ending.kill(signal)
    const timer = setTimeout(() => ending.kill('SIGKILL'), patience)
    const [code] = await exit
    clearTimeout(timer)
    if (signal === 'SIGTERM' && code !== 0)
      throw new Error(`After SIGTERM the server ended with ${code ?? 'SIGKILL'} instead of 0. It printed:\n${printed}`)
  }

  try {
    await start()
  } catch (failure) {
    await place.remove()
    throw failure
  }
  return {
    get url() {
      return url
    },
    dataDir,
    place,
    output: () => printed,
    start,
    kill: () => end('SIGKILL'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    limitFiles(bytes) {
      execFileSync('prlimit', ['--pid', String(child?.pid), `--fsize=${bytes}:unlimited`])
    },
    async restart() {
      await end('SIGTERM')
      await start()
    },
    async stop() {
      try {
        await end('SIGTERM')
      } finally {
        await place.remove()
      }
    },
  }
}

/**
 * This shell's variables without those that set the server up: a test decides about them itself. Tests do in a second what
 * people do in an hour, so unless they are about limits these are wide.
 */
function surroundings(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ, NODE_OPTIONS } = process.env
  return { PATH, HOME, LANG, TZ, NODE_OPTIONS, NODE_ENV: 'production', CLIENT_LIMITS: '1000' }
}

/** Waits for the line that says where the server listens. */
async function listening(child: ChildProcess, printed: () => string): Promise<string> {
  const deadline = Date.now() + patience
  for (;;) {
    const [, url] = /^Folkmoot is listening on (http:\/\/\S+?)\/?$/m.exec(printed()) ?? []
    if (url) return url
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server did not start. It printed:\n${printed()}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The server did not say within ${patience / 1000} s where it listens. It printed:\n${printed()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
