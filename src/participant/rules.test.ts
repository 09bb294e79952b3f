import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Proof } from '../question/rules.ts'
import { refuseNewcomer, strengthFor } from './rules.ts'

const now = Date.parse('2026-05-04T10:00:00Z')
const proofOf = (strength: number, expiresAt = now + 1): Proof => ({ kind: 'work', nonce: 'n', strength, expiresAt })
const refusalOf = (begun: number, free: number, proof: Proof | null) =>
  refuseNewcomer(begun, { network: 'a school', free, proof }, now)

const begun = fc.nat(20_000)
const free = fc.integer({ min: 1, max: 2_000 })

describe('who begins to take part', () => {
  it('proves nothing while few have begun in their network, and is asked from then on', () => {
    fc.assert(
      fc.property(begun, free, (begun, free) => {
        expect(refusalOf(begun, free, null)?.code).toBe(begun < free ? undefined : 'proof_needed')
      }),
    )
  })

  it('is asked for more the more have begun, a step each time that they have doubled, and never for too much', () => {
    expect([299, 300, 599, 600, 1_200, 9_600, 1_000_000].map((begun) => strengthFor(begun, 300))).toEqual([
      ...[null, 0, 0, 1, 2, 5, 5],
    ])
    fc.assert(
      fc.property(begun, fc.nat(1_000), free, (begun, more, free) => {
        expect(strengthFor(begun + more, free) ?? -1).toBeGreaterThanOrEqual(strengthFor(begun, free) ?? -1)
      }),
    )
  })

  it('is let in with what was asked for a moment ago, and not with what is much too weak or has expired', () => {
    fc.assert(
      fc.property(begun, free, fc.nat(5), (begun, free, strength) => {
        const asked = strengthFor(begun, free) ?? 0
        expect(refusalOf(begun, free, proofOf(strength)) === null).toBe(begun < free || strength >= asked - 1)
        expect(refusalOf(begun, free, proofOf(strength, now)) === null).toBe(begun < free)
      }),
    )
  })
})
