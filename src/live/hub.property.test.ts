import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { Listener, parseEvents, type LiveEvent } from '../../test/support/listener.ts'
import { buildApp } from '../http/app.ts'
import type { Config } from '../http/config.ts'
import type { Caller } from '../question/seat.ts'
import { inOrder } from '../snapshot/rules.ts'
import type { Snapshot } from '../snapshot/wire.ts'

const config: Config = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: null,
  trustedProxies: [],
  dataDir: '',
  engine: { kind: 'sqlite', dataDir: '' },
  natsUrl: null,
  mail: null,
  secretKey: 'a key for tests that is long enough',
  logLevel: 'silent',
  maxListeners: 100,
  shutdownGrace: 0,
  metricsToken: null,
  operator: null,
  retentionDays: null,
  clientLimits: 1,
}

const verbs = ['vote', 'vote', 'vote', 'unvote', 'addIdea', 'comment', 'hide', 'show', 'leave', 'rename'] as const
type Verb = (typeof verbs)[number]

/** What people do, and what befalls the listener meanwhile. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constantFrom(...verbs), who: fc.nat(4), idea: fc.nat(5) }) },
  // Cut off after so many more characters, wherever in the stream that is.
  { weight: 1, arbitrary: fc.record({ what: fc.constant('cut' as const), after: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('wait' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

describe.each(engines)('who listens on $engine', ({ open }) => {
  let test: TestCore
  let app: FastifyInstance
  let url: string
  beforeEach(async () => {
    test = await open()
    app = await buildApp({ house: test.house, config, web: 'none' })
    await app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/questions`
  })
  afterEach(async () => {
    await app.close()
    await test.close()
  })

  it('sees in the end what everyone sees, and each change once, however often and wherever it is cut off', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), run), { numRuns: 30 })
  }, 240_000)

  async function run(steps: Step[]): Promise<void> {
    const { doors } = test
    const alice = person('Alice')
    const cast = ['Bob', 'Carol', 'Dora', 'Emil', 'Fay'].map(person)
    const { id: q } = (await doors.ask(alice, { title: 'Where?' })).question
    const ideas: string[] = []
    const addIdea = async (who: Caller, title: string) => {
      // At another moment than all before it: on a tie the earlier is the first.
      test.time.now += 1
      ideas.push((await doors.addIdea(who, q, { title })).id)
    }
    for (const title of ['At the lake', 'In the park', 'Nowhere']) await addIdea(alice, title)
    const begun = await doors.snapshot(q)
    const views = [begun]

    const seen: LiveEvent[] = []
    let id = String(begun.revision)
    let cutAfter: number | null = null
    let listener = await Listener.open(`${url}/${q}/live?since=${id}`)
    const steady = await Listener.open(`${url}/${q}/live?since=${id}`)

    /** Takes what arrived up to the cut, and comes back. */
    const comeBack = async () => {
      const text = cutAfter === null ? listener.text : listener.text.slice(0, cutAfter)
      const arrived = parseEvents(text)
      seen.push(...arrived.events)
      id = arrived.id || id
      listener.leave()
      cutAfter = null
      listener = await Listener.open(`${url}/${q}/live`, { 'last-event-id': id })
    }

    for (const one of steps) {
      if (one.what === 'wait') await listener.until(({ events }) => events.length > 0)
      else if (one.what === 'cut') {
        cutAfter = listener.text.length + one.after
        if (one.after % 2 === 0) await comeBack()
      } else {
        await perform(one.what, cast[one.who] ?? alice, ideas[one.idea % ideas.length] ?? '')
        views.push(await doors.snapshot(q))
      }
      if (cutAfter !== null && listener.text.length >= cutAfter) await comeBack()
    }
    const { revision } = await doors.snapshot(q)
    if (cutAfter !== null) await comeBack()
    if (Number(id) < revision) await listener.upTo(revision)
    seen.push(...parseEvents(listener.text).events)
    listener.leave()

    const { changes } = await doors.changes(q, { since: begun.revision })
    const told = changes.filter(({ type }) => !/^vote\.|\.joined$/.test(type)).map(({ revision: at }) => at)
    const expectAll = (events: LiveEvent[]) => {
      expect(events.filter(({ event }) => event === 'change').map(({ data }) => data.revision)).toEqual(told)
      expect(rebuilt(views, events)).toEqual(views.at(-1))
    }
    expectAll(seen)

    // And once more for who was never cut off, cut off anywhere now.
    if (revision > begun.revision) await steady.upTo(revision)
    steady.leave()
    const rest = new Map<string, LiveEvent[]>()
    for (let cut = 0; cut <= steady.text.length; cut++) {
      const arrived = parseEvents(steady.text.slice(0, cut))
      const from = arrived.id || String(begun.revision)
      if (!rest.has(from)) {
        const again = await Listener.open(`${url}/${q}/live`, { 'last-event-id': from })
        if (Number(from) < revision) await again.upTo(revision)
        again.leave()
        rest.set(from, again.events)
      }
      // Only the end of an event makes a difference.
      if (steady.text.slice(0, cut).endsWith('\n\n')) expectAll([...arrived.events, ...(rest.get(from) ?? [])])
    }

    async function perform(what: Verb, who: Caller, idea: string): Promise<void> {
      const verbs: Record<Verb, () => Promise<unknown>> = {
        vote: () => doors.vote(who, q, idea),
        unvote: () => doors.unvote(who, q, idea),
        addIdea: () => addIdea(who, 'Another'),
        comment: () => doors.addComment(who, q, { text: 'So what?' }),
        hide: () => doors.hideIdea(alice, q, idea),
        show: () => doors.showIdea(alice, q, idea),
        leave: () => doors.leave(who, q, { contributions: 'remove' }),
        rename: () => doors.rename(who, q, { name: 'Somebody else' }),
      }
      // Some of it is refused, such as voting for what is hidden: then nothing happened.
      await verbs[what]().catch(() => undefined)
    }
  }
})

/**
 * The view of somebody who puts tallies in as they come, and after a change loads the question anew.
 * @param views the question as it was, revision by revision
 */
function rebuilt(views: Snapshot[], seen: LiveEvent[]): Snapshot {
  let [current] = views as [Snapshot]
  for (const { event, data } of seen) {
    const revision = Number(data.revision)
    if (event === 'change' || event === 'resync') {
      // Loaded as early as can be: as it was when this was told.
      const atLeast = Math.max(revision, current.revision)
      current = views.find((view) => view.revision >= atLeast) ?? current
    } else if (event === 'tallies' && revision >= current.revision) {
      const tallies = data as unknown as Pick<Snapshot, 'counts' | 'ideas'>
      const moved = new Map(tallies.ideas.map((idea) => [idea.id, idea]))
      const ideas = current.ideas.map((idea) => ({ ...idea, ...moved.get(idea.id) }))
      current = { ...current, revision, counts: tallies.counts, ideas }
    }
  }
  return { ...current, ideas: inOrder(current.ideas, 'votes', '') }
}
