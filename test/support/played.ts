import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Refusal } from '../../src/base/refusals.ts'
import { connectPatiently } from '../../src/db/connect.ts'
import type { Caller } from '../../src/question/seat.ts'
import { exportAll } from '../../src/transfer/export.ts'
import { importAll } from '../../src/transfer/import.ts'
import { person, type TestCore } from './core.ts'

/** Exports a store beside whoever uses it. */
export async function exportFrom({ engine }: Pick<TestCore, 'engine'>, to: string) {
  const db = await connectPatiently(engine)
  try {
    return await exportAll(db, engine.kind, to, { force: true, report: () => undefined })
  } finally {
    await db.destroy()
  }
}

export const importInto = ({ core }: TestCore, from: string) => importAll(core.store, from, () => undefined)

/** The lines of an export. */
export const linesOf = (path: string) => gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n')

/** What was asked, and everyone who has a part in it. */
export interface Played {
  q: string
  owner: Caller
  people: Caller[]
}

const verbs = ['vote', 'unvote', 'argue', 'agree', 'comment', 'rename', 'leave', 'hide', 'merge', 'delete', 'close', 'reopen', 'decide', 'deadline', 'link', 'remove', 'hold', 'words', 'report', 'approve', 'edit', 'merger', 'shut', 'undo', 'enter', 'withdraw', 'say'] as const // prettier-ignore
export const step = fc.record({ verb: fc.constantFrom(...verbs), who: fc.nat(2), idea: fc.nat(3), into: fc.nat(3) })
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Somebody asks, and people do this and that; what a rule refuses is left undone. */
export async function play({ doors, time }: TestCore, steps: Step[]): Promise<Played> {
  const alice = person('Alice')
  const asked = await doors.ask(alice, {
    title: 'Wo treffen wir uns? 🌧️',
    description: 'A "quoted" line\nand \\ more',
    settings: { votesPerIdea: 3 },
  })
  const q = asked.question.id
  const owner: Caller = { bearer: asked.adminToken, device: '' }
  const people = [person('Bob'), person(), person('Željko ß')]
  const ideas: string[] = []
  for (const who of [...people, alice]) ideas.push((await doors.addIdea(who, q, { title: 'At the lake' })).id)
  const reasons: string[] = []
  for (const { verb, who, idea, into } of steps) {
    const caller = people[who]!
    const deeds: Record<(typeof verbs)[number], () => Promise<unknown>> = {
      vote: () => doors.vote(caller, q, ideas[idea]!, 1 + (into % 3)),
      unvote: () => doors.unvote(caller, q, ideas[idea]!),
      argue: async () =>
        reasons.push((await doors.addArgument(caller, q, ideas[idea]!, { side: 'con', text: 'Wet.' })).id),
      agree: () => doors.agree(caller, q, reasons[idea % reasons.length] ?? 'none'),
      comment: () => doors.addComment(caller, q, { text: 'Soon?' }),
      rename: () => doors.rename(caller, q, { name: idea % 2 ? null : 'Robin' }),
      leave: () => doors.leave(caller, q, { contributions: idea % 2 ? 'keep' : 'remove' }),
      hide: () => doors.hideIdea(owner, q, ideas[idea]!),
      merge: () => doors.mergeIdea(owner, q, ideas[idea]!, { into: ideas[into]! }),
      delete: () => doors.deleteIdea(owner, q, ideas[idea]!),
      close: () => doors.close(owner, q),
      reopen: () => doors.reopen(owner, q, {}),
      decide: () => doors.decide(owner, q, { ideas: [ideas[idea]!], statement: 'So be it.' }),
      deadline: () => doors.editQuestion(owner, q, { closesAt: new Date(time.now + 3_600_000).toISOString() }),
      link: () => doors.openAdminLink(caller, q, asked.adminToken),
      remove: () => doors.deleteQuestion(owner, q),
      hold: () => doors.editQuestion(owner, q, { settings: { moderation: idea % 2 ? 'hold' : 'none' } }),
      words: () => doors.setHeldWords(owner, q, { words: ['wet', 'Straße'] }),
      report: () => doors.report(caller, q, 'idea', ideas[idea]!, { reason: 'offTopic', text: 'Hm.' }),
      approve: async () => {
        const { items } = await doors.queue(owner, q, {})
        const { kind = 'idea', id = ideas[idea]! } = items[into % items.length] ?? {}
        await doors.act(owner, q, { kind, id, act: 'approve' })
      },
      edit: () => doors.editIdea(caller, q, ideas[idea]!, { title: `At the pond ${into}` }),
      merger: () =>
        doors.act(owner, q, { kind: 'idea', id: ideas[idea]!, act: 'merge', into: ideas[into]!, reason: 'duplicate' }),
      shut: () => doors.closeIdea(owner, q, ideas[idea]!, { why: 'Sold.' }),
      undo: async () => {
        const { acts } = await doors.acts(owner, q, {})
        await doors.undoAct(owner, q, acts[into % acts.length]?.id ?? 'none')
      },
      enter: () =>
        doors.enter(owner, q, { how: 'paper', people: 4, votes: { [ideas[idea]!]: 3, [ideas[into]!]: 2 }, note: 'Ü' }),
      say: async () => {
        const inRoom = into % 2 ? {} : { name: 'Frau Özil' }
        await doors.addArgument(owner, q, ideas[idea]!, { side: 'pro', text: 'Dry.', inRoom })
        ideas.push((await doors.addIdea(owner, q, { title: 'In the mill', inRoom })).id)
      },
      withdraw: async () => {
        const { entries } = await doors.entries(owner, q, {})
        await doors.withdrawEntry(owner, q, entries[into % entries.length]?.id ?? 'none')
      },
    }
    await deeds[verb]().catch((failure: unknown) => {
      if (!(failure instanceof Refusal)) throw failure
    })
    time.now += 1_000
  }
  return { q, owner, people }
}

/** What anybody can be told of a question: by its address, its feed, its owner link and everyone's cookies. */
export async function told({ doors }: TestCore, { q, owner, people }: Played): Promise<unknown> {
  const answer = async (look: () => Promise<unknown>) =>
    await look().catch((failure: unknown) => {
      if (failure instanceof Refusal) return failure.code
      throw failure
    })
  const snapshot = await answer(() => doors.snapshot(q))
  const ideas = typeof snapshot === 'string' ? [] : (snapshot as { ideas: { id: string }[] }).ideas
  return {
    snapshot,
    feed: await answer(() => doors.changes(q, {})),
    comments: await answer(() => doors.comments(q, {})),
    ownerView: await answer(() => doors.ownerView(owner, q)),
    queue: await answer(() => doors.queue(owner, q, {})),
    acts: await answer(() => doors.acts(owner, q, {})),
    room: await answer(() => doors.entries(owner, q, {})),
    words: await answer(() => doors.heldWords(owner, q)),
    voters: await Promise.all(ideas.map(({ id }) => answer(() => doors.voters(owner, q, id, {})))),
    overlays: await Promise.all(people.map((one) => answer(() => doors.overlay(one, q)))),
    own: await Promise.all(people.map((one) => answer(() => doors.ownContributions(one, q)))),
  }
}
