import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { audit } from './audit.ts'
import { writeTypes } from './messages.ts'
import { checkRooms } from './rooms.ts'
import { run, type Run } from './run.ts'

interface Step {
  name: string
  /** What to do when it finds something. */
  advice: string
  check: () => Promise<Run>
  /** What it says is worth reading also where nothing was found. */
  tells?: boolean
}

const root = join(import.meta.dirname, '..')

/** Longest first, so that no core waits for the last one. */
const steps: Step[] = [
  {
    name: 'lint',
    advice: 'Correct what ESLint names; `npx eslint --fix` does it for some.',
    check: () => run('eslint', ['--max-warnings', '0', '--color', '.']),
  },
  {
    name: 'types',
    advice: 'Correct what the type check names, in the files of src, web, test and scripts.',
    check: () => run('svelte-check', ['--fail-on-warnings', '--output', 'human']),
  },
  {
    name: 'format',
    advice: 'Run `npm run format`.',
    check: () => run('prettier', ['--check', '--log-level', 'warn', '.']),
  },
  {
    name: 'audit',
    advice: 'Bring in the versions that are named as corrected (`npm audit fix`), or do without the package.',
    check: audit,
    tells: true,
  },
  {
    name: 'rooms',
    advice: 'Move the code as the sentences say; docs/architecture.md tells what belongs where.',
    check: () => {
      const found = checkRooms(root)
      return Promise.resolve({ code: found.length > 0 ? 1 : 0, output: found.join('\n') })
    },
  },
]

/** Types that are made from other files; all steps read them. */
async function makeTypes(): Promise<Run> {
  writeTypes()
  return run('svelte-kit', ['sync'])
}

async function perform({ name, advice, check, tells = false }: Step): Promise<boolean> {
  const started = performance.now()
  const { code, output } = await check()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(8)} ${seconds.padStart(5)} s`)
  if (code !== 0) console.log(`${output.trimEnd()}\n→ ${advice}\n`)
  else if (tells && output !== '') console.log(`  ${output}`)
  return code === 0
}

const prepared = await perform({ name: 'prepare', advice: 'Correct what is named above.', check: makeTypes })
const waiting = prepared ? [...steps] : []
const failed = prepared ? [] : ['prepare']

async function work(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) if (!(await perform(step))) failed.push(step.name)
}
await Promise.all(Array.from({ length: Math.min(availableParallelism(), steps.length) }, work))

console.log(failed.length === 0 ? 'All checks passed.' : `Checks that failed: ${failed.join(', ')}.`)
if (failed.length > 0) process.exitCode = 1
