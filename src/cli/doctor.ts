import type { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { examine } from '../doctor/examine.ts'
import { checks } from '../doctor/finding.ts'
import { progressBar } from './progress.ts'

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('look whether all is well, also while the server runs, and say what to do about what is not')
    .option('--json', 'for programs: {"findings": [{"check", "finding", "advice"}]}', false)
    .action(doctor)
}

async function doctor({ json }: { json: boolean }): Promise<void> {
  const bar = progressBar('Counting')
  const findings = await examine(process.env, systemClock(), bar.show).finally(bar.end)
  if (findings.length > 0) process.exitCode = 1
  if (json) {
    console.log(JSON.stringify({ findings }, null, 2))
    return
  }
  for (const { finding, advice } of findings) console.log(`✗ ${finding}\n  → ${advice}\n`)
  if (findings.length === 0) console.log(`All is well: ${checks.join(', ')}.`)
  else console.log(`${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`)
}
