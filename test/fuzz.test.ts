import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { debuggable, Measured, shareCores } from '../bench/support/processes.ts'
import { connectReader } from '../src/db/connect.ts'
import { findFaults } from '../src/upkeep/verify.ts'
import { seedOfRun } from './faults/chance.ts'
import { operationsOf, type Description } from './support/fuzz-description.ts'
import { anyRequest, type Plan } from './support/fuzz-requests.ts'
import { Sender, setStage, type Stage } from './support/fuzz-sender.ts'

/** Requests in one run. FUZZ_REQUESTS sets more, FAULT_SEED repeats a run, FUZZ_SHRINK looks for fewer that fail. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 20_000)
/** Requests to one question, and of those on their way at the same time. */
const [together, atOnce] = [100, 16]

let server: Measured
const dataDir = mkdtempSync(join(tmpdir(), 'folkmoot-fuzz-'))
beforeAll(async () => {
  shareCores()
  const env = { DATA_DIR: dataDir, TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'error' }
  server = await Measured.start(['src/cli/folkmoot.ts', 'serve'], env, [debuggable])
})
afterAll(async () => {
  await server.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

it(`answers ${requests} requests of every kind as its own description says, without a failure and without growing`, async () => {
  const seed = seedOfRun()
  // eslint-disable-next-line no-console -- the one way to see it again
  console.log(`FAULT_SEED=${seed}`)
  const url = `http://127.0.0.1:${server.port}`
  const description = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Description
  const operations = operationsOf(description)
  expect(operations.length).toBeGreaterThan(40)
  const sender = new Sender(url, operations)
  const seen = new Map<string, number>()
  let before: Stage | null = null
  let [sent, stages, needed, counted] = [0, 0, NaN, 0]

  const run = async (plans: Plan[]) => {
    // Each from somewhere else: what one place may do in a minute is not what is looked at here.
    const address = `10.${++stages >> 8}.${stages & 255}.1`
    const stage: Stage = await setStage(url, { address, isClosed: stages % 4 === 0, elsewhere: before })
    before = stage
    for (let from = 0; from < plans.length; from += atOnce) {
      const wave = plans.slice(from, from + atOnce)
      const flaws = await Promise.all(wave.map((plan) => sender.send(plan, stage, seen)))
      expect(flaws.filter((flaw) => flaw !== null).join('\n')).toBe('')
    }
    sent += plans.length
    // Halfway everything has been in use, and every cache is as full as it will be.
    if (Number.isNaN(needed) && sent >= requests / 2) [needed, counted] = [await server.collectGarbage(), sent]
  }
  const plans = fc.array(anyRequest(operations), { minLength: together, maxLength: together })
  await fc.assert(fc.asyncProperty(plans, run), {
    seed,
    numRuns: Math.ceil(requests / together),
    endOnFailure: process.env.FUZZ_SHRINK === undefined,
  })

  // Valid enough to reach every verb, and broken enough to be refused by each that can refuse anything.
  const never = (outcome: string) => (one: { name: string }) => !seen.has(`${one.name} ${outcome}`)
  expect(operations.filter(never('done')).map(({ name }) => name)).toEqual([])
  const refusing = operations.filter(({ path }) => path.includes('{'))
  expect(refusing.filter(never('refused')).map(({ name }) => name)).toEqual([])
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const read = connectReader({ kind: 'sqlite', dataDir })
  expect(await findFaults(read, () => undefined)).toEqual([])
  await read.destroy()
  const grown = (await server.collectGarbage()) - needed
  // eslint-disable-next-line no-console -- for whoever sets the bound below
  console.log(
    `${Math.round(grown / (sent - counted))} bytes kept of each request, of ${Math.round(needed / 2 ** 20)} MiB`,
  )
  // Views of questions are kept, up to a bound; nothing may stay behind of each request.
  expect(grown / (sent - counted), 'bytes kept of each request').toBeLessThan(3_000)
}, 600_000)
