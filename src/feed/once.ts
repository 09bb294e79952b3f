import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { refuse } from '../base/refusals.ts'
import type { Trx } from './command.ts'

/** How long the answer to a retried request is kept, in milliseconds. */
export const repliesKept = 24 * 60 * 60 * 1000

/**
 * A request that must be carried out once however often it is sent (the Idempotency-Key header,
 * draft-ietf-httpapi-idempotency-key-header).
 */
export interface Once {
  /** Hash of the key together with who sent it and where to. */
  keyHash: Uint8Array
  /** Hash of what was sent: the same key with something else is refused. */
  requestHash: Uint8Array
  /** Opens the kept answer. It comes from the key itself, so that nobody reads tokens out of the database. */
  sealKey: Uint8Array
  /** Secret for a device that has none yet, the same at every retry of this very request and of no other. */
  device: string
}

/** @param scope method, path and credential of the request, so that a key means nothing to anybody else */
export function onceFrom(key: string, scope: string, body: string, secretKey: string): Once {
  const keyHash = createHash('sha256').update(`${scope}\n${key}`).digest()
  const requestHash = createHash('sha256').update(body).digest()
  const device = hkdfSync('sha256', Buffer.concat([keyHash, requestHash]), secretKey, 'folkmoot device', 24)
  return {
    keyHash,
    requestHash,
    sealKey: new Uint8Array(hkdfSync('sha256', key, secretKey, 'folkmoot reply', 32)),
    device: Buffer.from(device).toString('base64url'),
  }
}

/**
 * Does the work, or answers what it answered the first time. In the same transaction as the work, so that neither a
 * crash nor a race lets it happen twice.
 * @param answer what the work answers must be JSON. @throws idempotency_key_reused
 */
export async function doOnce<Answer>(
  trx: Trx,
  once: Once | undefined,
  now: number,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (!once) return await work()
  // The key goes in first: the same request on its way elsewhere waits here until the other has ended.
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('replies')
    .values({ key_hash: once.keyHash, request_hash: once.requestHash, sealed: new Uint8Array(), created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (!numInsertedOrUpdatedRows) {
    const kept = await trx
      .selectFrom('replies')
      .selectAll()
      .where('key_hash', '=', once.keyHash)
      .executeTakeFirstOrThrow()
    if (!Buffer.from(kept.request_hash).equals(once.requestHash)) throw refuse('idempotency_key_reused')
    return open(kept.sealed, once.sealKey) as Answer
  }
  const answer = await work()
  await trx
    .updateTable('replies')
    .set({ sealed: seal(answer, once.sealKey) })
    .where('key_hash', '=', once.keyHash)
    .execute()
  return answer
}

function seal(answer: unknown, key: Uint8Array): Uint8Array {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(JSON.stringify([answer]), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

function open(sealed: Uint8Array, key: Uint8Array): unknown {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(12, 28))
  const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  return (JSON.parse(text) as [unknown])[0]
}
