import { describe, expect, it } from 'vitest'
import type { BurstList } from '../../src/aside/wire.ts'
import { useServer } from '../api/expectations.ts'
import { ask, Person, type Answer, type Owner } from '../support/api.ts'
import { Newcomer } from './stranger.ts'

const site = useServer({ TRUST_PROXY: 'loopback' })
/** With the limits that servers have, which those of other tests are a thousand times as wide as. */
const usual = useServer({ TRUST_PROXY: 'loopback', CLIENT_LIMITS: '1' })
const many = 10_000
/** How many begin in each network within the hour without a proof. */
const free = 300

/** Sends requests, some at a time. */
async function inTurn<R>(count: number, send: (n: number) => Promise<R>): Promise<R[]> {
  const answers: R[] = []
  let next = 0
  const one = async () => {
    while (next < count) answers.push(await send(next++))
  }
  await Promise.all(Array.from({ length: 32 }, one))
  return answers
}

async function stage(url = site.url): Promise<{ alice: Owner; idea: string }> {
  const alice = await ask(url)
  return { alice, idea: (await alice.addIdea({ title: 'At the lake' })).body.id }
}

describe('10,000 who are made up', () => {
  it('from one network do not get in but for 300 and who works, while a class behind the same address does', async () => {
    const { alice, idea } = await stage(usual.url)
    const address = '203.0.113.7'
    const mallory = new Newcomer(alice, address)
    /** What a page does: it works where it is to work, and waits where it is to wait. */
    const pupil = async () => {
      for (let turn = 0; turn < 30; turn++) {
        const { answer, strength } = await new Newcomer(alice, address).voteWorking(idea)
        if (answer.status === 200) return strength
        expect(answer.problem.code).toBe('too_fast')
        await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(answer.headers.get('retry-after') ?? 1)))
      }
      throw new Error('One of the class did not get in.')
    }
    let theClass: Promise<(number | null)[]> | undefined
    const kinds: Record<string, number> = {}
    const answers = await inTurn(many, async (n) => {
      if (n === 2 * free) theClass = Promise.all(Array.from({ length: 30 }, pupil))
      const { status, problem } = await mallory.vote(idea)
      const kind = `${status} ${problem.code}`
      kinds[kind] = (kinds[kind] ?? 0) + 1
      return kind
    })
    const strengths = (await theClass) ?? []
    expect(answers).toHaveLength(many)
    expect(Object.keys(kinds).filter((kind) => !/^(200 |428 proof_needed|429 too_fast)$/.test(kind))).toEqual([])
    expect(kinds['200 ']).toBe(free)
    expect(strengths).toEqual(Array.from({ length: 30 }, () => 0))
    expect((await alice.snapshot()).body.counts).toMatchObject({ votes: free + 30, participants: free + 31 })
    // Who comes from elsewhere notices nothing.
    expect((await new Newcomer(alice, '198.51.100.1').vote(idea)).status).toBe(200)

    // The owner sees where they came from, and that the class came from there, too.
    const { bursts, known } = (await alice.get<BurstList>('/newcomers')).body
    expect(known).toBe(free + 31)
    expect(bursts.reduce((sum, { people }) => sum + people, 0)).toBe(free + 30)
    const chosen = bursts.map(({ network, from }) => ({ network, from }))
    expect((await alice.post('/asides', { bursts: chosen, reason: 'manyAtOnce' })).status).toBe(201)
    expect((await alice.snapshot()).body.counts.votes).toBe(1)
  }, 120_000)

  it('from a botnet get in, and the owner sees from where and sets them aside at once', async () => {
    const { alice, idea } = await stage()
    const networks = 40
    const bots = Array.from({ length: networks }, (_, n) => new Newcomer(alice, `20.${n}.7.1`))
    const answers: Answer<unknown>[] = await inTurn(many, (n) => bots[n % networks]!.vote(idea))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const bob = await alice.invite('Bob')
    await bob.vote(idea)
    expect((await alice.snapshot()).body.counts.votes).toBe(many + 1)

    const { bursts, known } = (await alice.get<BurstList>('/newcomers')).body
    expect(known).toBe(many)
    // Ten minutes may end while they begin; what of a network then is left over may be too few to be shown.
    expect(bursts.length).toBeGreaterThanOrEqual(networks)
    const chosen = bursts.map(({ network, from }) => ({ network, from }))
    const began = performance.now()
    const [{ status }, meanwhile] = await Promise.all([
      alice.post('/asides', { bursts: chosen, reason: 'manyAtOnce' }),
      new Person(site.url, alice.questionId).snapshot(),
    ])
    expect([status, meanwhile.status]).toEqual([201, 200])
    expect(performance.now() - began).toBeLessThan(20_000)
    const { asides, counts } = (await alice.snapshot()).body
    expect(counts.votes).toBe(many + 1 - asides[0]!.votes)
    expect(asides[0]!.people).toBe(bursts.reduce((sum, { people }) => sum + people, 0))
    expect((await bob.contributions()).body.votes).toHaveLength(1)
  }, 120_000)
})
