import { solveChallenge, type Challenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { request, type Answer, type Problem } from '../support/api.ts'

/** What stands in the refusal of somebody who has to prove something before they begin to take part. */
export interface ProofNeeded extends Problem {
  strength: number
  challenge: Challenge
  wait: { proof: string; seconds: number }
}

/** What was asked for with a refusal. */
export function askedIn(answer: Answer<unknown>): ProofNeeded {
  return answer.problem as ProofNeeded
}

/** Does the work that was asked for. @returns the proof as it is sent */
export async function solve(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey })
  return proofOf(challenge, solution)
}

/** A proof as it is sent, whatever it is made of. */
export function proofOf(challenge: unknown, solution: unknown): string {
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
}

/** Somebody new with each request, from an address that a trusted proxy names. */
export class Newcomer {
  readonly #question: string
  readonly #address: string

  constructor({ server, questionId }: { server: string; questionId: string }, address: string) {
    this.#question = `${server}/api/v1/questions/${questionId}`
    this.#address = address
  }

  /** Votes without a cookie. @param proof what comes along in the header */
  vote(idea: string, proof?: string, headers: Record<string, string> = {}): Promise<Answer<{ votes: number }>> {
    return request('PUT', `${this.#question}/ideas/${idea}/vote`, undefined, {
      'x-forwarded-for': this.#address,
      ...(proof !== undefined && { 'folkmoot-proof': proof }),
      ...headers,
    })
  }

  /** Votes, and works for it where that is asked for. @returns what came of it in the end, and how hard it was */
  async voteWorking(idea: string): Promise<{ answer: Answer<{ votes: number }>; strength: number | null }> {
    let answer = await this.vote(idea)
    let strength: number | null = null
    // While somebody works, others begin, and it may have become harder.
    for (let turn = 0; answer.status === 428 && turn < 5; turn++) {
      strength = askedIn(answer).strength
      answer = await this.vote(idea, await solve(askedIn(answer).challenge))
    }
    return { answer, strength }
  }
}
