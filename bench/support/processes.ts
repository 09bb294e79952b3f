import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')

/** How long a process may take to listen, and to end, in milliseconds. */
const patience = 60_000

/** Cores: whoever is measured has the first for itself, the load and all else the second. */
const measuredCore = 0
const loadCore = 1

const running = new Set<ChildProcess>()
process.on('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const folders = new Set<string>()

/** A folder of its own for a measurement, removed by `cleanUp`. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'folkmoot-bench-'))
  folders.add(folder)
  return folder
}

/** Ends what is still running, when something failed, and removes what was written. */
export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}

/** Counted before this process keeps to one of them. */
const cores = availableParallelism()

/** Whether there are two cores to keep apart and the means to do so. */
export let pinned = cores >= 2 && spawnSync('taskset', ['--version']).status === 0

/** Lets whoever is measured and the load have every core, from before anything is started. */
export function shareCores(): void {
  pinned = false
}

/** Puts this process, with all its threads and those that it starts from now on, on the load's core. */
export function pinLoad(): void {
  setCores(process.pid, String(loadCore))
}

/** Lets this process, and those that it starts from now on, use every core: for what is counted and not timed. */
export function unpinLoad(): void {
  setCores(process.pid, `0-${cores - 1}`)
}

/** Puts a process that helps the load on a core of its own, where there is a third one. */
export function pinHelper(pid: number): void {
  setCores(pid, String(Math.min(2, cores - 1)))
}

function setCores(pid: number, list: string): void {
  if (pinned) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', list, String(pid)])
}

/** Lets `collectGarbage` in. */
export const debuggable = '--inspect=0'

/** A server or a floor in a process of its own, on the core of what is measured. */
export class Measured {
  readonly #child: ChildProcess
  readonly port: number
  readonly #debugger: () => string

  private constructor(child: ChildProcess, port: number, debugger_: () => string) {
    this.#child = child
    this.port = port
    this.#debugger = debugger_
  }

  /** Starts a program that says `listening on http://…` when it does. @param nodeFlags such as --cpu-prof */
  static async start(program: string[], env: Record<string, string> = {}, nodeFlags: string[] = []): Promise<Measured> {
    const { file, args } = onMeasuredCore([process.execPath, ...nodeFlags, ...program])
    const child = spawn(file, args, {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: '0',
        // Where speed is not measured, what was compiled for the last server serves the next.
        ...(!pinned && { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let debugger_ = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // What Node says of its debugger is for us alone.
      debugger_ ||= /^Debugger listening on (ws:\S+)/m.exec(text)?.[1] ?? ''
      if (!text.startsWith('Debugger ') && !text.startsWith('For help')) process.stderr.write(text)
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    let printed = ''
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${program.join(' ')} does not listen.`)), patience)
      child.once('exit', (code) => reject(new Error(`${program.join(' ')} ended with ${code ?? 'a signal'}.`)))
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        const [, found] = /listening on http:\/\/[^ ]+:(\d+)/.exec(printed) ?? []
        if (found === undefined) return
        clearTimeout(timer)
        resolve(Number(found))
      })
    })
    return new Measured(child, port, () => debugger_)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Memory that it holds, in bytes. */
  get rss(): number {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  }

  /** Seconds of processor time that it has used, with those of the system on its behalf. */
  get cpu(): number {
    return cpuOf(this.pid)
  }

  /** Memory once it no longer changes by more than a hundredth within so many milliseconds. */
  async settledRss(within: number): Promise<number> {
    for (let before = this.rss, tries = 0; ; tries++) {
      await sleep(within)
      const now = this.rss
      if (Math.abs(now - before) < before / 100 || tries === 10) return now
      before = now
    }
  }

  /**
   * Lets it find out now what nobody needs any more, which it would do only when it runs short; it must have been
   * started with `debuggable`.
   * @returns bytes that its main thread still needs: objects, and buffers outside of them, such as answers that are ready
   */
  async collectGarbage(): Promise<{ objects: number; buffers: number }> {
    const line = new WebSocket(this.#debugger())
    await once(line, 'open')
    const ask = async (method: string) => {
      line.send(JSON.stringify({ id: 1, method }))
      const [{ data }] = (await once(line, 'message')) as [MessageEvent<string>]
      return (JSON.parse(data) as { result: { usedSize?: number; backingStorageSize?: number } }).result
    }
    await ask('HeapProfiler.collectGarbage')
    const { usedSize = NaN, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage')
    line.close()
    return { objects: usedSize, buffers: backingStorageSize }
  }

  /** Ends it in good order. @throws when it does not end by itself, with 0 */
  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit') as Promise<[number | null]>
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience)
    const [code] = await exit
    clearTimeout(timer)
    if (code !== 0) throw new Error(`After SIGTERM it ended with ${code ?? 'SIGKILL'} instead of 0.`)
  }
}

/**
 * Starts the real server, as an operator does, with a data folder. The load has fewer devices than people would be.
 * @param env such as DATABASE_URL
 */
export function startFolkmoot(
  dataDir: string,
  nodeFlags: string[] = [],
  env: Record<string, string> = {},
): Promise<Measured> {
  const all = { DATA_DIR: dataDir, CLIENT_LIMITS: '100000', ...env }
  return Measured.start(['src/cli/folkmoot.ts', 'serve'], all, nodeFlags)
}

/**
 * Runs a program to its end on the core of what is measured.
 * @returns what it printed, and how long it took in seconds
 * @throws when it does not end with 0
 */
export async function runMeasured(
  program: string[],
  env: Record<string, string> = {},
): Promise<{ printed: string; seconds: number }> {
  const begun = performance.now()
  const { file, args } = onMeasuredCore([process.execPath, ...program])
  const options = { cwd: root, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } }
  const { stdout } = await promisify(execFile)(file, args, options)
  return { printed: stdout, seconds: (performance.now() - begun) / 1000 }
}

function onMeasuredCore(command: string[]): { file: string; args: string[] } {
  const [file = '', ...args] = pinned ? ['taskset', '--cpu-list', String(measuredCore), ...command] : command
  return { file, args }
}

/** Starts one of the programs in bench/floors. */
export function startFloor(name: string, ...args: string[]): Promise<Measured> {
  return Measured.start([`bench/floors/${name}.ts`, ...args])
}

/** Seconds of processor time that a process of this machine has used. */
export function cpuOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The same with its children, also those that have ended. */
export function cpuWithChildren(pid: number): number {
  const fields = statOf(pid)
  const ended = (Number(fields[13]) + Number(fields[14])) / 100
  return childrenOf(pid).reduce(
    (sum, child) => {
      try {
        return sum + cpuOf(child)
      } catch {
        // It has ended since it was listed: from now on it is among those that have.
        return sum
      }
    },
    cpuOf(pid) + ended,
  )
}

/** Processes that a process has started, by their numbers. @param name of the program, where only such are meant */
export function childrenOf(pid: number, name?: string): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const children = list === '' ? [] : list.split(' ').map(Number)
  return children.filter((child) => name === undefined || readFileSync(`/proc/${child}/comm`, 'utf8').trim() === name)
}

/** The process that has started another. */
export function parentOf(pid: number): number {
  return Number(statOf(pid)[1])
}

/** Fields behind the name of a process, which stands in parentheses and may have blanks; times are hundredths of a second. */
function statOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
}
