import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newToken } from '../base/ids.ts'
import { Refusal } from '../base/refusals.ts'
import { onceFrom } from '../feed/once.ts'
import { loadQuestion } from '../question/store.ts'
import { findFaults } from '../upkeep/verify.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'

type Act = { who: number; idea: number; how: 'vote' | 'unvote' | 'alone' | 'ballot' | 'join' | 'rename' | 'leave' }

describe.each(engines)('while votes are hidden on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  const act: fc.Arbitrary<Act> = fc.record({
    who: fc.nat(4),
    idea: fc.nat(2),
    how: fc.constantFrom('vote', 'vote', 'vote', 'unvote', 'alone', 'ballot', 'join', 'rename', 'leave'),
  })

  /** A question with three ideas whose author is nobody of those who vote. */
  async function stage(results: 'afterVote' | 'afterClose') {
    const alice = person('Alice')
    const { question } = await test.doors.ask(alice, { title: 'Where?', settings: { results } })
    const ideas: string[] = []
    for (const title of ['A', 'B', 'C']) ideas.push((await test.doors.addIdea(alice, question.id, { title })).id)
    return {
      alice,
      q: question.id,
      ideas,
      people: [0, 1, 2, 3, 4].map((n) => person(n % 2 ? `Person ${n}` : undefined)),
    }
  }
  type Stage = Awaited<ReturnType<typeof stage>>

  async function carryOut({ q, ideas, people }: Stage, { who, idea, how }: Act): Promise<void> {
    const [caller, id] = [people[who]!, ideas[idea]!]
    const done = {
      vote: () => test.doors.vote(caller, q, id),
      unvote: () => test.doors.unvote(caller, q, id),
      alone: () => test.doors.vote({ ...caller, once: onceFrom(newToken(), 'vote', '', 'a secret key') }, q, id),
      ballot: () => test.doors.castBallot(caller, q, { votes: { [id]: 1 } }),
      join: () => test.doors.join(caller, q, { name: 'Joined' }),
      rename: () => test.doors.rename(caller, q, { name: 'Renamed' }),
      leave: () => test.doors.leave(caller, q, { contributions: idea === 0 ? 'remove' : 'keep' }),
    }[how]
    await done().catch((failure: unknown) => {
      // Who does not take part cannot be renamed and cannot leave.
      if (!(failure instanceof Refusal) || failure.code !== 'participant_needed') throw failure
    })
  }

  /** All that a stranger can get, and what other nodes and listeners are told. */
  const seen = async ({ q, ideas }: Stage) => ({
    snapshot: await test.doors.snapshot(q),
    changes: await test.doors.changes(q, {}),
    comments: await test.doors.comments(q, {}),
    overlay: await test.doors.overlay(person(), q),
    voters: await Promise.all(
      ideas.map((id) => test.doors.voters(person(), q, id, {}).catch((failure: unknown) => (failure as Refusal).code)),
    ),
    news: test.published.filter(({ questionId }) => questionId === q),
  })

  it('nothing that a stranger can get tells who did what, and after the close everything is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 1, maxLength: 25 }),
        fc.constantFrom('afterVote' as const, 'afterClose' as const),
        async (acts, results) => {
          const on = await stage(results)
          const before = await seen(on)
          for (const one of acts) await carryOut(on, one)
          expect(await seen(on)).toEqual(before)
          expect(before.voters).toEqual(on.ideas.map(() => 'results_hidden'))

          const row = await loadQuestion(test.core.store.read, on.q)
          const rows = await test.core.store.read
            .selectFrom('votes as v')
            .innerJoin('ideas as i', (join) =>
              join.onRef('i.question_id', '=', 'v.question_id').onRef('i.id', '=', 'v.idea_id'),
            )
            .select(['i.public_id'])
            .where('v.question_id', '=', row.id)
            .execute()
          await test.doors.close(on.alice, on.q)
          const { counts, ideas } = await test.doors.snapshot(on.q)
          expect(counts).toMatchObject({ votes: rows.length, participants: row.participants })
          for (const { id, votes, voters } of ideas) {
            const there = rows.filter(({ public_id }) => public_id === id).length
            expect(votes).toBe(there)
            const page = await test.doors.voters(person(), on.q, id, {})
            expect(page).toMatchObject({ total: there, next: null })
            expect(page.voters).toHaveLength(there)
            const named = page.voters.flatMap(({ name }) => name ?? []).slice(0, 3)
            expect(voters).toEqual({ first: named, others: there - named.length })
          }
        },
      ),
      { numRuns: process.env.CI ? 40 : 15 },
    )
    expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
  }, 240_000)

  it('voters of one revision are told page by page, each once', async () => {
    const on = await stage('afterClose')
    for (let n = 0; n < 7; n++) await test.doors.vote(person(n % 2 ? `Voter ${n}` : undefined), on.q, on.ideas[0]!)
    await test.doors.close(on.alice, on.q)
    const all = await test.doors.voters(person(), on.q, on.ideas[0]!, {})
    const pages: (string | null)[] = []
    let after: string | undefined
    do {
      const page = await test.doors.voters(person(), on.q, on.ideas[0]!, { limit: 2, ...(after && { after }) })
      pages.push(...page.voters.map(({ name }) => name))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(pages).toEqual(all.voters.map(({ name }) => name))
    expect(pages.toSorted()).toEqual(['Voter 1', 'Voter 3', 'Voter 5', null, null, null, null].toSorted())
  })

  it('votes that came while nobody looked are there after the close, also where the view was kept from before', async () => {
    const on = await stage('afterClose')
    await test.doors.close(on.alice, on.q)
    expect((await test.doors.snapshot(on.q)).counts.votes).toBe(0)
    await test.doors.reopen(on.alice, on.q, {})
    await test.doors.vote(on.people[1]!, on.q, on.ideas[1]!)
    await test.doors.close(on.alice, on.q)
    const { counts, ideas } = await test.doors.snapshot(on.q)
    expect(counts.votes).toBe(1)
    expect(ideas[0]).toMatchObject({ id: on.ideas[1], votes: 1, voters: { first: ['Person 1'], others: 0 } })
  })

  it('who has voted is shown the votes where that was promised, until they take theirs back', async () => {
    const on = await stage('afterVote')
    const [bob, carol] = [on.people[1]!, on.people[3]!]
    await test.doors.vote(carol, on.q, on.ideas[0]!)
    expect((await test.doors.overlay(person(), on.q)).results).toBeNull()
    expect((await test.doors.overlay(on.alice, on.q)).results).toBeNull()
    await test.doors.vote(bob, on.q, on.ideas[0]!)
    const { results } = await test.doors.overlay(bob, on.q)
    expect(results).toMatchObject({ votes: 2, participants: 3 })
    expect(results?.ideas.find(({ id }) => id === on.ideas[0])).toMatchObject({
      votes: 2,
      voters: { first: ['Person 3', 'Person 1'], others: 0 },
    })
    expect((await test.doors.voters(bob, on.q, on.ideas[0]!, {})).total).toBe(2)
    await test.doors.unvote(bob, on.q, on.ideas[0]!)
    expect((await test.doors.overlay(bob, on.q)).results).toBeNull()
    await expect(test.doors.voters(bob, on.q, on.ideas[0]!, {})).rejects.toMatchObject({ code: 'results_hidden' })
  })

  it('nobody is shown them before the close where that was promised, the owner and who has voted neither', async () => {
    const on = await stage('afterClose')
    await test.doors.vote(on.alice, on.q, on.ideas[0]!)
    expect((await test.doors.overlay(on.alice, on.q)).results).toBeNull()
    const { ideas } = await test.doors.ownContributions(on.alice, on.q)
    expect(ideas.map(({ votes }) => votes)).toEqual([null, null, null])
    await expect(test.doors.voters(on.alice, on.q, on.ideas[0]!, {})).rejects.toMatchObject({ code: 'results_hidden' })
  })

  it('they cannot be shown earlier than promised once somebody has voted, nor felt for by the limit of votes', async () => {
    const on = await stage('afterClose')
    const set = (settings: object) => test.doors.editQuestion(on.alice, on.q, { settings })
    await set({ results: 'always' })
    await set({ results: 'afterVote' })
    await test.doors.vote(on.people[0]!, on.q, on.ideas[0]!)
    await expect(set({ results: 'always' })).rejects.toMatchObject({ code: 'setting_promised' })
    for (const votesPerParticipant of [1, 500])
      await expect(set({ votesPerParticipant })).rejects.toMatchObject({ code: 'setting_promised' })
    await set({ results: 'afterClose' })
    await expect(set({ results: 'afterVote' })).rejects.toMatchObject({ code: 'setting_promised' })
    expect((await test.doors.snapshot(on.q)).settings).toMatchObject({
      results: 'afterClose',
      votesPerParticipant: null,
    })
  })
})
