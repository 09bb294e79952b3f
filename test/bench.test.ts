import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Runs the bench, as `npm run bench` does. It ends with 1 when anything was counted wrong. */
function bench(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['bench/run.ts', ...args], { cwd: root }, (failure, stdout, stderr) => {
      resolve({ code: failure === null ? 0 : Number(failure.code ?? 1), output: stdout + stderr })
    })
  })
}

/** One line of the table for each of these, however fast this machine is. */
const lines = [
  'durable votes, one question',
  'durable votes, spread over 20 questions',
  'durable votes by newcomers',
  'durable votes with 5,000 votes there already',
  'question page (24 ideas, 50 voters each), anonymous, brotli',
  'snapshot JSON, brotli',
  'personal overlay',
  'page after a change, 24 ideas',
  'page after a change, 60 ideas',
  'live: one change to 200 listeners',
  'live: memory a listener',
  'durable votes while 200 listen, none of whom misses the last count',
  'latency of a vote at half of the peak rate while 50 watch',
  'start of the process to its first answer',
  'idle memory',
  'first visit: HTML, CSS and JavaScript',
  'first visit: font',
  'tap on vote to the painted change',
  'folkmoot import polis, vTaiwan',
  'bursts of 300 first votes',
]

it('counts right in everything that the bench measures', { timeout: 240_000 }, async () => {
  const { code, output } = await bench('--quick')
  expect(code, output).toBe(0)
  for (const line of lines) expect(output).toContain(line)
  expect(output, 'a figure that is no number').not.toMatch(/NaN|Infinity|∞/)
})

it('says which groups there are when asked for one that there is not', async () => {
  const { code, output } = await bench('--only', 'speed')
  expect(code).toBe(1)
  expect(output).toMatch(/There is no group speed; there are votes, million, views/)
})
