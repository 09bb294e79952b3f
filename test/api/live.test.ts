import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { connect } from '../../src/db/connect.ts'
import { createFeed } from '../../src/feed/follow.ts'
import { createDoors } from '../../src/http/doors.ts'
import { ask, request, type Owner } from '../support/api.ts'
import { houseOf, person } from '../support/core.ts'
import { Listener } from '../support/listener.ts'
import { startServer } from '../support/server.ts'
import { expectRefusal, useServer } from './expectations.ts'

const site = useServer({ MAX_LISTENERS: '20' })

const open: Listener[] = []
afterEach(() => {
  for (const listener of open.splice(0)) listener.leave()
})

function liveUrl({ server, questionId }: Pick<Owner, 'server' | 'questionId'>): string {
  return `${server}/api/v1/questions/${questionId}/live`
}

async function listen(owner: Owner, query = '', headers: Record<string, string> = {}): Promise<Listener> {
  const listener = await Listener.open(liveUrl(owner) + query, headers)
  open.push(listener)
  await listener.until(({ events }) => events.length > 0)
  return listener
}

const fail = (failure: unknown) => {
  throw failure
}

const revisionOf = async (owner: Owner) => (await owner.snapshot()).body.revision

describe('a listener', () => {
  it('is greeted with the revision from which it goes on, and nothing is kept of the answer', async () => {
    const alice = await ask(site.url)
    const listener = await listen(alice)
    expect(listener.events).toEqual([{ event: 'hello', data: { revision: 1 }, id: '' }])
    expect(listener.text).toMatch(/^retry: \d{4}\n/)
    const { headers } = listener.response
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-accel-buffering']).toBe('no')
  })

  it('hears of ideas, arguments, agreements, comments, names, settings, closing and decision, without their text', async () => {
    const alice = await ask(site.url)
    const listener = await listen(alice)
    const bob = await alice.invite('SECRET Bob')
    const { body: idea } = await bob.addIdea({ title: 'SECRET lake' })
    const { body: reason } = await bob.argue(idea.id, { side: 'pro', text: 'SECRET reason' })
    await alice.agree(reason.id)
    const { body: comment } = await bob.comment('SECRET comment')
    await bob.rename('SECRET Robert')
    await alice.edit({ settings: { comments: false } })
    await alice.hide('ideas', idea.id)
    await alice.close()
    await alice.decide({ ideas: [], statement: 'SECRET decision' })
    await listener.upTo(await revisionOf(alice))
    expect(listener.changes).toEqual([
      'idea.added',
      'argument.added',
      'argument.agreed',
      'comment.added',
      'participant.renamed',
      'question.edited',
      'idea.hidden',
      'question.moderated',
      'question.closed',
      'question.decided',
    ])
    expect(listener.of('change')[3]).toMatchObject({ type: 'comment.added', data: { comment: comment.id } })
    expect(listener.of('change').map((change) => String(change.revision))).toEqual(
      listener.events.filter(({ event }) => event === 'change').map(({ id }) => id),
    )
    expect(listener.of('tallies').at(-1)).toMatchObject({ counts: { participants: 2, ideas: 0, comments: 1 } })
    expect(listener.text).not.toMatch(/SECRET (lake|reason|comment|decision)/)
  })

  it('hears of votes as tallies, with the names that everyone may see, and never of each vote', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: lake } = await bob.addIdea({ title: 'At the lake' })
    const { body: park } = await bob.addIdea({ title: 'In the park' })
    const people = await Promise.all(['Ann', 'Ben', 'Cleo', 'Dan', null, null].map((name) => alice.invite(name)))
    const listener = await listen(alice)
    for (const person of people) await person.vote(lake.id)
    await people[0]?.vote(park.id)
    await people[0]?.unvote(park.id)
    await listener.upTo(await revisionOf(alice))
    expect(listener.changes).toEqual([])
    const tallies = new Map<string, unknown>()
    for (const { ideas } of listener.of('tallies') as { ideas: { id: string }[] }[])
      for (const idea of ideas) tallies.set(idea.id, idea)
    expect(tallies.get(lake.id)).toEqual({
      id: lake.id,
      votes: 6,
      votesInRoom: 0,
      voters: { first: ['Ann', 'Ben', 'Cleo'], others: 3 },
    })
    expect(tallies.get(park.id)).toEqual({ id: park.id, votes: 0, votesInRoom: 0, voters: { first: [], others: 0 } })
  })

  it('hears of many votes in few tallies', async () => {
    const alice = await ask(site.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    const people = await Promise.all(Array.from({ length: 60 }, () => alice.invite()))
    const listener = await listen(alice)
    await Promise.all(people.map((person) => person.vote(lake.id)))
    await listener.upTo(await revisionOf(alice))
    expect(listener.of('tallies').length).toBeLessThan(60)
    expect(listener.of('tallies').at(-1)).toMatchObject({ counts: { votes: 60 }, ideas: [{ votes: 60 }] })
  })

  it('hears nothing of votes for what is hidden', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const { body: lake } = await bob.addIdea({ title: 'At the lake' })
    await bob.vote(lake.id)
    const since = await revisionOf(alice)
    await bob.unvote(lake.id)
    await bob.vote(lake.id)
    await alice.hide('ideas', lake.id)
    const listener = await listen(alice, `?since=${since}`)
    await listener.upTo(await revisionOf(alice))
    expect(listener.of('tallies')).toMatchObject([{ counts: { ideas: 0, votes: 0 }, ideas: [] }])
  })

  it('goes on where it was cut off, by the header before the address', async () => {
    const alice = await ask(site.url)
    const listener = await listen(alice)
    await alice.comment('One')
    await listener.until(({ changes }) => changes.length === 1)
    listener.leave()
    await alice.comment('Two')
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    await alice.vote(idea.id)
    await alice.vote(idea.id)
    const again = await listen(alice, '?since=0', { 'last-event-id': listener.id })
    await again.upTo(await revisionOf(alice))
    expect(again.changes).toEqual(['comment.added', 'idea.added'])
    expect(again.of('tallies')).toMatchObject([{ ideas: [{ id: idea.id, votes: 1 }] }])
    expect(again.text).toContain(`id: ${await revisionOf(alice)}\n`)
  })

  it('begins at the revision in the address', async () => {
    const alice = await ask(site.url)
    await alice.comment('One')
    const since = await revisionOf(alice)
    await alice.comment('Two')
    const listener = await listen(alice, `?since=${since}`)
    await listener.upTo(since + 1)
    expect(listener.changes).toEqual(['comment.added'])
  })

  it('is told to load the question anew when it missed too much, or knows more than there is', async () => {
    const alice = await ask(site.url)
    const bob = await alice.invite('Bob')
    const ideas = await Promise.all(Array.from({ length: 60 }, (_, n) => alice.addIdea({ title: `Idea ${n}` })))
    const all = ideas.map(({ body }) => body.id)
    for (let n = 0; n < 18; n++) for (const ballot of [all, []]) await bob.castBallot(ballot)
    const revision = await revisionOf(alice)
    expect(revision).toBeGreaterThan(2_100)
    for (const query of ['?since=1', `?since=${revision + 10}`]) {
      const listener = await listen(alice, query)
      await listener.upTo(revision)
      expect(listener.events.map(({ event, data, id }) => [event, data, id])).toEqual([
        ['hello', { revision }, ''],
        ['resync', { revision, spread: 200 }, String(revision)],
      ])
    }
  })

  it('hears of the deletion, and then no more', async () => {
    const alice = await ask(site.url)
    const listener = await listen(alice)
    await alice.deleteQuestion()
    await listener.toEnd()
    expect(listener.changes).toEqual(['question.deleted'])
    expectRefusal(await alice.get('/live'), 'question_not_found')
    await alice.restoreQuestion()
    await listen(alice)
  })

  it('hears of the closing at the deadline', async () => {
    const alice = await ask(site.url, { title: 'When?', closesAt: new Date(Date.now() + 1_000).toISOString() })
    const listener = await listen(alice)
    await listener.until(({ changes }) => changes.length > 0)
    expect(listener.of('change')).toMatchObject([{ type: 'question.closed', data: { byDeadline: true } }])
  })

  it('hears nothing of what was refused', async () => {
    const alice = await ask(site.url)
    const listener = await listen(alice)
    expectRefusal(await alice.comment(''), 'invalid_input')
    expectRefusal(await alice.stranger().put('/closure'), 'owner_only')
    await alice.comment('Something')
    await listener.upTo(2)
    expect(listener.events.map(({ event }) => event)).toEqual(['hello', 'tallies', 'change'])
  })

  it('hears of its own question only', async () => {
    const alice = await ask(site.url)
    const other = await ask(site.url)
    const listener = await listen(alice)
    await other.comment('Elsewhere')
    await alice.comment('Here')
    await listener.upTo(2)
    expect(listener.changes).toEqual(['comment.added'])
  })

  it('hears of what another process writes, of which its server hears nothing', async () => {
    const alice = await ask(site.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    const listener = await listen(alice)
    const store = await connect(site.server.place.engine)
    try {
      const elsewhere = createDoors(houseOf({ store, clock: systemClock, feed: createFeed(fail) }))
      await elsewhere.addComment(person('Bob'), alice.questionId, { text: 'From elsewhere' })
      await elsewhere.vote(person('Charlie'), alice.questionId, idea.id)
    } finally {
      await store.close()
    }
    await listener.upTo(await revisionOf(alice))
    expect(listener.changes).toEqual(['comment.added'])
    expect(listener.of('tallies').at(-1)).toMatchObject({ ideas: [{ votes: 1, voters: { first: ['Charlie'] } }] })
  })
})

describe('listening is refused', () => {
  it('where there is no question', async () => {
    const nowhere = liveUrl({ server: site.url, questionId: 'AAAAAAAAAAA' })
    expectRefusal(await request('GET', nowhere), 'question_not_found')
    expect((await fetch(nowhere, { method: 'HEAD' })).status).toBe(404)
  })

  it.each(['since=-1', 'since=now', 'since=1&since=2', 'after=1'])('with ?%s', async (query) => {
    const alice = await ask(site.url)
    expectRefusal(await alice.get(`/live?${query}`), 'invalid_input', [query.split('=')[0] ?? ''])
  })

  it('with a Last-Event-ID that is no revision', async () => {
    const alice = await ask(site.url)
    expectRefusal(await alice.get('/live', { 'last-event-id': 'x' }), 'invalid_input', ['Last-Event-ID'])
  })

  it('when too many listen already, until one of them leaves', async () => {
    const alice = await ask(site.url)
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen(alice)))
    const refused = await alice.get('/live')
    expectRefusal(refused, 'overloaded')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    listeners[0]?.leave()
    await expect.poll(async () => listen(alice).then(() => 'heard', String)).toBe('heard')
  })

  it('more than once on one connection, whose place is free again when it ends', async () => {
    const alice = await ask(site.url)
    const { hostname, port, pathname } = new URL(liveUrl(alice))
    for (let n = 0; n < 3; n++) {
      const mallory = dial(Number(port), hostname).on('error', () => undefined)
      mallory.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`.repeat(15))
      mallory.resume()
      await once(mallory, 'close')
    }
    await expect
      .poll(async () => Promise.all(Array.from({ length: 15 }, () => listen(alice))).then(() => 'heard', String))
      .toBe('heard')
  })

  it('with HEAD there is the answer without the stream', async () => {
    const alice = await ask(site.url)
    const response = await fetch(liveUrl(alice), { method: 'HEAD' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  })
})

it('ends every stream when the server stops, and lets listeners go on after it is back', async () => {
  const server = await startServer()
  try {
    const alice = await ask(server.url)
    const listener = await listen(alice)
    await alice.comment('Before')
    await listener.upTo(2)
    await server.restart()
    await listener.toEnd()
    await alice.comment('After')
    const again = await listen(alice, '', { 'last-event-id': listener.id })
    await again.upTo(3)
    expect(again.changes).toEqual(['comment.added'])
  } finally {
    await server.stop()
  }
})
