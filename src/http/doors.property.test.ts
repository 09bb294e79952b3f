// Over 300 lines: one play with its model; taken apart, neither half says what holds.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newToken } from '../base/ids.ts'
import { Refusal } from '../base/refusals.ts'
import { onceFrom } from '../feed/once.ts'
import type { Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { buildSnapshot } from '../snapshot/build.ts'
import { buildOverlay } from '../snapshot/overlay.ts'
import { loadQuestionEvenDeleted } from '../question/store.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'

const people = 3
const ideaSlots = 3

const personIndex = fc.nat(people - 1)
const ideaIndex = fc.nat(ideaSlots - 1)

type Step =
  | { verb: 'vote' | 'unvote'; who: number; idea: number }
  | { verb: 'ballot'; who: number; ideas: number[] }
  | { verb: 'limit'; votes: number | null }
  | { verb: 'merge'; idea: number; into: number }
  | { verb: 'hide' | 'show' | 'delete'; idea: number }
  | { verb: 'argue' | 'agree' | 'disagree'; who: number; idea: number }
  | { verb: 'rename'; who: number; name: string }
  | { verb: 'leave'; who: number; contributions: 'keep' | 'remove' }
  | { verb: 'close' | 'reopen' | 'idea' | 'deadline' | 'later' | 'comment' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ verb: fc.constantFrom('vote', 'unvote'), who: personIndex, idea: ideaIndex }) },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constant('ballot' as const),
      who: personIndex,
      ideas: fc.uniqueArray(ideaIndex),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('limit' as const), votes: fc.constantFrom(null, 1, 1, 2) }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('merge' as const), idea: ideaIndex, into: ideaIndex }) },
  {
    weight: 4,
    arbitrary: fc.record({ verb: fc.constantFrom('hide', 'hide', 'show', 'show', 'delete'), idea: ideaIndex }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ verb: fc.constantFrom('argue', 'agree', 'disagree'), who: personIndex, idea: ideaIndex }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant('rename' as const),
      who: personIndex,
      name: fc.constantFrom('', 'Robin', 'Sascha'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('leave' as const),
      who: personIndex,
      contributions: fc.constantFrom('keep', 'remove'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constantFrom('close', 'reopen', 'reopen', 'idea', 'deadline', 'later', 'comment'),
    }),
  },
)

/** Rare by chance: an idea comes back when its voters have spent their votes elsewhere. */
const hiddenWhileVotesAreSpentElsewhere: { step: Step; retried: boolean }[] = (
  [
    { verb: 'limit', votes: 1 },
    { verb: 'vote', who: 0, idea: 0 },
    { verb: 'vote', who: 1, idea: 0 },
    { verb: 'hide', idea: 0 },
    { verb: 'vote', who: 0, idea: 1 },
    { verb: 'show', idea: 0 },
    { verb: 'merge', idea: 0, into: 1 },
  ] as const
).map((step) => ({ step, retried: true }))

describe.each(engines)('any order of verbs on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  it('keeps every tally equal to its rows, every ballot within the limit and everything still after the close', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ step, retried: fc.boolean() }), { minLength: 5, maxLength: 60 }),
        async (steps) => {
          const play = await begin(test)
          for (const { step, retried } of steps) await play.perform(step, retried)
        },
      ),
      { numRuns: process.env.CI ? 150 : 60, examples: [[hiddenWhileVotesAreSpentElsewhere]] },
    )
  }, 240_000)
})

/** One question, its people and ideas, and what a few plain maps say their ballots should be. */
async function begin(test: TestCore) {
  const { doors, time } = test
  const owner = person()
  const asked = await doors.ask(owner, { title: 'What shall we plant?' })
  const q = asked.question.id
  const callers: Caller[] = Array.from({ length: people }, (_, index) => person(index % 2 ? `Person ${index}` : ''))
  const ideas: string[] = []
  for (let i = 0; i < ideaSlots; i++) ideas.push((await doors.addIdea(owner, q, { title: `Idea ${i}` })).id)

  // The model: who votes for what, in the plainest words.
  const ballots = callers.map(() => new Set<string>())
  const hidden = new Set<string>()
  const reasons: { id: string; idea: string }[] = []
  let limit: number | null = null

  const visible = (ballot: Set<string>) => [...ballot].filter((idea) => !hidden.has(idea))
  const isThere = (idea: string) => ideas.includes(idea) && !hidden.has(idea)

  /** Runs a verb; a refusal must leave no trace. @returns whether it went through */
  async function attempt(verb: () => Promise<unknown>): Promise<Refusal | null> {
    const before = await revisionOf(test, q)
    try {
      await verb()
      return null
    } catch (failure) {
      if (!(failure instanceof Refusal) || failure.code === 'internal') throw failure
      const { revision } = await revisionOf(test, q)
      // Looking at a question may write down that its deadline has passed, and nothing else.
      expect(revision - before.revision).toBeLessThanOrEqual(before.due ? 1 : 0)
      return failure
    }
  }

  async function apply(step: Step, who: Caller | undefined): Promise<void> {
    switch (step.verb) {
      case 'vote':
      case 'unvote': {
        const idea = ideas[step.idea]!
        const ballot = ballots[step.who]!
        const refusal = await attempt(() => (step.verb === 'vote' ? doors.vote : doors.unvote)(who!, q, idea))
        if (refusal) break
        expect(isThere(idea)).toBe(true)
        if (step.verb === 'vote') ballot.add(idea)
        else ballot.delete(idea)
        break
      }
      case 'ballot': {
        const chosen = step.ideas.map((index) => ideas[index]!)
        const votes = Object.fromEntries(chosen.map((idea) => [idea, 1 as const]))
        const refusal = await attempt(() => doors.castBallot(who!, q, { votes }))
        if (refusal) break
        expect(chosen.every(isThere)).toBe(true)
        const kept = [...ballots[step.who]!].filter((idea) => hidden.has(idea))
        ballots[step.who] = new Set([...kept, ...chosen])
        break
      }
      case 'limit': {
        const refusal = await attempt(() =>
          doors.editQuestion(owner, q, { settings: { votesPerParticipant: step.votes } }),
        )
        if (!refusal) limit = step.votes
        else expect(refusal.code).toBe('setting_promised')
        break
      }
      case 'merge': {
        const [source, target] = [ideas[step.idea]!, ideas[step.into]!]
        if (await attempt(() => doors.mergeIdea(owner, q, source, { into: target }))) break
        for (const ballot of ballots) if (ballot.delete(source)) ballot.add(target)
        for (const reason of reasons) if (reason.idea === source) reason.idea = target
        break
      }
      case 'hide':
        if (!(await attempt(() => doors.hideIdea(owner, q, ideas[step.idea]!)))) hidden.add(ideas[step.idea]!)
        break
      case 'show': {
        const idea = ideas[step.idea]!
        if (await attempt(() => doors.showIdea(owner, q, idea))) break
        if (!hidden.delete(idea)) break
        // Who has spent all votes elsewhere meanwhile has none on it any more.
        for (const ballot of ballots) if (limit !== null && visible(ballot).length > limit) ballot.delete(idea)
        break
      }
      case 'delete': {
        const idea = ideas[step.idea]!
        if (await attempt(() => doors.deleteIdea(owner, q, idea))) break
        for (const ballot of ballots) ballot.delete(idea)
        hidden.delete(idea)
        break
      }
      case 'argue': {
        const idea = ideas[step.idea]!
        await attempt(async () => {
          const { id } = await doors.addArgument(who!, q, idea, { side: 'pro', text: 'It grows well here.' })
          reasons.push({ id, idea })
        })
        break
      }
      case 'agree':
      case 'disagree': {
        const reason = reasons[step.idea % Math.max(1, reasons.length)]
        const verb = step.verb === 'agree' ? doors.agree : doors.disagree
        if (reason) await attempt(() => verb(who!, q, reason.id))
        break
      }
      case 'rename': {
        const renamed = { ...callers[step.who]!, name: step.name }
        if (!(await attempt(() => doors.rename(who!, q, { name: step.name })))) callers[step.who] = renamed
        break
      }
      case 'leave': {
        const refusal = await attempt(() => doors.leave(who!, q, { contributions: step.contributions }))
        if (refusal) break
        callers[step.who] = person(`Newcomer ${step.who}`)
        ballots[step.who] = new Set()
        break
      }
      case 'close':
        await attempt(() => doors.close(owner, q))
        break
      case 'reopen':
        await attempt(() => doors.reopen(owner, q, {}))
        break
      case 'idea':
        await attempt(async () => {
          ideas[ideas.length % ideaSlots] = (await doors.addIdea(owner, q, { title: 'Another idea' })).id
        })
        break
      case 'comment':
        await attempt(() => doors.addComment(owner, q, { text: 'What about the frost?' }))
        break
      case 'deadline':
        await attempt(() => doors.editQuestion(owner, q, { closesAt: new Date(time.now + 60_000).toISOString() }))
        break
      case 'later':
        time.now += 40_000
        break
    }
  }

  return {
    async perform(step: Step, retried: boolean): Promise<void> {
      const wasOpen = (await doors.snapshot(q)).phase === 'open'
      const before = await revisionOf(test, q)
      const who = 'who' in step ? callers[step.who] : undefined
      const caller = who && { ...who, once: onceFrom(newToken(), step.verb, JSON.stringify(step), 'a secret key') }
      const ballotsBefore = ballots.map((ballot) => [...ballot])
      await apply(step, caller)
      if (
        !wasOpen &&
        ['vote', 'unvote', 'ballot', 'argue', 'agree', 'disagree', 'merge', 'delete', 'idea', 'comment'].includes(
          step.verb,
        )
      ) {
        expect((await revisionOf(test, q)).revision).toBe(before.revision)
        expect(ballots.map((ballot) => [...ballot])).toEqual(ballotsBefore)
      }
      if (retried && caller && ['vote', 'unvote', 'ballot'].includes(step.verb)) {
        const { revision } = await revisionOf(test, q)
        await apply(step, caller)
        expect((await revisionOf(test, q)).revision, 'a retried request changes nothing').toBe(revision)
      }
      await expectSound(test, q, limit)
      const shown = await doors.snapshot(q)
      const row = await loadQuestion(test.core.store.read, q)
      expect(shown, 'what is kept for everyone').toEqual(await buildSnapshot(test.core.store.read, row, test.time.now))
      for (const [index, caller] of callers.entries()) {
        const overlay = await doors.overlay(caller, q)
        expect(overlay, `what is kept for person ${index}`).toEqual(
          await buildOverlay(test.core.store.read, row, caller),
        )
        expect(new Set(overlay.votes), `the ballot of person ${index}`).toEqual(new Set(visible(ballots[index]!)))
      }
    },
  }
}

async function revisionOf(test: TestCore, q: string): Promise<{ revision: number; due: boolean }> {
  const row = await loadQuestionEvenDeleted(test.core.store.read, q)
  return { revision: row.revision, due: row.closed_at === null && (row.closes_at ?? Infinity) <= test.time.now }
}

/** What must hold at every moment, read from the rows themselves. */
async function expectSound(test: TestCore, q: string, limit: number | null): Promise<void> {
  const db = test.core.store.read
  const question = await loadQuestionEvenDeleted(db, q)
  const counted = async (query: ReturnType<typeof sql<{ n: number }>>) => (await query.execute(db)).rows[0]!.n
  const key = question.id

  const wrongIdeas = await sql`select i.public_id from ideas i where question_id = ${key} and votes <>
    (select count(*) from votes v where v.question_id = i.question_id and v.idea_id = i.id)`.execute(db)
  expect(wrongIdeas.rows, 'ideas whose tally is not their votes').toEqual([])
  const wrongNamed = await sql`select participant_id from votes v join participants p
    on p.question_id = v.question_id and p.id = v.participant_id
    where v.question_id = ${key} and v.named <> case when p.name is null then 0 else 1 end`.execute(db)
  expect(wrongNamed.rows, 'participants whose votes do not say whether they have a name').toEqual([])
  const wrongReasons = await sql`select a.public_id from arguments a where question_id = ${key} and agreements <>
    (select count(*) from agreements g where g.question_id = a.question_id and g.argument_id = a.id)`.execute(db)
  expect(wrongReasons.rows, 'arguments whose tally is not their agreements').toEqual([])
  expect({
    participants: question.participants,
    ideas: question.ideas,
    votes: question.votes,
    arguments: question.arguments,
    comments: question.comments,
  }).toEqual({
    participants: await counted(sql`select count(*) n from participants where question_id = ${key}`),
    ideas: await counted(
      sql`select count(*) n from ideas where question_id = ${key} and hidden_at is null and merged_into is null`,
    ),
    votes: await counted(sql`select count(*) n from votes v join ideas i on i.question_id = v.question_id
      and i.id = v.idea_id where v.question_id = ${key} and i.hidden_at is null`),
    arguments: await counted(sql`select count(*) n from arguments a join ideas i on i.question_id = a.question_id
      and i.id = a.idea_id where a.question_id = ${key} and a.hidden_at is null and i.hidden_at is null`),
    comments: await counted(sql`select count(*) n from comments where question_id = ${key} and hidden_at is null`),
  })
  if (limit !== null) {
    const over = await sql`select v.participant_id from votes v join ideas i on i.question_id = v.question_id
      and i.id = v.idea_id where v.question_id = ${key} and i.hidden_at is null
      group by v.participant_id having count(*) > ${limit}`.execute(db)
    expect(over.rows, 'participants over the limit').toEqual([])
  }
  const feed = await db
    .selectFrom('changes')
    .select('revision')
    .where('question_id', '=', key)
    .orderBy('revision')
    .execute()
  expect(feed.map((change) => change.revision)).toEqual(Array.from({ length: question.revision }, (_, i) => i + 1))

  const snapshot = await test.doors.snapshot(q)
  for (const idea of snapshot.ideas)
    expect((idea.voters?.first.length ?? 0) + (idea.voters?.others ?? 0)).toBe(idea.votes)
  expect(snapshot.ideas.map((idea) => idea.votes)).toEqual(
    snapshot.ideas.map((idea) => idea.votes).toSorted((a, b) => (b ?? 0) - (a ?? 0)),
  )
}
