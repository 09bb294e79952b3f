import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { command } from '../feed/command.ts'
import { createDoors, type Doors } from '../http/doors.ts'
import { levels } from '../question/levels.ts'
import type { Caller } from '../question/seat.ts'
import type { SettingsPatch } from '../question/wire.ts'
import { findFaults } from '../upkeep/verify.ts'
import { engines, houseOf, person, type TestCore } from '../../test/support/core.ts'
import { raiseLevel, type Raise } from './actions.ts'

describe.each(engines)('levels on $engine', ({ open }) => {
  let test: TestCore
  let doors: Doors
  let q: string
  let lake: string
  let hut: string
  const alice = person('Alice')
  beforeEach(async () => {
    test = await open()
    doors = createDoors(houseOf({ ...test.core, levels }))
  })
  afterEach(async () => {
    // Whatever was done, the store does not contradict itself.
    expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
    await test.close()
  })
  const asked = async (settings: SettingsPatch) => {
    q = (await doors.ask(alice, { title: 'Where shall we meet?', settings })).question.id
    lake = (await doors.addIdea(alice, q, { title: 'At the lake' })).id
    hut = (await doors.addIdea(alice, q, { title: 'In the hut' })).id
  }
  const raise = async (who: Caller, level: Raise['level'], invitation?: number) => {
    await command(test.core, q, (taken) => raiseLevel(taken, who, { level, ...(invitation && { invitation }) }))
    return who
  }
  const votes = async () => (await doors.snapshot(q)).counts

  it('keep out of everything who has not the one that is needed, and nothing is left of the attempt', async () => {
    await asked({ takePart: 'invited' })
    const { id: reason } = await doors.addArgument(alice, q, lake, { side: 'pro', text: 'It is near.' })
    const before = await doors.snapshot(q)
    const mallory = await raise(person('Mallory'), 'account')
    const there = await doors.snapshot(q)
    expect(there.counts.participants).toBe((before.counts.participants ?? 0) + 1)
    for (const who of [person('Charlie'), mallory]) {
      const attempts = [
        doors.vote(who, q, lake),
        doors.castBallot(who, q, { votes: { [lake]: 1 } }),
        doors.addIdea(who, q, { title: 'On the hill' }),
        doors.addArgument(who, q, lake, { side: 'con', text: 'It is wet.' }),
        doors.agree(who, q, reason),
        doors.addComment(who, q, { text: 'Why not?' }),
        doors.join(who, q, {}),
        doors.report(who, q, 'idea', lake, { reason: 'advertising' }),
      ]
      for (const attempt of await Promise.allSettled(attempts))
        expect(attempt).toMatchObject({ reason: { code: 'level_needed', facts: { level: 'invited' } } })
    }
    expect(await doors.snapshot(q)).toEqual(there)
    expect((await doors.overlay(mallory, q)).needed).toEqual({ takePart: 'invited', vote: 'invited' })
  })

  it('let the owner contribute without one, and vote as everyone does', async () => {
    await asked({ takePart: 'invited' })
    expect((await doors.overlay(alice, q)).needed).toEqual({ takePart: null, vote: 'invited' })
    await expect(doors.vote(alice, q, lake)).rejects.toMatchObject({ code: 'level_needed' })
    await raise(alice, 'invited', 1)
    expect((await doors.vote(alice, q, lake)).votes).toBe(1)
  })

  it('keep only from voting where only that needs one, and never from taking a vote back', async () => {
    await asked({ vote: 'email' })
    const bob = person('Bob')
    await doors.addComment(bob, q, { text: 'Hello' })
    await expect(doors.vote(bob, q, lake)).rejects.toMatchObject({ code: 'level_needed', facts: { level: 'email' } })
    await raise(bob, 'email')
    await doors.vote(bob, q, lake)
    await doors.editQuestion(alice, q, { settings: { vote: 'account' } })
    await expect(doors.vote(bob, q, hut)).rejects.toMatchObject({ facts: { level: 'account' } })
    expect((await doors.castBallot(bob, q, { votes: { [lake]: 1 } })).votes).toEqual({ [lake]: 1 })
    await expect(doors.editQuestion(alice, q, { settings: { vote: 'open' } })).rejects.toMatchObject({
      code: 'setting_promised',
      errors: [{ path: 'settings/vote' }],
    })
    await doors.unvote(bob, q, lake)
    expect(await votes()).toMatchObject({ votes: 0, votesByLevel: { email: 0, invited: 0, account: 0 } })
    expect((await doors.editQuestion(alice, q, { settings: { vote: 'open' } })).settings.vote).toBe('open')
  })

  it('rise and never fall, without a name where one is required, and the device begins to take part', async () => {
    await asked({ names: 'required' })
    const bob = person()
    await raise(bob, 'account')
    await raise(bob, 'invited', 7)
    await raise(bob, 'email')
    expect(await doors.overlay(bob, q)).toMatchObject({
      level: 'account',
      invited: true,
      participant: { name: null },
    })
    await expect(doors.vote(bob, q, lake)).rejects.toMatchObject({ code: 'name_required' })
    await doors.vote({ ...bob, name: 'Bob' }, q, lake)
    expect(await votes()).toMatchObject({ votesByLevel: { account: 1 } })
    await doors.close(alice, q)
    await expect(raise(person(), 'email')).rejects.toMatchObject({ code: 'question_closed' })
  })

  it('stay with each vote as it was cast, wherever it goes', async () => {
    await asked({})
    const [ann, ben, cem] = [person('Ann'), person('Ben'), person('Cem')]
    await doors.vote(ann, q, lake)
    await raise(ann, 'email')
    expect(await votes()).toMatchObject({ votes: 1, votesByLevel: { email: 0 } })
    await doors.vote(ann, q, hut)
    await raise(ben, 'invited', 1)
    await doors.castBallot(ben, q, { votes: { [lake]: 1, [hut]: 1 } })
    await raise(ben, 'account')
    await raise(cem, 'account')
    await doors.vote(cem, q, hut)
    const all = { votes: 5, votesByLevel: { email: 1, invited: 2, account: 1 } }
    expect(await votes()).toMatchObject(all)

    // Of Ann's two votes the earlier one stays, and of Ben's.
    const { id } = await doors.act(alice, q, { kind: 'idea', id: hut, act: 'merge', into: lake })
    const merged = await votes()
    expect(merged.votes).toBe(3)
    await doors.undoAct(alice, q, id)
    expect(await votes()).toMatchObject(all)

    await doors.hideIdea(alice, q, lake)
    expect(await votes()).toMatchObject({ votes: 3, votesByLevel: { email: 1, invited: 1, account: 1 } })
    await doors.showIdea(alice, q, lake)
    await doors.leave(ben, q, { contributions: 'remove' })
    expect(await votes()).toMatchObject({ votes: 3, votesByLevel: { email: 1, invited: 0, account: 1 } })
    await doors.unvote(ann, q, lake)
    await doors.deleteIdea(alice, q, hut)
    expect(await votes()).toMatchObject({ votes: 0, votesByLevel: { email: 0, invited: 0, account: 0 } })
  })

  it('of votes are hidden as long as the votes are', async () => {
    await asked({ results: 'afterClose', vote: 'invited' })
    await raise(person(), 'invited', 1).then((bob) => doors.vote(bob, q, lake))
    expect((await votes()).votesByLevel).toBeNull()
    await doors.close(alice, q)
    expect(await votes()).toMatchObject({ votes: 1, votesByLevel: { invited: 1 } })
  })
})
