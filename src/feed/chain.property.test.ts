import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChainCheck } from '../base/chain.ts'
import { rfc3339 } from '../base/clock.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { play, step } from '../../test/support/played.ts'
import { loadQuestionEvenDeleted } from '../question/store.ts'
import { findBreak } from './chain.ts'

describe.each(engines)('the feed on $engine', ({ open }) => {
  let test: TestCore
  beforeEach(async () => {
    test = await open()
  })
  afterEach(() => test.close())

  const breakOf = async (q: string) =>
    findBreak(test.core.store.read, await loadQuestionEvenDeleted(test.core.store.read, q))

  it('hangs together whatever people have done, in verbs of their own and in batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(8), async (steps, at) => {
        const { q, people } = await play(test, steps)
        expect(await breakOf(q)).toBeNull()
        const snapshot = await test.doors.snapshot(q).catch(() => null)
        if (snapshot?.phase !== 'open' || snapshot.ideas.length === 0) return
        const { id } = snapshot.ideas[at % snapshot.ideas.length]!
        // Those who left begin anew; some of these are cast, some change nothing, and strangers join.
        const votes = [...people, person(), person()].map((one) => test.doors.vote(one, q, id))
        for (const vote of await Promise.allSettled(votes))
          if (vote.status === 'rejected') expect(vote.reason).toMatchObject({ code: 'idea_closed' })
        await Promise.all(people.map((one) => test.doors.unvote(one, q, id)))
        expect(await breakOf(q)).toBeNull()
        expect(await headShown(q)).toEqual(await headReckoned(q))
      }),
      { numRuns: process.env.CI ? 30 : 8 },
    )
  }, 120_000)

  const headShown = async (q: string) => (await test.doors.changes(q, {})).head
  const headReckoned = async (q: string) => {
    const check = new ChainCheck(q)
    for (const { at, hash, ...change } of (await test.doors.changes(q, {})).changes)
      expect(check.take({ ...change, at: rfc3339(at), hash: hash ?? '' })).toBeNull()
    return check.head
  }

  describe('where an older release has written to it while it still ran', () => {
    let q: string
    let idea: string
    beforeEach(async () => {
      q = (await test.doors.ask(person(), { title: 'Where shall we meet?' })).question.id
      idea = (await test.doors.addIdea(person(), q, { title: 'By the lake' })).id
      await test.doors.vote(person(), q, idea)
      const { write } = test.core.store
      const { id } = await loadQuestionEvenDeleted(test.core.store.read, q)
      const { hash } = await write
        .selectFrom('changes')
        .select('hash')
        .where('question_id', '=', id)
        .where('revision', '=', 2)
        .executeTakeFirstOrThrow()
      await write.updateTable('questions').set({ head: hash, head_revision: 2, receipt_key: null }).where('id', '=', id).execute() // prettier-ignore
      await write.updateTable('changes').set({ hash: null }).where('question_id', '=', id).where('revision', '>', 2).execute() // prettier-ignore
    })

    it('is completed with the next vote', async () => {
      expect(await breakOf(q)).toMatch(/^has changes without a hash from 3 on/)
      await test.doors.vote(person(), q, idea)
      expect(await breakOf(q)).toBeNull()
    })

    it('is completed with the next look', async () => {
      expect(await breakOf(q)).toMatch(/^has changes without a hash from 3 on/)
      await test.doors.changes(q, {})
      expect(await breakOf(q)).toBeNull()
      expect((await loadQuestionEvenDeleted(test.core.store.read, q)).receipt_key).toHaveLength(32)
    })
  })
})
