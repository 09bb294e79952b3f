import { hash } from 'node:crypto'
import { rfc3339 } from './clock.ts'

/** What a change says, and what its hash is made of. */
export interface ChainedChange {
  revision: number
  type: string
  /** As canonical JSON. */
  data: string
  /** RFC 3339, as the feed shows it. */
  at: string
}

/** SHA-256 in hex, as all hashes of a feed are written. */
export const hashPattern = /^[0-9a-f]{64}$/

/** What a question's first change hangs on. @param questionId public id */
export function genesisOf(questionId: string): string {
  return hash('sha256', `folkmoot feed ${questionId}`)
}

/** The hash of a change: over the hash before it and all that it says, a line each. */
export function chainHash(previous: string, { revision, type, at, data }: ChainedChange): string {
  return hash('sha256', `${previous}\n${revision}\n${type}\n${at}\n${data}`)
}

/**
 * JSON in one way of writing it, as RFC 8785 has it for what is flat: no spaces, names in order.
 * @param data flat, with names of ASCII
 */
export function canonicalJson(data: Record<string, unknown>): string {
  return JSON.stringify(data, Object.keys(data).sort())
}

let lastAt = NaN
let lastSaid = ''

/** Many changes are of one moment. */
function said(at: number): string {
  if (at !== lastAt) [lastAt, lastSaid] = [at, rfc3339(at)]
  return lastSaid
}

/** Hangs changes of one question one onto the other as they are appended. */
export class Chain {
  #head: string

  /** @param head of the last change; null before the first */
  constructor(questionId: string, head: Uint8Array | null) {
    this.#head = head === null ? genesisOf(questionId) : Buffer.from(head).toString('hex')
  }

  /**
   * Hangs on the next change.
   * @param data as canonical JSON. @param at milliseconds since the epoch
   * @returns its hash, which is the head now
   */
  add(revision: number, type: string, data: string, at: number): Uint8Array {
    this.#head = chainHash(this.#head, { revision, type, data, at: said(at) })
    return Buffer.from(this.#head, 'hex')
  }
}

/** A change as the feed shows it. */
export interface ShownChange {
  revision: number
  type: string
  data: Record<string, unknown>
  at: string
  hash: string
}

/** Follows a feed and says where it does not hang together. Takes a few bytes, however long the feed. */
export class ChainCheck {
  #head: string | null
  #revision: number

  /**
   * @param questionId public id. @param since the revision before the first change that comes; behind the beginning the
   *   first change is taken at its word
   */
  constructor(questionId: string, since = 0) {
    this.#revision = since
    this.#head = since === 0 ? genesisOf(questionId) : null
  }

  get revision(): number {
    return this.#revision
  }

  /** The hash of the last change that came; null when none came yet, behind the beginning. */
  get head(): string | null {
    return this.#head
  }

  /** Takes the next change. @returns what is wrong with it, in a sentence; null when it is as it should be */
  take(change: ShownChange): string | null {
    const { revision, type, data, at, hash: told } = change
    const expected = this.#revision + 1
    if (revision !== expected) return `After change ${this.#revision} comes ${revision}, not ${expected}.`
    const own = this.#head === null ? told : chainHash(this.#head, { revision, type, at, data: canonicalJson(data) })
    if (told !== own) return `Change ${revision} does not hang on the one before it: it says ${told}, and it is ${own}.`
    this.#revision = revision
    this.#head = told
    return null
  }
}
