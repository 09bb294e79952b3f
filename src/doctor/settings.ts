import { ConfigError, readConfig } from '../http/config.ts'
import type { Finding } from './finding.ts'

/** The oldest major version of Node that runs this. */
const oldestNode = 24

const anyKey = 'x'.repeat(32)

/** @param version such as 24.3.0 */
export function checkRuntime(version: string): Finding[] {
  if (Number.parseInt(version, 10) >= oldestNode) return []
  return [
    {
      check: 'runtime',
      finding: `This is Node ${version}, and Folkmoot needs ${oldestNode} or newer.`,
      advice: 'Start it with npm, which brings the right one along on Linux, or install a newer Node.',
    },
  ]
}

/** Every variable that would stop the start, not only the first. Makes no file. */
export function checkConfiguration(env: Record<string, string | undefined>): Finding[] {
  const findings: Finding[] = []
  // A key that is given is not looked for, so that none is made in the data folder.
  const isKeyGiven = env.SECRET_KEY !== undefined && env.SECRET_KEY !== ''
  const left: typeof env = isKeyGiven ? { ...env } : { ...env, SECRET_KEY: anyKey }
  for (;;) {
    try {
      readConfig(left)
      return findings
    } catch (failure) {
      const [name] = failure instanceof ConfigError ? (/^[A-Z_]+/.exec(failure.message) ?? []) : []
      if (name === undefined || !left[name]) throw failure
      const advice = `Put ${name} right where the server gets its settings from; docs/operating.md lists them all.`
      findings.push({ check: 'configuration', finding: (failure as Error).message, advice })
      left[name] = name === 'SECRET_KEY' ? anyKey : undefined
    }
  }
}
