import { setTimeout as rest } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { expectNothingStored, expectRefusal, useServer } from '../api/expectations.ts'
import { ask, Person, type Owner } from '../support/api.ts'
import { askedIn, Newcomer, proofOf, solve } from './stranger.ts'

/** Fifteen begin in each network before the next have to prove something. */
const site = useServer({ TRUST_PROXY: 'loopback', CLIENT_LIMITS: '0.05' })
const free = 15

async function stage(): Promise<{ alice: Owner; idea: string; from: (address: string) => Newcomer }> {
  const alice = await ask(site.url)
  const idea = (await alice.addIdea({ title: 'At the lake' })).body.id
  return { alice, idea, from: (address) => new Newcomer(alice, address) }
}

async function fill(network: Newcomer, idea: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: free }, () => network.vote(idea)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
}

/** A question on which so many began from one network that the next has to prove something. */
async function crowded(address = '203.0.113.7') {
  const { alice, idea, from } = await stage()
  await fill(from(address), idea)
  return { alice, idea, from, mallory: from(address) }
}

describe('who begins to take part where many have just begun', () => {
  it('is asked for a proof, of work or of having waited, and nothing is stored', async () => {
    const { alice, idea, mallory } = await crowded()
    await expectNothingStored(alice, async () => {
      const answer = await mallory.vote(idea)
      expectRefusal(answer, 'proof_needed')
      const { challenge, wait } = askedIn(answer)
      expect(challenge.parameters).toMatchObject({
        algorithm: 'PBKDF2/SHA-256',
        data: { questionId: alice.questionId },
      })
      expect(wait.seconds).toBeGreaterThan(1)
      // Nobody learns the hash of an address that is not their own, nor an address.
      expect(JSON.stringify(answer.body)).not.toContain('203.0.113')
    })
  })

  it('begins with the proof, and needs none afterwards', async () => {
    const { alice, idea, mallory } = await crowded()
    const { challenge } = askedIn(await mallory.vote(idea))
    const answer = await mallory.vote(idea, await solve(challenge))
    expect(answer.status).toBe(200)
    expect(answer.body.votes).toBe(free + 1)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const known = { cookie, 'sec-fetch-site': 'same-origin' }
    expect((await mallory.vote(idea, undefined, known)).body.votes).toBe(free + 1)
    expect((await alice.snapshot()).body.counts.participants).toBe(free + 2)
  })

  it('is asked for nothing where few have begun: in another network, or on another question', async () => {
    const { idea, from } = await crowded()
    expect((await from('198.51.100.9').vote(idea)).status).toBe(200)
    const another = await stage()
    expect((await another.from('203.0.113.7').vote(another.idea)).status).toBe(200)
  })

  it('counts as one network from all over an IPv4 /24, and from all over an IPv6 /48', async () => {
    const { idea, from } = await crowded('203.0.113.7')
    expectRefusal(await from('203.0.113.250').vote(idea), 'proof_needed')
    const six = await crowded('2001:db8:1:2::3')
    expectRefusal(await six.from('2001:db8:1:ffff::9').vote(six.idea), 'proof_needed')
  })

  it('cannot use a solved challenge twice, not even at the same moment', async () => {
    const { alice, idea, mallory } = await crowded()
    const proof = await solve(askedIn(await mallory.vote(idea)).challenge)
    const answers = await Promise.all(Array.from({ length: 8 }, () => mallory.vote(idea, proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ problem }) => problem.code === 'proof_needed')).toHaveLength(7)
    expectRefusal(await mallory.vote(idea, proof), 'proof_needed')
    expect((await alice.snapshot()).body.counts.votes).toBe(free + 1)
  })

  it('cannot use a proof on another question or from another network', async () => {
    const [here, there] = [await crowded(), await crowded()]
    await fill(here.from('198.51.100.9'), here.idea)
    const proof = await solve(askedIn(await here.mallory.vote(here.idea)).challenge)
    expectRefusal(await there.mallory.vote(there.idea, proof), 'proof_needed')
    expectRefusal(await here.from('198.51.100.9').vote(here.idea, proof), 'proof_needed')
    // Tried elsewhere, it is not used up.
    expect((await here.mallory.vote(here.idea, proof)).status).toBe(200)
  })

  it('cannot splice, soften or make up a proof', async () => {
    const { alice, idea, mallory } = await crowded()
    const { challenge } = askedIn(await mallory.vote(idea))
    const { parameters, signature } = challenge
    const solved = JSON.parse(Buffer.from(await solve(challenge), 'base64').toString()) as { solution: object }
    const { keySignature: _, ...unsigned } = parameters
    const spliced = [
      proofOf({ parameters: { ...parameters, cost: 1 }, signature }, solved.solution),
      proofOf({ parameters: { ...parameters, expiresAt: 9_999_999_999 }, signature }, solved.solution),
      proofOf({ parameters: { ...parameters, data: { ...parameters.data, strength: 5 } }, signature }, solved.solution),
      proofOf({ parameters: { ...parameters, nonce: '0'.repeat(32) }, signature }, solved.solution),
      proofOf({ parameters: unsigned, signature }, solved.solution),
      proofOf({ parameters, signature: '0'.repeat(64) }, solved.solution),
      proofOf({ parameters }, solved.solution),
      proofOf(challenge, { counter: 1, derivedKey: '00'.repeat(32), time: 1 }),
      proofOf(challenge, null),
      proofOf(null, solved.solution),
      ...[
        '',
        'null',
        '{',
        'e30=',
        Buffer.from('[]').toString('base64'),
        'x'.repeat(3_000),
        'wait.',
        'wait.a.b.0.0.9.x.y',
      ],
    ]
    await expectNothingStored(alice, async () => {
      for (const proof of spliced) expectRefusal(await mallory.vote(idea, proof), 'proof_needed')
    })
  })

  it('may wait instead, once, and not less than was said', async () => {
    const { idea, mallory } = await crowded()
    const { wait } = askedIn(await mallory.vote(idea))
    const early = askedIn(await mallory.vote(idea, wait.proof))
    expect(early.wait.proof).toBe(wait.proof)
    expect(early.wait.seconds).toBeLessThanOrEqual(wait.seconds)
    expectRefusal(await mallory.vote(idea, wait.proof.replace(/\.\d{13}\./, '.1000000000000.')), 'proof_needed')
    await rest(1000 * early.wait.seconds + 50)
    expect((await mallory.vote(idea, wait.proof)).status).toBe(200)
    expectRefusal(await mallory.vote(idea, wait.proof), 'proof_needed')
  })

  it('gains nothing by waiting for many at the same time: one of each network begins every two seconds', async () => {
    const { idea, mallory } = await crowded()
    const waits = await Promise.all(Array.from({ length: 6 }, async () => askedIn(await mallory.vote(idea)).wait))
    await rest(1000 * Math.max(...waits.map(({ seconds }) => seconds)) + 50)
    const answers = await Promise.all(waits.map(({ proof }) => mallory.vote(idea, proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('is believed about their address by a trusted proxy alone', async () => {
    const { idea, mallory } = await crowded()
    // The proxy appends what it sees; what the client wrote before it counts for nothing.
    const lied = await mallory.vote(idea, undefined, { 'x-forwarded-for': '198.51.100.77, 203.0.113.7' })
    expectRefusal(lied, 'proof_needed')
  })
})

describe('a class of 30 behind one address', () => {
  const school = useServer({ TRUST_PROXY: 'loopback' })

  it('takes part within a minute without one refusal: each gives a name, votes, adds an idea and argues', async () => {
    const alice = await ask(school.url)
    const idea = (await alice.addIdea({ title: 'At the lake' })).body.id
    const behind = { 'x-forwarded-for': '203.0.113.7' }
    const began = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const joined = await alice.stranger().post<{ token: string }>('/participants', { name: `Pupil ${n}` }, behind)
        const pupil = new Person(school.url, alice.questionId, joined.body.token)
        const own = await pupil.post<{ id: string }>('/ideas', { title: `Idea ${n}` }, behind)
        return [
          joined,
          own,
          await pupil.put(`/ideas/${idea}/vote`, { value: 1 }, behind),
          await pupil.put(`/ideas/${own.body.id}/vote`, { value: 1 }, behind),
          await pupil.post(`/ideas/${idea}/arguments`, { side: 'pro', text: `It is near, says ${n}.` }, behind),
        ]
      }),
    )
    expect(answers.flat().map(({ status }) => status)).toEqual(answers.flatMap(() => [201, 201, 200, 200, 201]))
    expect(performance.now() - began).toBeLessThan(60_000)
    const { counts } = (await alice.snapshot()).body
    expect(counts).toMatchObject({ participants: 31, votes: 60, ideas: 31, arguments: 30 })
  })

  it('takes part without one refusal where each begins by a vote', async () => {
    const alice = await ask(school.url)
    const idea = (await alice.addIdea({ title: 'At the lake' })).body.id
    const answers = await Promise.all(Array.from({ length: 30 }, () => new Newcomer(alice, '203.0.113.7').vote(idea)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect((await alice.snapshot()).body.counts).toMatchObject({ participants: 31, votes: 30 })
  })
})

describe('a larger school behind one address', () => {
  it('takes part as a whole, each pupil by a little work that grows slowly', async () => {
    const { alice, idea, from } = await stage()
    // Twice as many and some more as begin without a proof.
    const strengths: (number | null)[] = []
    for (let n = 0; n < 2 * free + 3; n++) {
      const { answer, strength } = await from('203.0.113.7').voteWorking(idea)
      expect(answer.status).toBe(200)
      strengths.push(strength)
    }
    expect(strengths.slice(0, free)).toEqual(Array.from({ length: free }, () => null))
    expect(strengths.at(free)).toBe(0)
    expect(strengths.at(-1)).toBe(1)
    expect((await alice.snapshot()).body.counts.votes).toBe(2 * free + 3)
  }, 60_000)
})

describe('where CLIENT_LIMITS is off', () => {
  const open = useServer({ TRUST_PROXY: 'loopback', CLIENT_LIMITS: 'off' })

  it('nobody is asked for a proof', async () => {
    const alice = await ask(open.url)
    const idea = (await alice.addIdea({ title: 'At the lake' })).body.id
    const answers = await Promise.all(Array.from({ length: 350 }, () => new Newcomer(alice, '203.0.113.7').vote(idea)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })
})
