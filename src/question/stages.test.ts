import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { nextStageAt, refuseTimes, refuseVotingNow, stagesOf, type TimesRow } from './stages.ts'
import type { QuestionRow } from '../db/tables.ts'

const none: TimesRow = { opens_at: null, ideas_until: null, votes_from: null, votes_until: null, closes_at: null }
const time = fc.option(fc.integer({ min: 1, max: 12 }))
const anyTimes = fc.record({ opens_at: time, ideas_until: time, votes_from: time, votes_until: time, closes_at: time })

describe('the times of a question', () => {
  it('are, where they are taken at all, in an order in which everything goes from later through now to over', () => {
    const rank = { later: 0, now: 1, over: 2 }
    fc.assert(
      fc.property(anyTimes, (times) => {
        fc.pre(refuseTimes(none, times, 0) === null)
        const question = { ...times, closed_at: null }
        const moments = Array.from({ length: 14 }, (_, now) => stagesOf(question, now))
        for (const [now, { ideas, votes }] of moments.entries()) {
          const before = moments[now - 1] ?? { ideas: 'later', votes: 'later' }
          expect(rank[ideas]).toBeGreaterThanOrEqual(rank[before.ideas])
          expect(rank[votes]).toBeGreaterThanOrEqual(rank[before.votes])
          // There is a time for each.
          if (times.closes_at !== null) expect(moments[13]).toEqual({ ideas: 'over', votes: 'over' })
        }
        for (const thing of ['ideas', 'votes'] as const) expect(moments.map((stage) => stage[thing])).toContain('now')
        const turns = moments.flatMap((stage, now) =>
          now > 0 && JSON.stringify(stage) !== JSON.stringify(moments[now - 1]) ? [now] : [],
        )
        let next = nextStageAt(question, 0)
        const told: number[] = []
        for (; next !== null; next = nextStageAt(question, next)) told.push(next)
        // The close ends more than these: arguments and comments.
        expect(told.filter((at) => at !== times.closes_at || turns.includes(at))).toEqual(turns)
      }),
      { numRuns: 2_000 },
    )
  })

  it('let votes be cast exactly while there is voting', () => {
    fc.assert(
      fc.property(anyTimes, fc.nat(13), (times, now) => {
        const question = { ...times, closed_at: null } as QuestionRow
        expect(refuseVotingNow(question, now) === null).toBe(stagesOf(question, now).votes === 'now')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe.each(engines)('a question with stages on $engine', ({ open }) => {
  let test: TestCore
  let q: string
  let idea: string
  const alice = person('Alice')
  const bob = person('Bob')
  const at = (ms: number) => new Date(test.time.now + ms).toISOString()
  const code = (verb: Promise<unknown>) =>
    verb.then(
      () => 'done',
      (refusal: unknown) => (refusal as { code: string }).code,
    )

  beforeEach(async () => {
    test = await open()
    q = (
      await test.doors.ask(alice, { title: 'Where?', opensAt: at(1_000), ideasUntil: at(2_000), votesFrom: at(3_000) })
    ).question.id
    await test.doors.editQuestion(alice, q, { votesUntil: at(4_000), closesAt: at(5_000), timeZone: 'Europe/Berlin' })
    idea = (await test.doors.addIdea(alice, q, { title: 'Prepared by its owner' })).id
  })
  afterEach(() => test.close())

  const attempts = async () => ({
    idea: await code(test.doors.addIdea(bob, q, { title: 'At the lake' })),
    argument: await code(test.doors.addArgument(bob, q, idea, { side: 'pro', text: 'Water' })),
    vote: await code(test.doors.vote(bob, q, idea)),
    ballot: await code(test.doors.castBallot(bob, q, { votes: {} })),
    unvote: await code(test.doors.unvote(bob, q, idea)),
    comment: await code(test.doors.addComment(bob, q, { text: 'Hello' })),
    join: await code(test.doors.join(bob, q, { name: 'Bob' })),
  })
  const all = (voting: string) => ({ vote: voting, ballot: voting, unvote: voting })

  it('takes in each what belongs to it, to the millisecond, and tells what is possible and what comes next', async () => {
    const opening = test.time.now + 1_000
    const iso = (ms: number) => new Date(opening + ms).toISOString()
    const later = { idea: 'not_open_yet', argument: 'not_open_yet', comment: 'not_open_yet', join: 'not_open_yet' }
    const open = { idea: 'done', argument: 'done', comment: 'done', join: 'done' }
    const steps: [ms: number, Record<string, string>, object][] = [
      [
        -1,
        { ...later, ...all('not_open_yet') },
        { ideas: 'later', votes: 'later', next: { at: iso(0), ideas: 'now', votes: 'later' } },
      ],
      [
        0,
        { ...open, ...all('votes_not_yet') },
        { ideas: 'now', votes: 'later', next: { at: iso(1_000), ideas: 'over', votes: 'later' } },
      ],
      [999, { ...open, ...all('votes_not_yet') }, { ideas: 'now', votes: 'later' }],
      [
        1_000,
        { ...open, idea: 'ideas_over', ...all('votes_not_yet') },
        { ideas: 'over', votes: 'later', next: { at: iso(2_000), ideas: 'over', votes: 'now' } },
      ],
      [
        2_000,
        { ...open, idea: 'ideas_over', ...all('done') },
        { ideas: 'over', votes: 'now', next: { at: iso(3_000), ideas: 'over', votes: 'over' } },
      ],
      [2_999, { ...open, idea: 'ideas_over', ...all('done') }, { ideas: 'over', votes: 'now' }],
      [
        3_000,
        { ...open, idea: 'ideas_over', ...all('votes_over') },
        { ideas: 'over', votes: 'over', next: { at: iso(4_000), ideas: 'over', votes: 'over' } },
      ],
    ]
    for (const [ms, outcomes, stages] of steps) {
      test.time.now = opening + ms
      expect(await attempts(), `at ${ms}`).toEqual(outcomes)
      expect(await test.doors.snapshot(q), `at ${ms}`).toMatchObject({ phase: 'open', stages })
    }
    test.time.now = opening + 4_000
    expect(await test.doors.snapshot(q)).toMatchObject({
      phase: 'closed',
      stages: { ideas: 'over', votes: 'over', next: null },
    })
    const { changes } = await test.doors.changes(q, {})
    const told = changes.filter(({ type }) => type === 'question.advanced' || type === 'question.closed')
    expect(told.map((change) => ({ ms: change.at - opening, ...change.data }))).toEqual([
      { ms: 0, ideas: 'now', votes: 'later' },
      { ms: 1_000, ideas: 'over', votes: 'later' },
      { ms: 2_000, ideas: 'over', votes: 'now' },
      { ms: 3_000, ideas: 'over', votes: 'over' },
      { ms: 4_000, byDeadline: true },
    ])
  })

  it('takes ideas of its owner before it opens and after ideas are over, and no votes', async () => {
    expect(await code(test.doors.vote(alice, q, idea))).toBe('not_open_yet')
    test.time.now += 2_500
    await test.doors.addIdea(alice, q, { title: 'Forgotten before' })
    expect(await code(test.doors.vote(alice, q, idea))).toBe('votes_not_yet')
  })

  it('turns by itself while nobody looks, once, and followers are told', async () => {
    const { revision } = await test.doors.snapshot(q)
    test.published.length = 0
    test.time.now += 2_000
    await test.house.verbs.advanceQuestions()
    await test.house.verbs.advanceQuestions()
    expect(test.published.map(({ since, changes }) => [since, changes.map(({ type }) => type)])).toEqual([
      [revision, ['question.advanced', 'question.advanced']],
    ])
    expect((await test.doors.snapshot(q)).revision).toBe(revision + 2)
  })

  it('leaves the votes as they are once voting is over, whoever leaves or takes an idea back', async () => {
    test.time.now += 1_500
    const own = (await test.doors.addIdea(bob, q, { title: 'At the lake' })).id
    test.time.now += 2_000
    await test.doors.vote(bob, q, own)
    test.time.now += 1_000
    expect(await code(test.doors.deleteIdea(bob, q, own))).toBe('votes_over')
    expect(await code(test.doors.leave(bob, q, { contributions: 'remove' }))).toBe('votes_over')
    expect((await test.doors.snapshot(q)).counts.votes).toBe(1)
    await test.doors.leave(bob, q, { contributions: 'keep' })
    await test.doors.deleteIdea(alice, q, own)
  })

  it('goes on where it was when it closed, once it is opened again', async () => {
    test.time.now += 3_500
    await test.doors.vote(bob, q, idea)
    await test.doors.close(alice, q)
    // Voting would have ended meanwhile, and the deadline passed: both go.
    test.time.now += 10_000
    expect(await test.doors.reopen(alice, q, {})).toMatchObject({
      ...{ phase: 'open', votesUntil: null, closesAt: null },
      stages: { ideas: 'over', votes: 'now', next: null },
    })
    await test.doors.unvote(bob, q, idea)
  })

  it('stays without voting when voting was over before it closed', async () => {
    test.time.now += 4_500
    await test.doors.close(alice, q)
    expect(await test.doors.reopen(alice, q, { closesAt: at(1_000) })).toMatchObject({ stages: { votes: 'over' } })
    expect(await code(test.doors.vote(bob, q, idea))).toBe('votes_over')
  })

  it('moves with what its owner sets, and the next moment with it', async () => {
    await test.doors.editQuestion(alice, q, { opensAt: null, votesFrom: null })
    await test.doors.vote(bob, q, idea)
    await test.doors.editQuestion(alice, q, { votesFrom: at(2_500) })
    expect((await test.doors.snapshot(q)).stages).toMatchObject({ votes: 'later', next: { at: at(2_000) } })
    await test.doors.editQuestion(alice, q, { ideasUntil: null })
    expect((await test.doors.snapshot(q)).stages).toMatchObject({
      votes: 'later',
      next: { at: at(2_500), votes: 'now' },
    })
  })
})
