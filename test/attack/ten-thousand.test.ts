import { describe, expect, it } from 'vitest'
import type { BurstList } from '../../src/aside/wire.ts'
import { useServer } from '../api/expectations.ts'
import { ask, Person, type Answer, type Owner } from '../support/api.ts'
import { Newcomer } from './stranger.ts'

const site = useServer({ TRUST_PROXY: 'loopback' })
const many = 10_000

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

async function stage(): Promise<{ alice: Owner; idea: string }> {
  const alice = await ask(site.url)
  return { alice, idea: (await alice.addIdea({ title: 'At the lake' })).body.id }
}

describe('10,000 who are made up', () => {
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
