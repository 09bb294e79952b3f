import { describe, expect, it } from 'vitest'
import { ask, request } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

const inMilliseconds = (ms: number) => new Date(Date.now() + ms).toISOString()
const until = (time: string) => new Promise((resolve) => setTimeout(resolve, Date.parse(time) - Date.now() + 5))
const year = (n: number) => `${n}-01-01T00:00:00.000Z`

describe('a question that opens later', () => {
  it('shows itself and when it begins, and takes nothing but what its owner prepares', async () => {
    const alice = await ask(site.url, { title: 'Where shall we meet?', opensAt: year(2190), votesUntil: year(2191) })
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    const { body: reason } = await alice.argue(lake.id, { side: 'pro', text: 'Water' })
    await expectNothingStored(alice, async () => {
      const bob = alice.stranger()
      for (const attempt of [
        bob.addIdea({ title: 'Too soon' }),
        bob.argue(lake.id, { side: 'con', text: 'Too soon' }),
        bob.agree(reason.id),
        bob.disagree(reason.id),
        bob.vote(lake.id),
        bob.unvote(lake.id),
        bob.castBallot([lake.id]),
        bob.comment('Too soon'),
        bob.post('/participants', { name: 'Bob' }),
        alice.vote(lake.id),
        alice.castBallot([]),
      ]) {
        const answer = await attempt
        expectRefusal(answer, 'not_open_yet')
        expect(answer.body).toMatchObject({ at: year(2190) })
      }
    })
    expect((await alice.snapshot()).body).toMatchObject({
      ...{ phase: 'open', opensAt: year(2190), ideasUntil: null, votesFrom: null, votesUntil: year(2191) },
      stages: { ideas: 'later', votes: 'later', next: { at: year(2190), ideas: 'now', votes: 'now' } },
    })
  })
})

describe('a question that goes from ideas to votes', () => {
  it('takes each while there is a time for it, whoever asks and by whatever door', async () => {
    const alice = await ask(site.url, { title: 'Where shall we meet?', votesFrom: year(2190) })
    const bob = await alice.invite('Bob')
    const { body: lake } = await bob.addIdea({ title: 'At the lake' })
    for (const who of [bob, alice, alice.stranger()])
      for (const attempt of [who.vote(lake.id), who.unvote(lake.id), who.castBallot([lake.id])])
        expectRefusal(await attempt, 'votes_not_yet')
    const end = inMilliseconds(2_500)
    await alice.edit({ votesFrom: null, ideasUntil: end, votesUntil: end })
    await bob.vote(lake.id)
    await until(end)
    await expectNothingStored(alice, async () => {
      for (const who of [bob, alice, alice.stranger()])
        for (const attempt of [who.vote(lake.id), who.unvote(lake.id), who.castBallot([])])
          expectRefusal(await attempt, 'votes_over')
      expectRefusal(await bob.leave({ contributions: 'remove' }), 'votes_over')
      expectRefusal(await bob.deleteIdea(lake.id), 'votes_over')
      for (const who of [bob, alice.stranger()]) expectRefusal(await who.addIdea({ title: 'Too late' }), 'ideas_over')
    })
    expect((await bob.argue(lake.id, { side: 'pro', text: 'Water' })).status).toBe(201)
    expect((await bob.comment('That was quick.')).status).toBe(201)
    expect((await alice.addIdea({ title: 'Added by the owner' })).status).toBe(201)
    // Nobody looked at that moment, and yet it stands in the feed as of then.
    const { changes } = (await alice.changes()).body
    expect(changes.filter(({ type }) => type === 'question.advanced')).toMatchObject([
      { at: end, data: { ideas: 'over', votes: 'over' } },
    ])
  })

  it('tells the same of itself as JSON and in its tag, before and after', async () => {
    const votesFrom = inMilliseconds(1_200)
    const alice = await ask(site.url, { title: 'Where shall we meet?', votesFrom })
    const before = await alice.snapshot()
    expect(before.body.stages).toEqual({
      ...{ ideas: 'now', votes: 'later' },
      next: { at: votesFrom, ideas: 'now', votes: 'now' },
    })
    await until(votesFrom)
    const after = await alice.get('', { 'if-none-match': before.headers.get('etag') ?? '' })
    expect(after).toMatchObject({
      status: 200,
      body: { revision: 2, stages: { ideas: 'now', votes: 'now', next: null } },
    })
  })
})

describe('the times of a question', () => {
  it.each([
    ['an opening after the deadline', { opensAt: year(2191), closesAt: year(2190) }, ['closesAt']],
    ['ideas that end before it opens', { opensAt: year(2191), ideasUntil: year(2190) }, ['ideasUntil']],
    ['ideas that end as it opens', { opensAt: year(2190), ideasUntil: year(2190) }, ['ideasUntil']],
    ['voting that ends before it begins', { votesFrom: year(2191), votesUntil: year(2190) }, ['votesUntil']],
    ['voting that begins at the deadline', { votesFrom: year(2190), closesAt: year(2190) }, ['closesAt']],
    ['voting that ends after the deadline', { votesUntil: year(2191), closesAt: year(2190) }, ['closesAt']],
    ['ideas that end after voting', { ideasUntil: year(2191), votesUntil: year(2190) }, ['votesUntil']],
  ])('are not %s', async (_what, times, paths) => {
    const answer = await request('POST', `${site.url}/api/v1/questions`, { title: 'Where?', ...times })
    expectRefusal(answer, 'times_out_of_order', paths)
  })

  it('may touch each other, so that voting begins as ideas end, and the question closes as voting does', async () => {
    const times = { ideasUntil: year(2190), votesFrom: year(2190), votesUntil: year(2191), closesAt: year(2191) }
    const alice = await ask(site.url, { title: 'Where?', ...times })
    expect((await alice.snapshot()).body).toMatchObject(times)
    expectRefusal(await alice.edit({ closesAt: year(2189) }), 'times_out_of_order')
    expectRefusal(await alice.edit({ votesFrom: year(2192) }), 'times_out_of_order', ['votesFrom', 'votesFrom'])
    expect((await alice.edit({ votesFrom: null, ideasUntil: null })).body).toMatchObject({ votesFrom: null })
  })

  it('lie in the future when they are set, and may have passed when they stay', async () => {
    const alice = await ask(site.url, { title: 'Where?' })
    for (const name of ['opensAt', 'ideasUntil', 'votesFrom', 'votesUntil'])
      expectRefusal(await alice.patch('', { [name]: '2020-01-01T00:00:00Z' }), 'time_in_past', [name])
    const ideasUntil = inMilliseconds(1_000)
    await alice.edit({ ideasUntil })
    await until(ideasUntil)
    expect((await alice.edit({ ideasUntil, votesUntil: year(2190) })).status).toBe(200)
    await alice.close()
    expectRefusal(await alice.edit({ votesUntil: null }), 'question_closed')
  })

  it('are told in the zone that the owner names, if there is such a zone', async () => {
    const alice = await ask(site.url, { title: 'Where?', timeZone: 'America/New_York' })
    expect((await alice.snapshot()).body.timeZone).toBe('America/New_York')
    for (const timeZone of ['Middle-earth/Shire', '+01:00', 'Europe/Berlin; drop'])
      expectRefusal(await alice.edit({ timeZone }), 'time_zone_unknown', ['timeZone'])
    expect((await alice.edit({ timeZone: null })).body.timeZone).toBeNull()
    expectRefusal(await alice.invite('Bob').then((bob) => bob.patch('', { timeZone: 'UTC' })), 'owner_only')
  })
})
