import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { useServer } from './api/expectations.ts'
import { ask } from './support/api.ts'
import { Listener } from './support/listener.ts'
import { startServer } from './support/server.ts'

const the = useServer()

/** The metrics by name and labels, as they are written. */
async function metrics(headers: Record<string, string> = {}): Promise<Map<string, number>> {
  const answer = await fetch(`${the.url}/metrics`, { headers })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/)
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

it('counts requests, ready answers, verbs, refusals and listeners, and names nobody and no question', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  for (let n = 0; n < 3; n++) expect((await alice.vote(idea.id)).status).toBe(200)
  for (let n = 0; n < 3; n++) await fetch(`${the.url}/q/${alice.questionId}`).then((page) => page.text())
  expect((await alice.get('/ideas/AAAAAAAAAAA/voters')).status).toBe(404)
  await fetch(`${the.url}/${alice.questionId}`, { method: 'GET' }).then((page) => page.text())
  const listener = await Listener.open(`${the.url}/api/v1/questions/${alice.questionId}/live`)

  const count = (method: string, route: string, status: string) =>
    `folkmoot_request_seconds_count{method="${method}",route="${route}",status="${status}"}`
  await expect.poll(() => metrics()).toContainEqual([count('GET', '/api/v1/questions/:q/ideas/:idea/voters', '4xx'), 1])
  const found = await metrics()
  expect(found.get(count('PUT', '/api/v1/questions/:q/ideas/:idea/vote', '2xx'))).toBe(3)
  expect(found.get(count('GET', '/q/:id', '2xx'))).toBe(3)
  expect(found.get('folkmoot_verb_seconds_count{verb="vote"}')).toBe(3)
  for (const kind of ['vote', 'other']) expect(found.get(`folkmoot_verbs_under_way{kind="${kind}"}`)).toBe(0)
  expect(found.get('folkmoot_refusals_total{code="idea_not_found"}')).toBe(1)
  expect(found.get('folkmoot_listeners')).toBe(1)
  expect(found.get('folkmoot_live_questions')).toBe(1)
  expect(found.get('folkmoot_ready_answers_total{how="sent"}')).toBeGreaterThan(0)
  expect(found.get('folkmoot_ready_answers_total{how="made"}')).toBeGreaterThan(0)
  expect(found.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  const names = [...found.keys()].join('\n')
  for (const one of [alice.questionId, idea.id, alice.token ?? '', 'lake']) expect(names).not.toContain(one)
  listener.leave()
})

it('tells how votes were committed together, what waits, what was kept, and how late listeners were told', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const people = await Promise.all(Array.from({ length: 30 }, () => alice.invite()))
  const before = await metrics()
  const since = async (name: string) => ((await metrics()).get(name) ?? 0) - (before.get(name) ?? 0)
  const listener = await Listener.open(`${the.url}/api/v1/questions/${alice.questionId}/live`)
  await Promise.all(people.map((person) => person.vote(idea.id)))
  await listener.until((heard) => heard.of('tallies').length > 0)

  expect(await since('folkmoot_batch_votes_sum')).toBe(30)
  const batches = await since('folkmoot_batch_votes_count')
  expect(batches).toBeGreaterThan(0)
  expect(batches).toBeLessThanOrEqual(30)
  expect(await since('folkmoot_batch_votes_bucket{le="500"}')).toBe(batches)
  expect(await since('folkmoot_batch_seconds_count')).toBe(batches)
  expect(await since('folkmoot_batch_seconds_sum')).toBeGreaterThan(0)
  expect(before.get('folkmoot_batch_waiting')).toBe(0)
  await expect.poll(() => since('folkmoot_telling_seconds_count')).toBeGreaterThan(0)
  await alice.snapshot()
  expect(await since('folkmoot_views_total{view="snapshot",how="made"}')).toBeGreaterThan(0)
  await people[0]?.get('/me')
  expect(await since('folkmoot_views_total{view="overlay",how="made"}')).toBe(1)
  for (const gate of ['forms', 'visitors', 'everyone', 'bodies', 'pictures'])
    for (const where of ['inside', 'waiting']) expect(before.get(`folkmoot_gate_${where}{gate="${gate}"}`)).toBe(0)
  expect([...before.keys()].some((name) => name.startsWith('folkmoot_bus_'))).toBe(false)
  listener.leave()
})

it('counts requests that are cut off before they are answered, and not streams that end', async () => {
  const alice = await ask(the.url)
  const before = await metrics()
  const listener = await Listener.open(`${the.url}/api/v1/questions/${alice.questionId}/live`)
  listener.leave()
  await listener.toEnd()
  const { hostname, port } = new URL(the.url)
  const head =
    'POST /api/v1/questions HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{'
  const socket = connect(Number(port), hostname)
  socket.write(head + '"')
  // Once this is answered, what came before it has been taken in.
  await alice.snapshot()
  await expect
    .poll(async () => {
      socket.destroy()
      return (await metrics()).get('folkmoot_requests_cut_off_total')
    })
    .toBe((before.get('folkmoot_requests_cut_off_total') ?? 0) + 1)
  await expect.poll(async () => (await metrics()).get('folkmoot_listeners')).toBe(0)
})

it('is there for this machine alone, and not for what a proxy on it hands on', async () => {
  for (const headers of [{ 'x-forwarded-for': '203.0.113.7' }, { via: '1.1 proxy' }, { forwarded: 'for=203.0.113.7' }])
    expect((await fetch(`${the.url}/metrics`, { headers: headers as Record<string, string> })).status).toBe(404)
})

it('is there for who has METRICS_TOKEN alone, once there is one', async () => {
  const token = 'a token that is long enough'.replaceAll(' ', '-')
  const server = await startServer({ METRICS_TOKEN: token })
  const as = async (authorization?: string) =>
    (await fetch(`${server.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status
  expect(await as()).toBe(404)
  expect(await as(`Bearer ${token}x`)).toBe(404)
  expect(await as(`Bearer ${token}`)).toBe(200)
  await server.stop()
})
