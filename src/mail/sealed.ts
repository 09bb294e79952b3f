import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { newPublicId } from '../base/ids.ts'
import type { NewLetter } from '../letter/outbox.ts'
import { canonicalAddress } from './address.ts'
import type { Letter } from './words.ts'

/** Seals letters and hashes addresses with keys that follow from the server's, so that the database alone tells neither. */
export class Sealing {
  readonly #seal: Buffer
  readonly #hash: Buffer

  /** @param secret the server's, the same on every node */
  constructor(secret: string) {
    const keyFor = (what: string) => Buffer.from(hkdfSync('sha256', secret, '', `folkmoot ${what}`, 32))
    this.#seal = keyFor('letters')
    this.#hash = keyFor('addresses')
  }

  /** Makes a letter ready for the outbox. @param from hash of the network and how many may be asked for there */
  letter(letter: Letter, from: { network: string; limit: number } | null): NewLetter {
    const id = newPublicId()
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#seal, iv).setAAD(Buffer.from(id))
    const said = Buffer.concat([cipher.update(JSON.stringify(letter), 'utf8'), cipher.final()])
    return {
      id,
      toHash: this.addressHash(letter.to, ''),
      network: from?.network ?? null,
      networkLimit: from?.limit ?? null,
      sealed: Buffer.concat([iv, cipher.getAuthTag(), said]),
    }
  }

  /** @throws when the letter was sealed with another key, or for another row */
  open(id: string, sealed: Uint8Array): Letter {
    const decipher = createDecipheriv('aes-256-gcm', this.#seal, sealed.subarray(0, 12)).setAAD(Buffer.from(id))
    decipher.setAuthTag(sealed.subarray(12, 28))
    const said = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
    return JSON.parse(said.toString('utf8')) as Letter
  }

  /**
   * What an address is known by, another within each scope, so that nobody who reads the database can tell that it is the
   * same one on two questions, nor try addresses without the server's key.
   * @param scope public id of a question; empty for the whole server
   */
  addressHash(address: string, scope: string): Uint8Array {
    return createHmac('sha256', this.#hash)
      .update(`${scope} ${canonicalAddress(address)}`)
      .digest()
  }
}
