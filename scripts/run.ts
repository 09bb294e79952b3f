import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

export interface Run {
  code: number
  output: string
}

/** Runs an installed command with this very Node, whichever other is on the PATH, and gathers what it prints. */
export async function run(
  command: string,
  args: string[],
  { env = {} }: { env?: NodeJS.ProcessEnv } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [join(root, 'node_modules', '.bin', command), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal) output += `\n${command} was ended by ${signal}.\n`
      resolve({ code: code ?? 1, output })
    })
  })
}
