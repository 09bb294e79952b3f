import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Refusal } from '../base/refusals.ts'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { buildSnapshot } from '../snapshot/build.ts'
import { findFaults } from '../upkeep/verify.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import type { NewAside } from './wire.ts'

const verbs = [
  ...['vote', 'vote', 'vote', 'unvote', 'ballot', 'aside', 'aside', 'asideBurst', 'restore', 'restore'],
  ...['merge', 'merge', 'hide', 'undo', 'undo', 'limit', 'leave', 'rename', 'delete', 'close', 'export'],
] as const
const step = fc.record({ verb: fc.constantFrom(...verbs), who: fc.nat(7), which: fc.nat(9), other: fc.nat(9) })
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

describe.each(engines)('any order of votes, settings aside, undos and mergers on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  it('leaves tallies, feed and list as the votes that count say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const play = await begin(test)
        for (const one of steps) await play.perform(one)
        expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
      }),
      { numRuns: process.env.CI ? 40 : 20 },
    )
  }, 240_000)

  it('undone, a setting aside leaves everything as it was, also what was merged and separated meanwhile', async () => {
    const { doors } = test
    const [alice, bob, carol] = [person('Alice'), person('Bob'), person('Carol')]
    const q = (await doors.ask(alice, { title: 'Where shall we meet?' })).question.id
    const lake = (await doors.addIdea(alice, q, { title: 'At the lake' })).id
    const shore = (await doors.addIdea(alice, q, { title: 'On the shore' })).id
    for (const who of [bob, carol]) for (const idea of [lake, shore]) await doors.vote(who, q, idea)
    const before = await doors.snapshot(q)
    const { participant } = await doors.overlay(bob, q)
    const aside = await doors.setAside(alice, q, { participant: participant!.id, reason: 'twice' })
    expect(await doors.snapshot(q)).toMatchObject({
      counts: { votes: 2, participants: before.counts.participants! - 1 },
      ideas: [{ voters: { first: ['Carol'] } }, { voters: { first: ['Carol'] } }],
      asides: [{ people: 1, votes: 2, reason: 'twice', undoneAt: null }],
    })
    const { id: merger } = await doors.act(alice, q, { kind: 'idea', id: lake, act: 'merge', into: shore })
    await doors.restoreAside(alice, q, aside.id)
    expect((await doors.snapshot(q)).ideas).toMatchObject([{ id: shore, votes: 2 }])
    await doors.undoAct(alice, q, merger)
    const { asides, ...after } = await doors.snapshot(q)
    expect({ ...after, revision: 0, asides: [] }).toEqual({ ...before, revision: 0 })
    expect(asides).toMatchObject([{ id: aside.id, undoneAt: after.createdAt }])
    await expect(doors.restoreAside(alice, q, aside.id)).rejects.toMatchObject({ code: 'dealt_with' })
  })
})

/** Eight people, five of whom began from one network at once. */
async function begin({ doors, core, time }: TestCore) {
  const owner = person('Alice')
  const people: Caller[] = [person('Bob'), person(), person('Carol')]
  for (let n = 0; n < 5; n++) {
    const one = person()
    one.newcomer = { network: 'aSchool', free: 300, proof: null }
    people.push(one)
  }
  const began = time.now
  const q = (await doors.ask(owner, { title: 'What shall we plant?', settings: { votesPerIdea: 3 } })).question.id
  const ideas: string[] = []
  for (const title of ['Apples', 'Pears', 'Plums', 'Quinces']) ideas.push((await doors.addIdea(owner, q, { title })).id)
  for (const one of people) await doors.vote(one, q, ideas[0]!)

  async function apply({ verb, who, which, other }: Step): Promise<unknown> {
    const caller = people[who]!
    const idea = ideas[which % ideas.length]!
    switch (verb) {
      case 'vote':
        return doors.vote(caller, q, idea, 1 + (other % 4))
      case 'unvote':
        return doors.unvote(caller, q, idea)
      case 'ballot':
        return doors.castBallot(caller, q, { votes: { [idea]: 1 + (who % 3), [ideas[other % ideas.length]!]: 1 } })
      case 'aside': {
        const { participant } = await doors.overlay(caller, q)
        return participant && doors.setAside(owner, q, { participant: participant.id, reason: 'other' })
      }
      case 'asideBurst': {
        const bursts: NewAside['bursts'] = [{ network: 'aSchool', from: new Date(began).toISOString() }]
        return doors.setAside(owner, q, { bursts, reason: 'manyAtOnce', note: 'All at once.' })
      }
      case 'restore': {
        const { asides } = await doors.asides(q, {})
        const one = asides[which % Math.max(1, asides.length)]
        return one && doors.restoreAside(owner, q, one.id)
      }
      case 'merge':
        return doors.act(owner, q, { kind: 'idea', id: idea, act: 'merge', into: ideas[other % ideas.length]! })
      case 'hide':
        return other % 2 ? doors.hideIdea(owner, q, idea) : doors.showIdea(owner, q, idea)
      case 'undo': {
        const { acts } = await doors.acts(owner, q, { limit: 100 })
        return acts.length === 0 ? undefined : doors.undoAct(owner, q, acts[which % acts.length]!.id)
      }
      case 'limit':
        return doors.editQuestion(owner, q, {
          settings:
            which % 2 ? { votesPerIdea: 1 + (other % 4) } : { votesPerParticipant: which % 3 ? null : 1 + (other % 3) },
        })
      case 'leave':
        if (other > 1) return
        await doors.leave(caller, q, { contributions: other ? 'keep' : 'remove' })
        people[who] = person('Newcomer')
        return
      case 'rename':
        return doors.rename(caller, q, { name: which % 2 ? `Robert ${other}` : '' })
      case 'delete':
        if (other > 0 || ideas.length < 3) return
        await doors.deleteIdea(owner, q, idea)
        return ideas.splice(ideas.indexOf(idea), 1)
      case 'close':
        return other % 2 ? doors.close(owner, q) : doors.reopen(owner, q, {})
      case 'export':
        return doors.newcomers(owner, q)
    }
  }

  return {
    async perform(one: Step): Promise<void> {
      time.now += 1_000
      const revision = (await loadQuestion(core.store.read, q)).revision
      try {
        await apply(one)
      } catch (failure) {
        if (!(failure instanceof Refusal) || failure.code === 'internal') throw failure
        expect((await loadQuestion(core.store.read, q)).revision, `${one.verb} was refused and changed nothing`).toBe(
          revision,
        )
      }
      const row = await loadQuestion(core.store.read, q)
      const shown = await doors.snapshot(q)
      expect(shown, 'what is kept for everyone').toEqual(await buildSnapshot(core.store.read, row, time.now))
      const { changes } = await doors.changes(q, {})
      expect(changes.map((change) => change.revision)).toEqual(changes.map((_, index) => index + 1))
      const told = (type: string) => changes.filter((change) => change.type === type).length
      const { asides } = await doors.asides(q, {})
      if (told('votes.setAside') <= 25) {
        expect(asides).toHaveLength(told('votes.setAside'))
        expect(asides.filter(({ undoneAt }) => undoneAt !== null)).toHaveLength(told('votes.restored'))
      }
      for (const { id, voters } of shown.ideas)
        expect((await doors.voters(owner, q, id, {})).voters, voters?.first.join()).toHaveLength(
          voters!.first.length + voters!.others,
        )
      const caller = people[one.who]!
      const overlay = await doors.overlay(caller, q)
      const own = overlay.participant && (await doors.ownContributions(caller, q))
      if (own?.setAside) expect([own.votes, overlay.votes]).toEqual([[], []])
    },
  }
}
