import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { cpus, freemem, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { percentile } from './load.ts'
import { newFolder, pinned } from './processes.ts'

/** What the figures were measured on, in one line each. */
export async function describeMachine(): Promise<string[]> {
  const folder = await newFolder()
  const [model = 'unknown'] = cpus().map((cpu) => cpu.model)
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(0)} GB`
  const median = `${(percentile(fsyncCosts(folder), 0.5) * 1000).toFixed(0)} µs`
  return [
    `${cpus().length} × ${model.trim()}, ${gigabytes(totalmem())} of memory (${gigabytes(freemem())} free), load before ${loadavg()[0]?.toFixed(1)}`,
    `Linux ${release()}, Node ${process.version}, commit ${commit()}`,
    `data on ${filesystemOf(folder)}; writing 4 KB and waiting for the disk takes ${median} (median)`,
    pinned
      ? 'the server has the first core for itself, with all its threads; the load has the second; the browser has both'
      : '**not pinned**: server and load share what cores there are, because it is `--quick`, there is one core, or no `taskset`',
  ]
}

/** Milliseconds, sorted, of what a durable commit cannot do without. */
function fsyncCosts(folder: string): number[] {
  const file = openSync(join(folder, 'fsync'), 'w')
  const page = Buffer.alloc(4096, 1)
  try {
    return Array.from({ length: 200 }, () => {
      const begun = performance.now()
      writeSync(file, page)
      fdatasyncSync(file)
      return performance.now() - begun
    }).sort((a, b) => a - b)
  } finally {
    closeSync(file)
  }
}

function filesystemOf(folder: string): string {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at = '', type]) => type !== 'rootfs' && `${folder}/`.startsWith(at === '/' ? at : `${at}/`))
  const [, , type = 'unknown'] = mounts.sort((a, b) => (a[1]?.length ?? 0) - (b[1]?.length ?? 0)).at(-1) ?? []
  return type
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
