import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Refusal } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import { told } from '../moderation/rules.ts'
import { loadQuestion } from '../question/store.ts'
import { buildSnapshot } from '../snapshot/build.ts'
import type { Snapshot } from '../snapshot/wire.ts'
import { findFaults } from '../upkeep/verify.ts'
import { engines, person, type TestCore } from '../../test/support/core.ts'

const verbs = [
  ...['idea', 'argument', 'comment', 'change', 'vote', 'vote', 'unvote', 'report', 'withdraw', 'leave'],
  ...['approve', 'approve', 'decline', 'hide', 'edit', 'merge', 'show', 'closeIdea', 'undo', 'undo', 'undo', 'setting'],
  ...['enter', 'enter', 'withdrawEntry', 'saidIdea', 'saidArgument'],
] as const
const step = fc.record({ verb: fc.constantFrom(...verbs), who: fc.nat(2), which: fc.nat(9), other: fc.nat(9) })
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

describe.each(engines)('any order of acts and undos on $engine', ({ open }) => {
  let test: TestCore
  beforeAll(async () => {
    test = await open()
  })
  afterAll(() => test.close())

  it('leaves tallies, feed, desk and list of acts consistent, and shows nobody what is held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 50 }), async (steps) => {
        const play = await begin(test)
        for (const one of steps) await play.perform(one)
        expect(await findFaults(test.core.store.read, () => undefined)).toEqual([])
      }),
      { numRuns: process.env.CI ? 80 : 40 },
    )
  }, 240_000)

  it('undone from the last to the first, acts leave everything as it was', async () => {
    const { doors } = test
    const [alice, bob, carol] = [person('Alice'), person('Bob'), person('Carol')]
    const q = (await doors.ask(alice, { title: 'Where shall we meet?', settings: { votesPerIdea: 4 } })).question.id
    const lake = (await doors.addIdea(bob, q, { title: 'At the lake' })).id
    const shore = (await doors.addIdea(bob, q, { title: 'On the shore' })).id
    const sea = (await doors.addIdea(carol, q, { title: 'By the sea' })).id
    const reason = (await doors.addArgument(bob, q, shore, { side: 'pro', text: 'There is sand.' })).id
    for (const [idea, votes] of [
      [lake, 3],
      [shore, 2],
    ] as const)
      await doors.vote(bob, q, idea, votes)
    await doors.vote(carol, q, shore, 4)
    await doors.vote(carol, q, sea)
    await doors.enter(alice, q, { how: 'hands', people: 9, votes: { [lake]: 4, [shore]: 7, [sea]: 2 } })
    const before = await doors.snapshot(q)
    const did = [
      await doors.act(alice, q, { kind: 'idea', id: lake, act: 'merge', into: shore, reason: 'duplicate' }),
      await doors.act(alice, q, { kind: 'idea', id: shore, act: 'merge', into: sea }),
      await doors.act(alice, q, { kind: 'argument', id: reason, act: 'edit', text: 'There is no sand.' }),
      await doors.act(alice, q, { kind: 'idea', id: sea, act: 'hide', reason: 'offTopic', note: 'Too far.' }),
    ]
    expect(await doors.snapshot(q)).toMatchObject({ ideas: [], counts: { votes: 0, votesInRoom: 0 } })
    await expect(doors.undoAct(alice, q, did[0]!.id)).rejects.toMatchObject({ code: 'act_not_last' })
    for (const { id } of did.toReversed()) await doors.undoAct(alice, q, id)
    expect({ ...(await doors.snapshot(q)), revision: 0 }).toEqual({ ...before, revision: 0 })
    await expect(doors.undoAct(alice, q, did[0]!.id)).rejects.toMatchObject({ code: 'dealt_with' })
  })
})

async function begin({ doors, core, time }: TestCore) {
  const [owner, ...people] = [person('Alice'), person('Bob'), person(), person('Carol')]
  const q = (
    await doors.ask(owner, { title: 'What shall we plant?', settings: { moderation: 'hold', votesPerIdea: 3 } })
  ).question.id
  await doors.setHeldWords(owner, q, { words: ['weed'] })
  const things: { kind: 'idea' | 'argument' | 'comment'; id: string }[] = []
  for (const title of ['Apples', 'Pears'])
    things.push({ kind: 'idea', id: (await doors.addIdea(owner, q, { title })).id })
  let count = 0

  async function apply({ verb, who, which, other }: Step): Promise<unknown> {
    const caller = people[who]!
    const thing = things[which % things.length]!
    const ideas = things.filter(({ kind }) => kind === 'idea')
    const idea = ideas[other % ideas.length]!.id
    const says = `weed ${++count}`
    switch (verb) {
      case 'idea':
        return things.push({ kind: verb, id: (await doors.addIdea(caller, q, { title: says })).id })
      case 'argument': {
        const { id } = await doors.addArgument(caller, q, idea, { side: 'pro', text: says })
        return things.push({ kind: verb, id })
      }
      case 'comment':
        return things.push({ kind: verb, id: (await doors.addComment(caller, q, { text: says })).id })
      case 'change':
        if (thing.kind === 'idea') return doors.editIdea(caller, q, thing.id, { title: says })
        if (thing.kind === 'argument') return doors.editArgument(caller, q, thing.id, { text: says })
        return doors.editComment(caller, q, thing.id, { text: says })
      case 'vote':
        return doors.vote(caller, q, idea, 1 + (other % 3))
      case 'unvote':
        return doors.unvote(caller, q, idea)
      case 'report':
        return doors.report(caller, q, thing.kind, thing.id, { reason: 'offTopic', text: says })
      case 'withdraw':
        if (thing.kind === 'idea') return doors.deleteIdea(other % 2 ? owner : caller, q, thing.id)
        if (thing.kind === 'argument') return doors.deleteArgument(caller, q, thing.id)
        return doors.deleteComment(caller, q, thing.id)
      case 'leave':
        if (other > 0) return
        await doors.leave(caller, q, { contributions: which % 2 ? 'keep' : 'remove' })
        people[who] = person('Newcomer')
        return
      case 'approve':
      case 'decline':
      case 'hide':
      case 'edit': {
        const { items } = await doors.queue(owner, q, {})
        const item = items[which % items.length] ?? { ...thing, version: undefined }
        const { kind, id, version } = item
        const words = kind === 'idea' ? { title: `Edited ${count}` } : { text: `Edited ${count}` }
        const act = { kind, id, act: verb, ...(version !== undefined && { version }), ...(verb === 'edit' && words) }
        return doors.act(owner, q, act)
      }
      case 'merge':
        return doors.act(owner, q, { kind: 'idea', id: ideas[which % ideas.length]!.id, act: 'merge', into: idea })
      case 'show':
        if (thing.kind === 'idea') return doors.showIdea(owner, q, thing.id)
        if (thing.kind === 'argument') return doors.showArgument(owner, q, thing.id)
        return doors.showComment(owner, q, thing.id)
      case 'closeIdea':
        return which % 2 ? doors.reopenIdea(owner, q, idea) : doors.closeIdea(owner, q, idea, { why: 'Too dear.' })
      case 'enter': {
        const people = 1 + which
        const votes = Object.fromEntries(ideas.map(({ id }, n) => [id, (other + n) % (people + 1)]))
        // All of them, or one alone: where one cannot be seen, all is refused.
        return doors.enter(owner, q, { how: 'hands', people, votes: other % 2 ? votes : { [idea]: people } })
      }
      case 'saidIdea':
        return things.push({ kind: 'idea', id: (await doors.addIdea(owner, q, { title: says, inRoom: {} })).id })
      case 'saidArgument': {
        const said = { side: 'con', text: says, inRoom: { name: 'Dora' } } as const
        return things.push({ kind: 'argument', id: (await doors.addArgument(owner, q, idea, said)).id })
      }
      case 'withdrawEntry': {
        const { entries } = await doors.entries(owner, q, { limit: 50 })
        return entries.length === 0 ? undefined : doors.withdrawEntry(owner, q, entries[which % entries.length]!.id)
      }
      case 'undo': {
        const { acts } = await doors.acts(owner, q, { limit: 100 })
        return acts.length === 0 ? undefined : doors.undoAct(owner, q, acts[which % acts.length]!.id)
      }
      case 'setting':
        return doors.editQuestion(owner, q, {
          settings: { moderation: which % 3 ? 'hold' : 'none', votesPerParticipant: other % 2 ? null : 3 },
        })
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

      expect(roomOf(shown), 'each entry, and the ideas').toEqual(await roomOfEntries(core.store.read, row.id))

      const { acts, total } = await doors.acts(owner, q, { limit: 100 })
      expect(acts.length).toBe(Math.min(100, total))
      const live = acts.filter(({ act, undoneAt }) => act !== 'setAside' && told.includes(act) && undoneAt === null)
      if (total <= 100) expect(shown.moderated.reduce((sum, { count }) => sum + count, 0)).toBe(live.length)

      const { items } = await doors.queue(owner, q, { limit: 100 })
      const changes = await doors.changes(q, {})
      const everyones = JSON.stringify([shown, await doors.comments(q, {}), changes])
      const stands = await core.store.read
        .selectFrom('changes')
        .select('revision')
        .where('question_id', '=', row.id)
        .orderBy('revision')
        .execute()
      expect(stands.map(({ revision }) => revision)).toEqual(stands.map((_, index) => index + 1))
      for (const { held, edit, fields, id, reports } of items) {
        expect(held || edit !== null || reports.count > 0, 'something waits').toBe(true)
        const said = fields.title ?? fields.text ?? ''
        if (held) expect(everyones).not.toContain(`"${said}"`)
        expect(JSON.stringify([shown.ideas, shown.comments]).includes(id)).toBe(!held && isShown(shown, id))
        const wanted = edit?.fields.title ?? edit?.fields.text
        if (wanted !== undefined && wanted !== said) expect(everyones).not.toContain(`"${wanted}"`)
      }
    },
  }
}

/** Votes in the room by idea, where there are any, as everyone is shown them. */
function roomOf({ ideas, counts }: Snapshot) {
  expect(counts.votesInRoom).toBe(ideas.reduce((sum, idea) => sum + (idea.votesInRoom ?? 0), 0))
  const reasons = ideas.flatMap(({ pros, cons }) => [...pros, ...cons])
  expect([counts.ideas, counts.ideasInRoom]).toEqual([ideas.length, ideas.filter(({ inRoom }) => inRoom).length])
  expect([counts.arguments, counts.argumentsInRoom]).toEqual([
    reasons.length,
    reasons.filter(({ inRoom }) => inRoom).length,
  ])
  expect(counts.votes).toBe(ideas.reduce((sum, idea) => sum + (idea.votes ?? 0), 0))
  for (const { votes, votesInRoom, voters } of ideas)
    expect((votes ?? 0) - (votesInRoom ?? 0)).toBeGreaterThanOrEqual(
      (voters?.first.length ?? 0) + (voters?.others ?? 0),
    )
  return Object.fromEntries(ideas.flatMap(({ id, votesInRoom }) => (votesInRoom ? [[id, votesInRoom]] : [])))
}

/** The same, counted from the entries one by one. */
async function roomOfEntries(db: Db, questionKey: number) {
  const ofQuestion = ['question_id', '=', questionKey] as const
  const rows = await db.selectFrom('ideas').selectAll().where(...ofQuestion).execute() // prettier-ignore
  const ideas = new Map(rows.map((idea) => [idea.id, idea]))
  const votes = await db.selectFrom('room_votes').selectAll().where(...ofQuestion).execute() // prettier-ignore
  const entries = await db.selectFrom('room_entries').selectAll().where(...ofQuestion).execute() // prettier-ignore
  const tallies: Record<string, number> = {}
  for (const entry of entries) {
    if (entry.withdrawn_at !== null) continue
    const counted = new Map<string, number>()
    for (const { idea_id, votes: n } of votes.filter(({ entry_id }) => entry_id === entry.id)) {
      const own = ideas.get(idea_id)!
      const idea = own.merged_into === null ? own : ideas.get(own.merged_into)!
      if (idea.hidden_at === null) counted.set(idea.public_id, (counted.get(idea.public_id) ?? 0) + n)
    }
    for (const [id, n] of counted) tallies[id] = (tallies[id] ?? 0) + Math.min(n, entry.people)
  }
  return tallies
}

function isShown(
  shown: { ideas: { id: string; pros: { id: string }[]; cons: { id: string }[] }[]; comments: { id: string }[] },
  id: string,
) {
  return (
    shown.ideas.some((idea) => idea.id === id || [...idea.pros, ...idea.cons].some((one) => one.id === id)) ||
    shown.comments.some((one) => one.id === id)
  )
}
