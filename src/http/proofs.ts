import { createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto'
import { createChallenge, verifySolution, type Challenge, type Solution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { sameBytes } from '../base/ids.ts'
import type { Proof } from '../question/rules.ts'

/** How long a proof may be on its way, in milliseconds. */
const validFor = 10 * 60 * 1000
/** Rounds of the key that is derived for each guess: about half a millisecond in a browser. */
const rounds = 1_000
/** Guesses at the easiest; each step doubles them. A telephone makes about 500 a second. */
const guesses = 300
/** How long who cannot work waits at the easiest, and how much longer with each step, in milliseconds. */
const waiting = { first: 6_000, step: 3_000 }
/** No proof of ours is longer. */
const longest = 2_000

/** What a proof is for. It is worth nothing elsewhere. */
export interface Purpose {
  /** Public id of the question. */
  questionId: string
  /** Hash of the network. */
  network: string
}

/** What is asked of somebody who begins to take part: to solve the challenge, or to wait. */
export interface Asked {
  challenge: Challenge
  /** The proof of having waited, which counts from then on. */
  wait: { proof: string; seconds: number }
}

/**
 * Makes and reads proofs that a device has worked or waited. All that there is to know of one stands in it, signed: nothing
 * is kept of those that are asked for. The work is ALTCHA's, with a key derivation that browsers have built in, so that a
 * telephone is not hundreds of times slower than who attacks.
 */
export class Proofs {
  readonly #signing: string
  readonly #keys: string
  readonly #waits: Buffer

  /** @param secret the server's, the same on every node */
  constructor(secret: string) {
    const keyFor = (what: string) => Buffer.from(hkdfSync('sha256', secret, '', `folkmoot ${what}`, 32))
    this.#signing = keyFor('challenges').toString('base64url')
    this.#keys = keyFor('solutions').toString('base64url')
    this.#waits = keyFor('waits')
  }

  /** Asks for a proof. @param strength from 0 on. @param now in milliseconds */
  async ask({ questionId, network }: Purpose, strength: number, now: number): Promise<Asked> {
    const most = guesses * 2 ** strength
    const challenge = await createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      cost: rounds,
      // Not from 0 on, so that luck spares nobody more than half.
      counter: randomInt(most / 2, most),
      data: { questionId, network, strength },
      deriveKey,
      expiresAt: Math.ceil((now + validFor) / 1000),
      hmacSignatureSecret: this.#signing,
      hmacKeySignatureSecret: this.#keys,
    })
    const wait = waiting.first + waiting.step * strength
    const from = now + wait
    const words = ['wait', questionId, network, strength, from, from + validFor, randomBytes(16).toString('base64url')]
    const said = words.join('.')
    return { challenge, wait: { proof: `${said}.${this.#sign(said)}`, seconds: Math.ceil(wait / 1000) } }
  }

  /**
   * Reads a proof as it was sent.
   * @returns null for what is no proof of ours, or one for something else; for a proof of having waited that comes too
   *   early, how many seconds are left
   */
  async read(text: string | undefined, purpose: Purpose, now: number): Promise<Proof | { secondsLeft: number } | null> {
    if (text === undefined || text === '' || text.length > longest) return null
    return text.startsWith('wait.') ? this.#readWait(text, purpose, now) : await this.#readWork(text, purpose, now)
  }

  #readWait(text: string, purpose: Purpose, now: number): Proof | { secondsLeft: number } | null {
    const end = text.lastIndexOf('.')
    const said = text.slice(0, end)
    if (!sameBytes(Buffer.from(text.slice(end + 1)), Buffer.from(this.#sign(said)))) return null
    const [, questionId, network, strength, from, until, nonce = ''] = said.split('.')
    if (questionId !== purpose.questionId || network !== purpose.network || Number(until) <= now) return null
    const left = Number(from) - now
    if (left > 0) return { secondsLeft: Math.ceil(left / 1000) }
    return { kind: 'wait', nonce, strength: Number(strength), expiresAt: Number(until) }
  }

  async #readWork(text: string, { questionId, network }: Purpose, now: number): Promise<Proof | null> {
    const sent = parse(text)
    if (!sent) return null
    const { challenge, solution } = sent
    const { expiresAt = 0, data, nonce } = challenge.parameters
    if (expiresAt * 1000 <= now || data?.questionId !== questionId || data.network !== network) return null
    const secrets = { hmacSignatureSecret: this.#signing, hmacKeySignatureSecret: this.#keys }
    // What looks like a challenge may still be anything inside.
    const { verified } = await verifySolution({ challenge, solution, deriveKey, ...secrets }).catch(() => ({
      verified: false,
    }))
    return verified ? { kind: 'work', nonce, strength: Number(data.strength), expiresAt: expiresAt * 1000 } : null
  }

  #sign(said: string): string {
    return createHmac('sha256', this.#waits).update(said).digest('base64url')
  }
}

function parse(text: string): { challenge: Challenge; solution: Solution } | null {
  try {
    const sent = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as {
      challenge?: Partial<Challenge> | null
      solution?: Solution
    } | null
    const { parameters, signature } = sent?.challenge ?? {}
    // One that names no key of ours would be checked by working once more.
    if (typeof parameters?.keySignature !== 'string' || typeof signature !== 'string') return null
    return sent?.solution ? { challenge: { parameters, signature }, solution: sent.solution } : null
  } catch {
    return null
  }
}
