import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, Chain, ChainCheck, chainHash, genesisOf, type ShownChange } from './chain.ts'
import { rfc3339 } from './clock.ts'

const q = 'abcdefghijk'
const data = fc.dictionary(
  fc.constantFrom('idea', 'into', 'argument', 'byDeadline', 'n'),
  fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(null)),
)
const said = fc.record({ type: fc.constantFrom('vote.cast', 'idea.added'), data, at: fc.nat(4_000_000_000_000) })

/** A feed as the server shows it. */
function feedOf(all: { type: string; data: Record<string, unknown>; at: number }[]): ShownChange[] {
  const chain = new Chain(q, null)
  return all.map(({ type, data, at }, n) => {
    const hash = Buffer.from(chain.add(n + 1, type, canonicalJson(data), at)).toString('hex')
    return { revision: n + 1, type, data, at: rfc3339(at), hash }
  })
}

const flawsOf = (feed: ShownChange[], id = q) => {
  const check = new ChainCheck(id)
  return feed.flatMap((change) => check.take(change) ?? [])
}

describe('a chain of changes', () => {
  it('hashes exactly what docs/verifying.md says', () => {
    const first = { revision: 1, type: 'question.asked', at: '2026-05-04T10:00:00.000Z', data: '{}' }
    // Reckoned with another language's library.
    expect(genesisOf(q)).toBe('14e2abafd7a12906d4fe08c323975a6581b88fa48f0d8f0124f2399de5ff22ce')
    expect(chainHash(genesisOf(q), first)).toBe('d0eba526cea787386fd706fe5bfb933c9a2d9f8a7c2caf61d3c60a55b45b5a94')
  })

  it('verifies whatever was appended', () => {
    fc.assert(
      fc.property(fc.array(said), (all) => {
        expect(flawsOf(feedOf(all))).toEqual([])
      }),
    )
  })

  it('goes on from a head that was kept', () => {
    fc.assert(
      fc.property(fc.array(said, { minLength: 1 }), fc.array(said, { minLength: 1 }), (before, after) => {
        const whole = feedOf([...before, ...after])
        const chain = new Chain(q, Buffer.from(whole[before.length - 1]!.hash, 'hex'))
        for (const change of whole.slice(before.length)) {
          const hash = chain.add(change.revision, change.type, canonicalJson(change.data), Date.parse(change.at))
          expect(Buffer.from(hash).toString('hex')).toBe(change.hash)
        }
      }),
    )
  })

  it('does not verify with anything changed, left out, put in, moved, or of another question', () => {
    const damage = fc.constantFrom('type', 'data', 'at', 'hash', 'leave out', 'twice', 'swap', 'question')
    fc.assert(
      fc.property(fc.array(said, { minLength: 2 }), fc.nat(), damage, (all, nth, how) => {
        const feed = structuredClone(feedOf(all))
        const at = nth % (feed.length - 1)
        const one = feed[at]!
        if (how === 'type') one.type += '.'
        else if (how === 'data') one.data.other = 1
        else if (how === 'at') one.at = rfc3339(Date.parse(one.at) + 1)
        else if (how === 'hash') one.hash = one.hash.replace(/^./, (c) => (c === '0' ? '1' : '0'))
        else if (how === 'leave out') feed.splice(at, 1)
        else if (how === 'twice') feed.splice(at, 0, one)
        else if (how === 'swap') feed.splice(at, 2, feed[at + 1]!, one)
        expect(flawsOf(feed, how === 'question' ? 'abcdefghijK' : q)).not.toEqual([])
      }),
    )
  })
})
