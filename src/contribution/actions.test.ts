import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../question/seat.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'

describe.each(engines)('contributions on $engine', ({ open }) => {
  let test: TestCore
  let alice: Caller
  let bob: Caller
  let mallory: Caller
  let q: string
  beforeEach(async () => {
    test = await open()
    alice = person('Alice')
    bob = person('Bob')
    mallory = person('Mallory')
    q = (await test.doors.ask(alice, { title: 'Where shall we meet?' })).question.id
  })
  afterEach(() => test.close())
  const idea = async (who: Caller, title: string) => (await test.doors.addIdea(who, q, { title })).id

  describe('after a merger', () => {
    let target: string
    let source: string
    beforeEach(async () => {
      target = await idea(mallory, 'By the lake')
      source = await idea(bob, 'At the lake')
      await test.doors.vote(bob, q, source)
      await test.doors.mergeIdea(alice, q, source, { into: target })
    })

    it('lets nobody but the owner delete an idea that others’ ideas went into', async () => {
      await expect(test.doors.deleteIdea(mallory, q, target)).rejects.toMatchObject({ code: 'author_only' })
      await test.doors.deleteIdea(alice, q, target)
      expect((await test.doors.snapshot(q)).counts).toMatchObject({ ideas: 0, votes: 0 })
    })

    it('lets an author take their line out of the idea it went into; the votes that moved stay', async () => {
      expect((await test.doors.ownContributions(bob, q)).merged).toEqual([
        { id: source, title: 'At the lake', into: { id: target, title: 'By the lake' } },
      ])
      await expect(test.doors.deleteIdea(mallory, q, source)).rejects.toMatchObject({ code: 'author_only' })
      await test.doors.deleteIdea(bob, q, source)
      const { ideas } = await test.doors.snapshot(q)
      expect(ideas).toMatchObject([{ id: target, merged: [], votes: 1 }])
    })

    it('keeps the idea without its author’s name when its author leaves with everything', async () => {
      await test.doors.leave(mallory, q, { contributions: 'remove' })
      const { ideas } = await test.doors.snapshot(q)
      expect(ideas).toMatchObject([{ id: target, author: null, merged: ['At the lake'], votes: 1 }])
    })
  })

  it('lets a recorded decision follow an idea into the one that took it in', async () => {
    const target = await idea(bob, 'By the lake')
    const source = await idea(bob, 'At the lake')
    await test.doors.close(alice, q)
    await test.doors.decide(alice, q, { ideas: [source], statement: '' })
    await test.doors.reopen(alice, q, {})
    await test.doors.mergeIdea(alice, q, source, { into: target })
    expect((await test.doors.close(alice, q)).decision?.ideas).toEqual([target])
    await test.doors.hideIdea(alice, q, target)
    expect((await test.doors.snapshot(q)).decision, 'nothing of it is left to be seen').toBeNull()
  })

  it('keeps an argument as it is while its idea is hidden, and says nothing of that idea', async () => {
    const hidden = await idea(mallory, 'A secret plan')
    const { id: argument } = await test.doors.addArgument(bob, q, hidden, { side: 'con', text: 'No.' })
    await test.doors.hideIdea(alice, q, hidden)
    const { revision } = await test.doors.snapshot(q)
    await expect(test.doors.editArgument(bob, q, argument, { text: 'Never.' })).rejects.toMatchObject({
      code: 'argument_not_found',
    })
    expect((await test.doors.snapshot(q)).revision).toBe(revision)
    const own = await test.doors.ownContributions(bob, q)
    expect(own.arguments).toMatchObject([{ text: 'No.', ideaTitle: '', hidden: true }])
    expect(JSON.stringify(own)).not.toContain('secret plan')
  })

  it('lets everyone change their name after the close, the owner too', async () => {
    await idea(alice, 'At the lake')
    await idea(bob, 'By the sea')
    await test.doors.close(alice, q)
    await test.doors.rename(alice, q, { name: 'Alice B.' })
    await test.doors.rename(bob, q, { name: 'Robert' })
    expect((await test.doors.snapshot(q)).ideas.map((one) => one.author)).toEqual([
      { name: 'Alice B.' },
      { name: 'Robert' },
    ])
  })
})
