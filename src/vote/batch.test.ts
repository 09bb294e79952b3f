// Over 300 lines: the property that one road ends as the other, with the stage on which both are played, and the queue.
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newToken } from '../base/ids.ts'
import { Refusal } from '../base/refusals.ts'
import { command } from '../feed/command.ts'
import { onceFrom } from '../feed/once.ts'
import type { Caller } from '../question/seat.ts'
import { levels } from '../question/levels.ts'
import { loadQuestion } from '../question/store.ts'
import type { Level, SettingsPatch } from '../question/wire.ts'
import { raiseLevel } from '../participant/actions.ts'
import { VoteQueue } from './queue.ts'
import { createDoors } from '../http/doors.ts'
import { engines, houseOf, person, type TestCore } from '../../test/support/core.ts'

interface Casting {
  question: number
  who: number
  idea: number
  value: number
  named: boolean
  rises: Exclude<Level, 'open'> | null
  proves: boolean
}

/** A vote with a key of its own goes by itself, through the verb for one vote. */
const alone = (caller: Caller): Caller => ({ ...caller, once: onceFrom(newToken(), 'vote', '', 'a secret key') })

describe.each(engines)('votes in a batch on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  const cast = fc.record({
    question: fc.nat(1),
    who: fc.nat(6),
    idea: fc.nat(4),
    /** How many votes there are to be then; 0 takes them back. */
    value: fc.constantFrom<number[]>(0, 0, 1, 1, 1, 2, 3, 4),
    named: fc.boolean(),
    /** The level to which they rise before. */
    rises: fc.option(fc.constantFrom('email' as const, 'invited' as const, 'account' as const), { freq: 6 }),
    /** Whether a proof comes along: without one a single device may begin in a network. */
    proves: fc.boolean(),
  })
  const level = fc.constantFrom<Level>('open', 'open', 'email', 'invited', 'account')
  const settings = fc.record({
    votesPerParticipant: fc.constantFrom(null, 1, 2, 5),
    votesPerIdea: fc.constantFrom(1, 1, 3),
    names: fc.constantFrom('optional' as const, 'required' as const, 'hidden' as const),
    results: fc.constantFrom('always' as const, 'afterVote' as const, 'afterClose' as const),
    takePart: level,
    vote: level,
  })
  /** What there is voting for: the whole time, or not yet, or no more. */
  const times = fc.constantFrom(null, 'opensAt' as const, 'votesFrom' as const, 'votesUntil' as const)

  /** Somebody begins to take part and gives a name, both before the first batch is done. */
  const namedAtTheSecondTap = [false, true].map((named) => ({
    question: 0,
    who: 0,
    idea: 0,
    value: 1,
    named,
    rises: null,
    proves: true,
  }))

  it('end as they would one after the other, whatever they are and however they fall into batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cast, { maxLength: 40 }), { maxLength: 6 }),
        settings,
        times,
        async (batches, how, when) => {
          const [together, oneByOne] = [await stage(test, how, when), await stage(test, how, when)]
          for (const batch of batches) {
            for (const one of batch) for (const where of [together, oneByOne]) await where.rise(one)
            const outcomes = await Promise.all(batch.map((one) => together.cast(one, (caller) => caller)))
            for (const [index, one] of batch.entries()) expect(outcomes[index]).toEqual(await oneByOne.cast(one, alone))
          }
          expect(await together.state()).toEqual(await oneByOne.state())
        },
      ),
      {
        numRuns: process.env.CI ? 60 : 25,
        examples: [
          [
            [namedAtTheSecondTap],
            {
              votesPerParticipant: null,
              votesPerIdea: 1,
              names: 'optional',
              results: 'always',
              takePart: 'open',
              vote: 'open',
            },
            null,
          ],
        ],
      },
    )
  }, 240_000)
})

describe.each(engines)('where the store can lock one question at a time, votes in a batch on $engine', ({ open }) => {
  it('are on one question, and all are cast', async () => {
    const test = await open()
    const { doors, core } = test
    const alice = person('Alice')
    const ideas = new Map<string, string>()
    for (let n = 0; n < 3; n++) {
      const { question } = await doors.ask(alice, { title: `Question ${n}` })
      const questionId = question.id
      ideas.set(questionId, (await doors.addIdea(alice, questionId, { title: 'At the lake' }, null)).id)
    }
    const batches: string[][] = []
    const withBallots: typeof core.store.withBallots = (work) =>
      core.store.withBallots((ballots) => {
        const begin = ballots.begin.bind(ballots)
        ballots.begin = (questions, isKnown) => {
          batches.push(questions)
          return begin(questions, isKnown)
        }
        return work(ballots).finally(() => (ballots.begin = begin))
      })
    const queue = new VoteQueue({ ...core, store: { ...core.store, questionsAtOnce: 1, withBallots } }, () =>
      Promise.reject(new Error('No vote here has to go alone.')),
    )
    const votes = Array.from({ length: 10 }, () => [...ideas]).flat()
    await Promise.all(votes.map(([questionId, ideaId]) => queue.cast(person(), questionId, ideaId, 1)))
    expect(batches.every((questions) => questions.length === 1)).toBe(true)
    expect(batches.length).toBeLessThan(votes.length)
    for (const questionId of ideas.keys()) expect((await doors.snapshot(questionId)).counts.votes).toBe(10)
    await test.close()
  })
})

/** Two questions, some ideas of which one is hidden and one takes no more votes, and people: by cookie, by token, with a token nobody has, and one whose votes are set aside. */
async function stage(test: TestCore, settings: SettingsPatch, when: 'opensAt' | 'votesFrom' | 'votesUntil' | null) {
  const doors = createDoors(houseOf({ ...test.core, levels }))
  const owner = person(settings.names === 'hidden' ? undefined : 'Alice')
  const prepare = async () => {
    const asked = await doors.ask(owner, { title: 'What shall we plant?', settings })
    const q = asked.question.id
    const ideas: string[] = []
    for (let i = 0; i < 4; i++) ideas.push((await doors.addIdea(owner, q, { title: `Idea ${i}` })).id)
    await doors.hideIdea(owner, q, ideas[2]!)
    const bob = person()
    await command(test.core, q, (taken) => raiseLevel(taken, bob, { level: 'account', invitation: 1 }))
    const { token } = await doors.join(bob, q, { name: settings.names === 'hidden' ? null : 'Bob' })
    // Bob can take back what he voted for before it was closed; nobody can vote for it any more.
    await doors.vote({ bearer: token, device: '' }, q, ideas[3]!)
    await doors.closeIdea(owner, q, ideas[3]!, { why: 'It is sold.' })
    // The owner has set Eve's votes aside.
    const device = person()
    await command(test.core, q, (taken) => raiseLevel(taken, device, { level: 'account', invitation: 1 }))
    const eve = await doors.join(device, q, { name: settings.names === 'hidden' ? null : 'Eve' })
    await test.core.store.write
      .updateTable('participants')
      .set({ set_aside: 1 })
      .where('question_id', '=', (await loadQuestion(test.core.store.read, q)).id)
      .where('public_id', '=', eve.participant.id)
      .execute()
    if (when) {
      await doors.editQuestion(owner, q, { [when]: new Date(test.time.now + 1_000).toISOString() })
      if (when === 'votesUntil') test.time.now += 1_000
    }
    const bearers = [token, newToken(), asked.adminToken, eve.token]
    return { q, ideas: [...ideas, 'NoSuchIdea1'], bearers }
  }
  // One after the other: each moves the time.
  const questions = [await prepare(), await prepare()]
  const devices = [newToken(), newToken(), newToken()]
  const expiresAt = test.time.now + 60_000

  /** Who casts a vote, and on what. */
  function castBy(one: Casting): { q: string; idea: string; caller: Caller } {
    const { q, ideas, bearers } = questions[one.question]!
    const bearer = one.who > 2 ? bearers[one.who - 3]! : null
    const caller: Caller = { bearer, device: devices[one.who] ?? newToken(), ...(one.named && { name: 'Somebody' }) }
    // One begins without a proof, and two have the same.
    const proof = { kind: 'work' as const, nonce: String(one.who % 2), strength: 0, expiresAt }
    caller.newcomer = { network: 'a school', free: 1, proof: one.proves ? proof : null }
    return { q, idea: ideas[one.idea]!, caller }
  }

  return {
    /** Proves somebody better, as far as they are anybody. */
    async rise(one: Casting) {
      if (one.rises === null) return
      const { q, caller } = castBy(one)
      const raise = { level: one.rises, unproven: true, ...(one.rises === 'invited' && { invitation: 1 }) }
      await command(test.core, q, (taken) => raiseLevel(taken, caller, raise)).catch((failure: unknown) => {
        if (!(failure instanceof Refusal)) throw failure
      })
    },
    /** @returns what a caller is told, in words that are the same on every stage */
    async cast(one: Casting, as: typeof alone) {
      const { q, idea, caller } = castBy(one)
      try {
        const casting = one.value > 0 ? doors.vote(as(caller), q, idea, one.value) : doors.unvote(as(caller), q, idea)
        return (await casting).votes
      } catch (failure) {
        if (!(failure instanceof Refusal)) throw failure
        return failure.code
      }
    },
    state: () =>
      Promise.all(
        questions.map(async ({ q, ideas }) => {
          // Where votes were hidden, this shows them.
          await doors.close(owner, q)
          const { counts, ideas: shown } = await doors.snapshot(q)
          const { changes } = await doors.changes(q, {})
          return {
            counts,
            ideas: shown.map(({ title, votes, voters }) => ({ title, votes, voters })),
            voters: await Promise.all(
              [0, 1, 3].map(
                async (n) => (await doors.voters({ bearer: null, device: newToken() }, q, ideas[n]!, {})).voters,
              ),
            ),
            revisions: changes.map(({ revision }) => revision),
            kinds: changes.map(({ type, data }) => `${type} ${data.votes ?? 1}`).toSorted(),
            levels: await levelsIn(test, q),
          }
        }),
      ),
  }
}

/** At which levels the votes of a question stand, and how many of each kind. */
async function levelsIn({ core }: TestCore, q: string) {
  const { id } = await loadQuestion(core.store.read, q)
  const votes = await core.store.read
    .selectFrom('votes as v')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'v.question_id').onRef('i.id', '=', 'v.idea_id'),
    )
    .select(['i.title', 'v.level', 'v.value'])
    .where('v.question_id', '=', id)
    .execute()
  return votes.map(({ title, level, value }) => `${title} ${level} ${value}`).toSorted()
}

describe.each(engines)('the queue of votes on $engine', ({ open }) => {
  let test: TestCore
  let q: string
  let idea: string
  const owner = person('Alice')
  beforeEach(async () => {
    test = await open()
    q = (await test.doors.ask(owner, { title: 'Where?' })).question.id
    idea = (await test.doors.addIdea(owner, q, { title: 'By the lake' })).id
    test.published.length = 0
  })
  afterEach(() => test.close())

  it('casts what comes at the same time in one transaction, and tells followers once', async () => {
    const receipts = await Promise.all(Array.from({ length: 200 }, () => test.doors.vote(person(), q, idea)))
    expect(receipts.map(({ votes }) => votes)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
    expect(test.published).toEqual([{ questionId: q, since: 3, revision: 403, changes: [], tallied: [idea] }])
  })

  it('counts a person once, however often and however quickly they tap', async () => {
    const bob = person('Bob')
    await Promise.all(Array.from({ length: 50 }, () => test.doors.vote(bob, q, idea)))
    const { counts, ideas } = await test.doors.snapshot(q)
    expect([counts.votes, counts.participants, ideas[0]?.votes]).toEqual([1, 2, 1])
  })

  it('ends with what was asked for last', async () => {
    const bob = person('Bob')
    await Promise.all([test.doors.vote(bob, q, idea), test.doors.unvote(bob, q, idea), test.doors.vote(bob, q, idea)])
    expect((await test.doors.overlay(bob, q)).votes).toEqual([idea])
    await Promise.all([test.doors.unvote(bob, q, idea), test.doors.vote(bob, q, idea), test.doors.unvote(bob, q, idea)])
    expect((await test.doors.overlay(bob, q)).votes).toEqual([])
  })

  it('knows what other verbs did between two batches', async () => {
    await test.doors.vote(person(), q, idea)
    await test.doors.hideIdea(owner, q, idea)
    await expect(test.doors.vote(person(), q, idea)).rejects.toMatchObject({ code: 'idea_not_found' })
    await test.doors.showIdea(owner, q, idea)
    expect((await test.doors.vote(person(), q, idea)).votes).toBe(2)
    await test.doors.close(owner, q)
    await expect(test.doors.vote(person(), q, idea)).rejects.toMatchObject({ code: 'question_closed' })
  })

  it('lets nobody vote after the deadline, though the batch began to wait before it', async () => {
    await test.doors.editQuestion(owner, q, { closesAt: new Date(test.time.now + 1_000).toISOString() })
    await test.doors.vote(person(), q, idea)
    const free = await holdQuestion(test, q)
    const late = test.doors.vote(person(), q, idea)
    test.time.now += 1_000
    free()
    await expect(late).rejects.toMatchObject({ code: 'question_closed' })
  })

  it('lets nobody vote before voting begins nor once it is over, by the clock and not by what is written down', async () => {
    const at = (ms: number) => new Date(test.time.now + ms).toISOString()
    await test.doors.editQuestion(owner, q, { votesFrom: at(1_000), votesUntil: at(2_000) })
    const [early, late] = [person(), person()]
    test.time.now += 999
    await expect(test.doors.vote(early, q, idea)).rejects.toMatchObject({ code: 'votes_not_yet', facts: { at: at(1) } })
    test.time.now += 1
    expect((await test.doors.vote(early, q, idea)).votes).toBe(1)
    const free = await holdQuestion(test, q)
    const waiting = [test.doors.vote(late, q, idea), test.doors.unvote(early, q, idea)]
    test.time.now += 1_000
    free()
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'votes_over', facts: { at: at(0) } })
  })

  it('refuses what is more than it can hold, keeps what it has taken, and takes more afterwards', async () => {
    const free = await holdQuestion(test, q)
    const bob = person('Bob')
    const taken = Array.from({ length: 20_000 }, () => test.doors.vote(bob, q, idea))
    // Each call checks its input first, and so queues a moment later.
    await Promise.resolve()
    await expect(test.doors.vote(person(), q, idea)).rejects.toMatchObject({ code: 'overloaded', status: 503 })
    free()
    await Promise.all(taken)
    expect((await test.doors.vote(person(), q, idea)).votes).toBe(2)
  })

  it('counts for an idea that is there, however many others are cast for ideas that are not', async () => {
    const nowhere = (n: number) => test.doors.vote(person(), q, `nowhere-${n}`)
    await Promise.allSettled(Array.from({ length: 5_100 }, (_, n) => nowhere(n)))
    await test.doors.vote(person(), q, idea)
    const cast = [test.doors.vote(person(), q, idea), nowhere(5_101), test.doors.vote(person(), q, idea)]
    const [first, , last] = await Promise.allSettled(cast)
    expect([first?.status, last?.status]).toEqual(['fulfilled', 'fulfilled'])
  })

  it('keeps the others when one of them cannot be stored', async () => {
    const { id } = await test.core.store.read
      .selectFrom('addresses')
      .select('question_id as id')
      .where('public_id', '=', q)
      .executeTakeFirstOrThrow()
    // A participant's key that is taken already: the whole batch fails in the engine, and then only who brings it.
    await test.core.store.write.updateTable('questions').set({ next_id: 1 }).where('id', '=', id).execute()
    const known = person('Bob')
    await expect(test.doors.vote(known, q, idea)).rejects.toThrow()
    await test.core.store.write.updateTable('questions').set({ next_id: 100 }).where('id', '=', id).execute()
    await test.doors.vote(known, q, idea)
    await test.core.store.write.updateTable('questions').set({ next_id: 1 }).where('id', '=', id).execute()
    const [undone, newcomer] = await Promise.allSettled([
      test.doors.unvote(known, q, idea),
      test.doors.vote(person(), q, idea),
    ])
    expect([undone.status, newcomer.status]).toEqual(['fulfilled', 'rejected'])
    expect((await test.doors.snapshot(q)).ideas[0]?.votes).toBe(0)
  })
})

/** Keeps everyone waiting who writes to a question. @returns how to let them go on */
function holdQuestion(test: TestCore, q: string): Promise<() => void> {
  return new Promise((held, failed) => {
    command(test.core, q, () => new Promise<void>((free) => held(free))).catch(failed)
  })
}
