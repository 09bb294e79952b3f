import { execFile } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** What a command printed and how it ended. */
export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/**
 * Runs `folkmoot …` as an operator would.
 * @param env variables of the contract, DATA_DIR above all
 */
export function folkmoot(args: string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const { PATH, HOME } = process.env
    execFile(
      process.execPath,
      ['src/cli/folkmoot.ts', ...args],
      { cwd: root, env: { PATH, HOME, ...env }, maxBuffer: 16 * 1024 * 1024 },
      (failure, stdout, stderr) => {
        const code = failure === null ? 0 : typeof failure.code === 'number' ? failure.code : 1
        resolve({ code, stdout, stderr })
      },
    )
  })
}

/** The question whose path a command printed as its last line. @throws when it printed none */
export function questionIn({ stdout, stderr }: Ran): string {
  const [, id] = /^\/q\/([0-9A-Za-z]{11})$/m.exec(stdout) ?? []
  if (id === undefined) throw new Error(`The command printed no question:\n${stdout}${stderr}`)
  return id
}
