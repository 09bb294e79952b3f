import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Run } from './run.ts'

/** From here on a known vulnerability of a dependency fails the check. */
const serious = ['high', 'critical']

interface Report {
  vulnerabilities?: Record<
    string,
    { name: string; severity: string; range: string; via: (string | { title: string })[] }
  >
}

/**
 * What npm's report means.
 * @param report what `npm audit --json` printed
 * @returns 1 only when it names a serious vulnerability; when there is no report, it says so and is 0, because a registry
 *   that does not answer is no fault of the code
 */
export function judgeAudit(report: string): Run {
  const found = vulnerabilitiesIn(report)
  if (found === null)
    return {
      code: 0,
      output: 'Not checked: the registry gave no report on vulnerabilities. Nothing is known either way.',
    }
  const lines = found
    .filter(({ severity }) => serious.includes(severity))
    .map(({ name, severity, range, via }) => {
      const titles = via.map((one) => (typeof one === 'string' ? `through ${one}` : one.title))
      return `${name} ${range} (${severity}): ${titles.join('; ')}`
    })
  return { code: lines.length > 0 ? 1 : 0, output: lines.join('\n') }
}

function vulnerabilitiesIn(report: string): Required<Report>['vulnerabilities'][string][] | null {
  try {
    const { vulnerabilities } = JSON.parse(report) as Report
    return vulnerabilities ? Object.values(vulnerabilities) : null
  } catch {
    return null
  }
}

/** Asks the registry for known vulnerabilities in what the lockfile names. */
export async function audit(): Promise<Run> {
  const npm = spawn('npm', ['audit', '--json', '--fetch-retries=0', '--fetch-timeout=20000'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let report = ''
  npm.stdout.setEncoding('utf8').on('data', (text: string) => (report += text))
  return new Promise((resolve) => {
    npm.on('error', () => resolve(judgeAudit('')))
    npm.on('close', () => resolve(judgeAudit(report)))
  })
}
