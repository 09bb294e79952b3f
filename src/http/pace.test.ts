import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Pace } from './pace.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** In milliseconds: not as long as usual, so that nobody waits long for what is refused. */
const patience = 1_500
const secret = 'a secret key that is long enough'
const write = (credential: string | null, address: string) => ({
  kind: 'write' as const,
  weight: 1,
  credential,
  address,
})

/** How many of so many steps, all taken at once, are refused. */
async function refusedOf(times: number, step: (n: number) => Promise<void> | undefined): Promise<number> {
  const all = await Promise.allSettled(Array.from({ length: times }, async (_, n) => step(n)))
  const refused = all.filter((one) => one.status === 'rejected')
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ code: 'too_fast', status: 429 })
    const { retryAfter } = (reason as { facts: { retryAfter: number } }).facts
    expect(retryAfter).toBeGreaterThanOrEqual(1)
    expect(retryAfter).toBeLessThanOrEqual(10)
  }
  return refused.length
}

describe('the pace', () => {
  it('refuses a device that hammers, and no other one of its network', async () => {
    const pace = new Pace(1, secret)
    expect(await refusedOf(1000, () => pace.admit(write('mallory', '203.0.113.7')))).toBeGreaterThan(600)
    expect(await refusedOf(10, () => pace.admit(write('bob', '203.0.113.7')))).toBe(0)
  })

  it('lets a school of 2,000 behind one address open the page and vote ten times within a moment', async () => {
    const pace = new Pace(1, secret)
    const open = { kind: 'read' as const, weight: 0.25, credential: null, address: '203.0.113.7' }
    expect(await refusedOf(4_000, () => pace.admit(open))).toBe(0)
    expect(await refusedOf(20_000, (n) => pace.admit(write(`pupil ${n % 2000}`, '203.0.113.7')))).toBe(0)
    expect(pace.counts.held).toBe(0)
  })

  it('holds for a while those who come a little too fast, and lets each of them in', async () => {
    // One that begins each second, and 110 at first.
    const pace = new Pace(0.01, secret, patience)
    let last = 0
    const began = performance.now()
    const step = async (n: number) => {
      await pace.admit(write(`pupil ${n}`, '203.0.113.7'))
      last = Math.max(last, performance.now() - began)
    }
    expect(await refusedOf(112, step)).toBe(0)
    expect(pace.counts).toEqual({ holding: 0, held: 1 })
    expect(last).toBeGreaterThan(500)
  })

  it('refuses people who are invented without end, at the latest when they have waited long enough', async () => {
    const pace = new Pace(0.01, secret, patience)
    const began = performance.now()
    expect(await refusedOf(2_000, () => pace.admit(write(null, '203.0.113.7')))).toBeGreaterThan(1_850)
    expect(performance.now() - began).toBeLessThan(patience + 5_000)
    expect(pace.counts.holding).toBe(0)
    expect(await refusedOf(50, () => pace.admit(write(null, '198.51.100.7')))).toBe(0)
  })

  it('lets in who has written before while newcomers of the same network have to wait', async () => {
    const pace = new Pace(0.01, secret, patience)
    await pace.admit(write('bob', '203.0.113.7'))
    const invented = refusedOf(500, () => pace.admit(write(null, '203.0.113.7')))
    await pace.admit(write('bob', '203.0.113.7'))
    expect(pace.counts.holding).toBeGreaterThan(0)
    expect(await invented).toBeGreaterThan(0)
  })

  it('takes a device that gets its cookie with its first write for one newcomer', async () => {
    const pace = new Pace(0.01, secret, patience)
    const begin = async (n: number) => {
      await pace.admit(write(null, '203.0.113.7'))
      await pace.admit(write(pace.meet(`pupil ${n}`), '203.0.113.7'))
    }
    expect(await refusedOf(110, begin)).toBe(0)
    expect(pace.counts.held).toBe(0)
  })

  it('knows nobody by a write that was refused', async () => {
    const pace = new Pace(0.01, secret, patience)
    await refusedOf(500, () => pace.admit(write(null, '203.0.113.7')))
    expect(await refusedOf(30, () => pace.admit(write('mallory', '203.0.113.7')))).toBeGreaterThan(0)
  })

  it('has more room for a wider network of IPv6, and an end to it as well', async () => {
    const pace = new Pace(0.01, secret, patience)
    const from = (prefix: string) => refusedOf(100, () => pace.admit(write(null, `${prefix}::7`)))
    expect(await from('2a02:1:1:100')).toBe(0)
    expect(await from('2a02:1:1:101')).toBe(0)
    // The third of one /56, whose others have taken what it has.
    expect(await from('2a02:1:1:102')).toBeGreaterThan(60)
    // Another /56 of the same /48.
    expect(await from('2a02:1:1:200')).toBe(0)
    const rest = await Promise.all(['3', '4', '5', '6', '7', '8', '9', 'a'].map((part) => from(`2a02:1:1:${part}00`)))
    expect(rest.some((refused) => refused > 0)).toBe(true)
    expect(await from('2a02:1:2:100')).toBe(0)
  })

  it('takes nothing from the neighbours of a network that is refused', async () => {
    const pace = new Pace(0.01, secret, patience)
    await refusedOf(5_000, () => pace.admit(write(null, '2a02:1:1:100::7')))
    expect(await refusedOf(90, () => pace.admit(write(null, '2a02:1:1:101::7')))).toBe(0)
  })

  it('limits no network of addresses that are nobody’s out there, only each device', async () => {
    const pace = new Pace(1, secret)
    expect(await refusedOf(20_000, (n) => pace.admit(write(`device ${n}`, '127.0.0.1')))).toBe(0)
    expect(await refusedOf(20_000, () => pace.admit(write(null, '10.0.0.1')))).toBe(0)
    expect(await refusedOf(1_000, () => pace.admit(write('mallory', '127.0.0.1')))).toBeGreaterThan(600)
  })

  it('limits nobody where limits are off, and everyone less where they are wider', async () => {
    const hammer = (times: number) => {
      const pace = new Pace(times, secret)
      return refusedOf(1_000, () => pace.admit(write('mallory', '203.0.113.7')))
    }
    expect(await hammer(Infinity)).toBe(0)
    expect(await hammer(4)).toBe(0)
    expect(await hammer(0.5)).toBeGreaterThan(800)
  })

  it('keeps one budget on two nodes, but for what they have not told each other yet', async () => {
    const [here, there] = [new Pace(1, secret), new Pace(1, secret)]
    const told = async () => {
      await there.hear(here.tell())
      await here.hear(there.tell())
    }
    expect(await refusedOf(250, () => here.admit(write('mallory', '203.0.113.7')))).toBe(0)
    await told()
    const refused = await refusedOf(250, () => there.admit(write('mallory', '203.0.113.7')))
    // Alone it would let all of them in: 10 at the steady rate, 300 at once, and a tenth more on each node.
    expect(250 - refused).toBeLessThanOrEqual(130)
    expect(250 - refused).toBeGreaterThan(40)
    await told()
    expect(await refusedOf(250, () => here.admit(write('bob', '203.0.113.7')))).toBe(0)
  })

  it('tells other nodes nothing of who somebody is, and nothing twice', async () => {
    const pace = new Pace(1, secret)
    await refusedOf(250, () => pace.admit(write('mallory', '203.0.113.7')))
    const told = pace.tell()
    expect(told.length).toBeGreaterThan(0)
    for (const one of told) expect(one.every(Number.isInteger)).toBe(true)
    expect(pace.tell()).toEqual([])
  })

  it('takes no more memory than it has room for, whatever credentials and networks are made up', async () => {
    const pace = new Pace(1, secret)
    const wave = async (first: number) => {
      for (let n = first; n < first + 60_000; n++)
        await pace.admit(write(`device ${n}`, `2a02:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`))
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const after = await wave(0)
    expect((await wave(60_000)) - after).toBeLessThan(16 * 1024 * 1024)
  })
})
