import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { newFolder } from './processes.ts'

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

/** How many functions are named of each thread. */
const named = 30

/** Flags with which the server writes a profile of each of its threads when it ends. */
export async function profiling(): Promise<{ folder: string; nodeFlags: string[] }> {
  const folder = await newFolder()
  return { folder, nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${folder}`] }
}

/** Prints the functions in which each thread spent most of its time, callees left out. */
export function printProfiles(folder: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile
    const names = new Map(
      profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
        id,
        `${functionName || '(anonymous)'} ${basename(url)}${url ? `:${lineNumber + 1}` : ''}`,
      ]),
    )
    const spent = new Map<string, number>()
    let total = 0
    for (const [n, id] of profile.samples.entries()) {
      const name = names.get(id) ?? '?'
      const time = profile.timeDeltas[n] ?? 0
      if (name.startsWith('(idle)')) continue
      spent.set(name, (spent.get(name) ?? 0) + time)
      total += time
    }
    console.log(`\n${file}: ${(total / 1e6).toFixed(1)} s not idle`)
    const most = [...spent].sort((a, b) => b[1] - a[1]).slice(0, named)
    for (const [name, time] of most) console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`)
  }
}
