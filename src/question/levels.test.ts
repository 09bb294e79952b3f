import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { has, lackedToTakePart, lackedToVote, levels, opensVoting, refuseTakingPart, refuseVoting } from './levels.ts'
import { refuseBreaking, refuseSettings, defaultSettings } from './rules.ts'
import type { Level } from './wire.ts'

const level = fc.constantFrom<Level>(...levels)
const standing = fc.record({ level, invited: fc.boolean() })
const needs = fc.record({ takePart: level, vote: level })

describe('a level', () => {
  it.each<[Level, boolean, Level[]]>([
    ['open', false, ['open']],
    ['email', false, ['open', 'email']],
    ['invited', true, ['open', 'email', 'invited']],
    ['account', false, ['open', 'email', 'account']],
    // The invitation is not lost by signing in.
    ['account', true, ['open', 'email', 'invited', 'account']],
  ])('of %s, invited: %s, is enough for %j', (level, invited, enough) => {
    expect(levels.filter((needed) => has({ level, invited }, needed))).toEqual(enough)
  })

  it('is enough to vote only where it is enough to take part, and the refusal says what is missing', () => {
    fc.assert(
      fc.property(needs, standing, (settings, who) => {
        const [takePart, vote] = [lackedToTakePart(settings, who), lackedToVote(settings, who)]
        if (takePart !== null) expect(vote).toBe(takePart)
        expect(refuseTakingPart(settings, who)?.facts).toEqual(takePart === null ? undefined : { level: takePart })
        expect(refuseVoting(settings, who)?.facts).toEqual(vote === null ? undefined : { level: vote })
        if (vote !== null) expect([settings.takePart, settings.vote]).toContain(vote)
      }),
    )
  })

  it('that is needed can let fewer vote once somebody has voted, and never others', () => {
    fc.assert(
      fc.property(needs, needs, fc.array(standing), (before, after, people) => {
        const settings = { ...defaultSettings, ...before }
        const refusal = refuseBreaking(settings, { ...settings, ...after }, { votes: true, names: true })
        if (refusal === null)
          for (const who of people) if (!refuseVoting(after, who)) expect(refuseVoting(before, who)).toBeNull()
        expect(refusal?.code).toBe(opensVoting(before, after) ? 'setting_promised' : undefined)
        expect(refuseBreaking(settings, { ...settings, ...after }, { votes: false, names: true })).toBeNull()
      }),
    )
  })

  it('that a server cannot give is refused by the name of the setting', () => {
    const refusal = refuseSettings({ takePart: 'email', vote: 'invited' }, ['open', 'invited'])
    expect(refusal).toMatchObject({ code: 'setting_not_available', errors: [{ path: 'settings/takePart' }] })
    expect(refuseSettings({ takePart: 'open', vote: 'invited' }, ['open', 'invited'])).toBeNull()
    expect(refuseSettings({ names: 'hidden' }, ['open'])).toBeNull()
  })
})
