import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rfc3339 } from '../base/clock.ts'
import { engines, type TestCore } from '../../test/support/core.ts'
import { play } from '../../test/support/played.ts'
import { verify } from './verify.ts'

describe('verify', () => {
  let test: TestCore
  let q: string
  let feed: string
  let ballots: string
  beforeAll(async () => {
    test = await engines[0]!.open()
    const deeds = ['vote', 'argue', 'vote', 'merge', 'rename', 'vote', 'hide'] as const
    const played = await play(test, deeds.map((verb, n) => ({ verb, who: n % 3, idea: n % 4, into: (n + 1) % 4 }))) // prettier-ignore
    q = played.q
    await test.doors.close(played.owner, q)
    feed = await partOf(0, 1_000)
    ballots = (await Array.fromAsync((await test.doors.ballots(q)).pieces())).join('')
  })
  afterAll(() => test.close())

  /** A feed as the API answers it. */
  async function partOf(since: number, limit: number): Promise<string> {
    const page = await test.doors.changes(q, { since, limit })
    return JSON.stringify({ ...page, changes: page.changes.map((change) => ({ ...change, at: rfc3339(change.at) })) })
  }

  it('finds a feed and a ballot file as they should be, and says what they are', () => {
    const { head, revision } = JSON.parse(feed) as { head: string; revision: number }
    expect(verify([feed])).toEqual({
      says: [`Feed of the question ${q}: changes 1 to ${revision}, head ${head}.`],
      flaws: [],
    })
    const { says, flaws } = verify([ballots])
    expect(flaws).toEqual([])
    expect(says).toEqual([
      expect.stringMatching(/: \d ballots, \d votes\.$/),
      `The feed stood at revision ${revision}, and its head was ${head}.`,
    ])
  })

  it('finds any single byte of a feed that was changed', () => {
    fc.assert(
      fc.property(fc.nat(feed.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
        fc.pre(feed.charCodeAt(at) !== code)
        const changed = feed.slice(0, at) + String.fromCharCode(code) + feed.slice(at + 1)
        expect(verify([changed]).flaws).not.toEqual([])
      }),
      { numRuns: 5_000 },
    )
  })

  it('follows a feed through its parts, however they were saved', async () => {
    const { revision } = JSON.parse(feed) as { revision: number }
    const parts = [await partOf(0, 4), await partOf(4, 4), await partOf(8, 1_000)]
    expect(verify(parts).flaws).toEqual([])
    expect(verify([parts.join('\n')]).flaws).toEqual([])
    expect(verify(parts.slice(0, 2)).flaws).toEqual([`It ends with change 8, and there are ${revision}. Get the rest with ?since=8.`]) // prettier-ignore
    expect(verify([parts[0]!, parts[2]!]).flaws).toEqual(['After change 4 comes 9, not 5.'])
    const behind = verify(parts.slice(2))
    expect(behind.flaws).toEqual([])
    expect(behind.says[1]).toContain('nothing is said of that')
  })

  it('tells one question from another', () => {
    const other = feed.replace(`"question":"${q}"`, '"question":"aaaaaaaaaaa"')
    expect(verify([other]).flaws).toEqual([expect.stringContaining('Change 1 does not hang on the one before it')])
    expect(verify([feed, other]).flaws).toEqual([expect.stringContaining('feeds of two questions')])
  })

  it.each([
    [
      'a vote more',
      /"votes":(\d+),"votesInRoom":0\}\]/,
      (n: string) => `"votes":${Number(n) + 1},"votesInRoom":0}]`,
      /is said to have/,
    ],
    ['a total more', /"totals":\{"ballots":(\d)/, (n: string) => `"totals":{"ballots":${Number(n) + 1}`, /said to be/],
    ['a receipt less', /"receipt":"([0-9a-f])/, () => '"receipt":"x', /receipt is missing/],
  ])('finds a ballot file with %s wanting', (_what, pattern, by, said) => {
    const forged = ballots.replace(pattern, (_all, n: string) => by(n))
    expect(forged).not.toBe(ballots)
    expect(verify([forged]).flaws).toEqual(expect.arrayContaining([expect.stringMatching(said)]))
  })

  it.each(['', '{', '[]', 'null', '{"format":"folkmoot-ballots"}', 'Dear diary', '{"changes":[]}'])(
    'knows that %j is none of them',
    (text) => expect(verify([text]).flaws).toEqual([expect.stringContaining('This is neither')]),
  )
})
