import { createHmac, hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Length of every public id: 11 characters of base62, 65 bits. */
export const publicIdLength = 11

/** A new unguessable public id. */
export function newPublicId(): string {
  let id = ''
  for (let i = 0; i < publicIdLength; i++) id += base62.charAt(randomInt(62))
  return id
}

/** A new capability token: 192 random bits in base64url, 32 characters. */
export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** What is stored of a token, and all that is stored of it: its SHA-256. */
export function hashToken(token: string): Uint8Array {
  return hash('sha256', token, 'buffer')
}

/**
 * The participant token of one device on one question. A device keeps a single secret in a single cookie,
 * and what the server stores of it differs from question to question, so that nobody who reads the database
 * can tell that two participants of two questions are one person.
 */
export function participantToken(deviceToken: string, questionId: string): string {
  return createHmac('sha256', deviceToken).update(questionId).digest('base64url').slice(0, 32)
}

/** Compares two digests in constant time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
