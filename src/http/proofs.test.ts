import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { describe, expect, it } from 'vitest'
import { Proofs, type Asked } from './proofs.ts'

const secret = 'a secret that only this server has'
const here = { questionId: 'Aaaaaaaaaaa', network: 'a school' }
/** ALTCHA goes by the machine's own clock as well. */
const now = Date.now()
const [second, minute] = [1_000, 60_000]

async function solved({ challenge }: Asked): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey })
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
}

describe('a proof', () => {
  it('of work tells how hard it was, and is worth something for its purpose alone, for ten minutes', async () => {
    const proofs = new Proofs(secret)
    const text = await solved(await proofs.ask(here, 1, now))
    expect(await proofs.read(text, here, now + 9 * minute)).toMatchObject({ kind: 'work', strength: 1 })
    expect(await proofs.read(text, { ...here, questionId: 'Bbbbbbbbbbb' }, now)).toBeNull()
    expect(await proofs.read(text, { ...here, network: 'another' }, now)).toBeNull()
    expect(await proofs.read(text, here, now + 11 * minute)).toBeNull()
    expect(await new Proofs('the secret of another server').read(text, here, now)).toBeNull()
  })

  it('of having waited counts from its moment on, for ten minutes, and for its purpose alone', async () => {
    const proofs = new Proofs(secret)
    const { wait } = await proofs.ask(here, 2, now)
    expect(wait.seconds).toBe(12)
    expect(await proofs.read(wait.proof, here, now + 5 * second)).toEqual({ secondsLeft: 7 })
    expect(await proofs.read(wait.proof, here, now + 12 * second)).toMatchObject({ kind: 'wait', strength: 2 })
    expect(await proofs.read(wait.proof, here, now + 11 * minute)).toBeNull()
    expect(await proofs.read(wait.proof, { ...here, network: 'another' }, now + minute)).toBeNull()
    expect(await proofs.read(wait.proof.replace('.2.', '.5.'), here, now + minute)).toBeNull()
  })

  it('is another one each time, so that each counts once', async () => {
    const proofs = new Proofs(secret)
    const [one, two] = [await proofs.ask(here, 0, now), await proofs.ask(here, 0, now)]
    expect(one.wait.proof).not.toBe(two.wait.proof)
    expect(one.challenge.parameters.nonce).not.toBe(two.challenge.parameters.nonce)
  })
})
