import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { connect, hot } from '../db/connect.ts'
import { createFeed } from '../feed/follow.ts'
import type { Caller } from '../question/seat.ts'
import { createVerbs } from '../verbs/verbs.ts'

describe.each(engines)('OverlayCache on $engine', ({ open }) => {
  let test: TestCore
  let q: string
  let owner: Caller
  let idea: string
  beforeEach(async () => {
    test = await open()
    owner = person()
    const asked = await test.doors.ask(owner, { title: 'Where shall we meet?' })
    q = asked.question.id
    await test.doors.openAdminLink(owner, q, asked.adminToken)
    idea = (await test.doors.addIdea(person(), q, { title: 'By the lake' })).id
  })
  afterEach(() => test.close())

  it('keeps what is a device’s own while others vote, add and talk, where all of that is heard of', async () => {
    const { doors } = test
    const me = person()
    await doors.vote(me, q, idea)
    const mine = await doors.overlay(me, q)
    await doors.vote(person(), q, idea)
    await doors.addIdea(person(), q, { title: 'In the hall' })
    await doors.addComment(person(), q, { text: 'The hall is cold.' })
    const again = await doors.overlay(me, q)
    expect(again).toEqual(mine)
    expect(again === mine).toBe(hot(test.core.store.read).isAlone)
  })

  it('shows at once what the same device did through another process', async () => {
    const { doors } = test
    const me = person('Bob')
    await doors.vote(me, q, idea)
    await doors.overlay(me, q)
    const elsewhere = await connect(test.engine)
    const feed = createFeed((failure) => {
      throw failure
    })
    // What one node commits is news to the other.
    feed.follow(test.core.feed.relay)
    await createVerbs({ store: elsewhere, clock: test.core.clock, feed }).unvote(me, q, idea)
    await elsewhere.close()
    if (!hot(test.core.store.read).isAlone) expect((await doors.overlay(me, q)).votes).toEqual([])
  })

  it('forgets it with each write of that device, also when it is refused', async () => {
    const { doors } = test
    const me = person()
    await doors.vote(me, q, idea)
    const mine = await doors.overlay(me, q)
    await doors.unvote(me, q, idea)
    expect((await doors.overlay(me, q)).votes).toEqual([])
    await expect(doors.vote(me, q, 'nowhere0000')).rejects.toThrow()
    expect(await doors.overlay(me, q)).not.toBe(mine)
  })

  it('shows a device what was written with its participant’s token', async () => {
    const { doors } = test
    const me = person()
    const { token } = await doors.join(me, q, { name: 'Karen' })
    await doors.overlay(me, q)
    await doors.vote({ bearer: token, device: '' }, q, idea)
    expect((await doors.overlay(me, q)).votes).toEqual([idea])
  })

  it('no longer shows a vote for an idea that somebody else hid', async () => {
    const { doors } = test
    const me = person()
    await doors.vote(me, q, idea)
    await doors.overlay(me, q)
    await doors.hideIdea(owner, q, idea)
    expect((await doors.overlay(me, q)).votes).toEqual([])
  })

  it('counts what is left by the limit that the owner has just set', async () => {
    const { doors } = test
    const me = person()
    await doors.vote(me, q, idea)
    expect((await doors.overlay(me, q)).votesLeft).toBeNull()
    await doors.editQuestion(owner, q, { settings: { votesPerParticipant: 3 } })
    expect((await doors.overlay(me, q)).votesLeft).toBe(2)
  })

  it('no longer takes a device for the owner’s once the link was replaced from another', async () => {
    const { doors } = test
    const other = person()
    const { adminToken } = await doors.replaceAdminLink(owner, q)
    await doors.openAdminLink(other, q, adminToken)
    expect((await doors.overlay(other, q)).role).toBe('owner')
    await doors.replaceAdminLink(owner, q)
    expect((await doors.overlay(other, q)).role).toBe('stranger')
  })

  it('shows within a moment what another process has changed for everyone', async () => {
    const { doors } = test
    const me = person()
    await doors.vote(me, q, idea)
    await doors.overlay(me, q)
    const elsewhere = await connect(test.engine)
    const silent = createFeed((failure) => {
      throw failure
    })
    await createVerbs({ store: elsewhere, clock: test.core.clock, feed: silent }).hide(owner, q, 'idea', idea, {})
    await elsewhere.close()
    await expect.poll(async () => (await doors.overlay(me, q)).votes, { timeout: 10_000 }).toEqual([])
  })

  it('keeps nothing for devices that have nothing here', async () => {
    const stranger = person()
    const before = await test.doors.overlay(stranger, q)
    expect(before.role).toBe('stranger')
    expect(await test.doors.overlay(stranger, q)).not.toBe(before)
  })
})
