import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { needs, tables } from '../bench/model.ts'
import { withPart } from '../bench/support/document.ts'
import { growthOf } from '../bench/support/slope.ts'

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
  'PostgreSQL, one node: durable votes, one question',
  'PostgreSQL, three nodes and NATS: durable votes, spread over 20 questions',
  'PostgreSQL, three nodes and NATS: one change to 50 listeners',
  'processor time of a node for a vote that another one committed',
]

it('counts right in everything that the bench measures', { timeout: 400_000 }, async () => {
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

it(
  'soaks a server in everything that people do, and looks whether it stays as it is',
  { timeout: 120_000 },
  async () => {
    const { code, output } = await bench('--quick', '--soak', '0.15', '--rate', '40', '--listeners', '10')
    expect(code, output).toBe(0)
    expect(output).toMatch(/Questions still open after their deadline: 0\ndoctor: All is well/)
    expect(output).not.toMatch(/NaN|Infinity/)
    expect(output, 'somebody listened').toMatch(/^[1-9]\d* times somebody listened/m)
  },
)

it('does not call flat what grows after it has warmed up', () => {
  const minutes = Array.from({ length: 30 }, (_, n) => n)
  expect(growthOf(minutes.map((at) => [at, 200 + at])).by).toBeCloseTo(19)
  expect(growthOf(minutes.map((at) => [at, at < 10 ? at * 20 : 200]))).toEqual({ mean: 200, by: 0 })
})

it('shows in docs/scale.md what the model says', async () => {
  const { file, text } = await withPart('scale.md', 'model', tables())
  expect(readFileSync(file, 'utf8'), 'node bench/model.ts --write puts it there').toBe(text)
})

it('has no node for an evening in which hearing of the others alone fills each', () => {
  expect(needs(1_000, 'many').nodes).toBe(1)
  expect(needs(1e12, 'many').nodes).toBe(Infinity)
  expect(needs(1e12, 'many', { hearsAll: false }).nodes).toBeLessThan(Infinity)
})
