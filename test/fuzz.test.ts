import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { debuggable, Measured, shareCores } from '../bench/support/processes.ts'
import { connectReader } from '../src/db/connect.ts'
import { findFaults } from '../src/upkeep/verify.ts'
import { seedOfRun } from './faults/chance.ts'
import { operationsOf, type Description } from './support/fuzz-description.ts'
import { anyRequest, type Plan } from './support/fuzz-requests.ts'
import { Sender, setStage, type Stage } from './support/fuzz-sender.ts'
import { openMailbox, type Mailbox } from './support/mailbox.ts'
import { newPlace, type Place } from './support/place.ts'

/** Requests in one run. FUZZ_REQUESTS sets more, FAULT_SEED repeats a run, FUZZ_SHRINK looks for fewer that fail. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 20_000)
/** Requests to one question, and of those on their way at the same time. */
const [together, atOnce] = [100, 16]

let server: Measured
let place: Place
let mailbox: Mailbox
beforeAll(async () => {
  shareCores()
  place = await newPlace()
  mailbox = await openMailbox()
  const env = {
    ...place.env,
    SMTP_URL: mailbox.url,
    TRUST_PROXY: '127.0.0.1',
    LOG_LEVEL: 'error',
    CLIENT_LIMITS: 'off',
  }
  server = await Measured.start(['src/cli/folkmoot.ts', 'serve'], env, [debuggable])
})
afterAll(async () => {
  await server.stop()
  await mailbox.close()
  await place.remove()
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
  let [sent, stages, counted, needed] = [0, 0, 0, { objects: NaN, buffers: NaN }]

  const run = async (plans: Plan[]) => {
    const address = `10.${++stages >> 8}.${stages & 255}.1`
    // Whoever needs a confirmed address cannot vote yet, so that on most questions none is needed.
    const scene = { isClosed: stages % 4 === 0, elsewhere: before, mailbox: stages % 10 === 1 ? mailbox : null }
    const stage: Stage = await setStage(url, { address, ...scene })
    before = stage
    for (let from = 0; from < plans.length; from += atOnce) {
      const wave = plans.slice(from, from + atOnce)
      const flaws = await Promise.all(wave.map((plan) => sender.send(plan, stage, seen)))
      expect(flaws.filter((flaw) => flaw !== null).join('\n')).toBe('')
    }
    sent += plans.length
    // Halfway everything has been in use, and every cache is as full as it will be.
    if (counted === 0 && sent >= requests / 2) [needed, counted] = [await server.collectGarbage(), sent]
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
  const read = connectReader(place.engine)
  expect(await findFaults(read, () => undefined)).toEqual([])
  await read.destroy()
  const { objects, buffers } = await server.collectGarbage()
  const kept = (objects - needed.objects) / (sent - counted)
  const inMegabytes = (bytes: number) => Math.round(bytes / 2 ** 20)
  // eslint-disable-next-line no-console -- for whoever sets the bounds below
  console.log(
    `${Math.round(kept)} bytes kept of each request, of ${inMegabytes(objects)} MB; ${inMegabytes(buffers)} MB of answers`,
  )
  // Views of questions and answers that are ready are kept, up to a bound; nothing may stay behind of each request.
  expect(kept, 'bytes kept of each request').toBeLessThan(1_000)
  expect(inMegabytes(buffers), 'megabytes of answers that are ready').toBeLessThan(100)
}, 600_000)
