import { createCipheriv, createDecipheriv, hash } from 'node:crypto'

/** Bytes of a receipt: one block of the cipher. */
const length = 16

/**
 * The receipts of a question: the participant's key under a cipher, with as many zeros behind it. Nobody without the
 * question's key makes one, or learns from one whose it is; the server finds from it whose it is in one step. It stays the
 * same however often it is asked for, since nothing that changes is in it, and it opens nothing.
 */
export class Receipts {
  readonly #key: Uint8Array
  readonly #cipher

  /** @param key of the question, 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key
    this.#cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  }

  /** A participant's receipt: 32 hexadecimal digits. */
  of(participantKey: number): string {
    return this.#encrypt(participantKey, 0n).toString('hex')
  }

  /** A number by which ballots are shuffled, where they must not stand in the order of their receipts. */
  placeOf(participantKey: number): bigint {
    return this.#encrypt(participantKey, 1n).readBigUInt64BE()
  }

  /** Whose a receipt is, if it is one of this question. @param receipt as `readReceipt` has it */
  participantOf(receipt: string): number | null {
    const cipher = createDecipheriv('aes-256-ecb', this.#key, null).setAutoPadding(false)
    const block = cipher.update(Buffer.from(receipt, 'hex'))
    if (block.length < length || block.readBigUInt64BE(8) !== 0n) return null
    const key = block.readBigUInt64BE()
    return key <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(key) : null
  }

  #encrypt(participantKey: number, what: bigint): Buffer {
    const block = Buffer.alloc(length)
    block.writeBigUInt64BE(BigInt(participantKey))
    block.writeBigUInt64BE(what, 8)
    return this.#cipher.update(block)
  }
}

/** A receipt as people see it: groups of four. */
export function spellReceipt(receipt: string): string {
  return receipt.replace(/.{4}(?=.)/g, '$&-')
}

/**
 * What somebody typed, pasted or scanned, as a receipt. No digit looks like an O, an I or an L.
 * @returns null when it cannot be one
 */
export function readReceipt(text: string): string | null {
  const digits = text
    .toLowerCase()
    .replace(/o/g, '0')
    .replace(/[il]/g, '1')
    .replace(/[^0-9a-z]/g, '')
  return /^[0-9a-f]{32}$/.test(digits) ? digits : null
}

/** What stands in a ballot file in a receipt's place, so that having the file is not having the receipts. */
export function receiptHash(receipt: string): string {
  return hash('sha256', receipt)
}
