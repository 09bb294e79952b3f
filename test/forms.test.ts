import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './support/api.ts'
import { startServer, type TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

/** Sends a form of a page as a browser without script does, as often as its button was pressed. */
async function press(
  page: string,
  action: string,
  fields: Record<string, string>,
  times: number,
  browser = 'A browser',
): Promise<Response[]> {
  const html = await (await fetch(page)).text()
  const key = /name="key" value="([^"]*)"/.exec(html)?.[1]
  expect(key, 'the page has a place for a key').toBeDefined()
  const send = () =>
    fetch(page + action, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: server.url, accept: 'text/html', 'user-agent': browser },
      body: new URLSearchParams({ key: key!, ...fields }),
    })
  return await Promise.all(Array.from({ length: times }, send))
}

const cookiesOf = (answers: Response[]) => answers.map((answer) => answer.headers.get('set-cookie'))

it('adds an idea once when an impatient newcomer presses the button five times', async () => {
  const alice = await ask(server.url)
  const answers = await press(alice.asked.url, '?/idea', { title: 'At the lake', name: 'Bob' }, 5)
  expect(answers.map((answer) => answer.status)).toEqual([303, 303, 303, 303, 303])
  expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1)
  expect(new Set(cookiesOf(answers)).size, 'all answers bring the same cookie').toBe(1)
  expect((await alice.snapshot()).body.counts).toMatchObject({ participants: 1, ideas: 1 })
})

it('takes those for different people who send other words, or the same from another browser', async () => {
  const alice = await ask(server.url)
  const answers = [
    ...(await press(alice.asked.url, '?/comment', { text: 'By the lake.', name: '' }, 2)),
    ...(await press(alice.asked.url, '?/comment', { text: 'In the park.', name: '' }, 1)),
    ...(await press(alice.asked.url, '?/comment', { text: 'By the lake.', name: '' }, 1, 'Another browser')),
  ]
  expect(new Set(cookiesOf(answers)).size).toBe(3)
  expect((await alice.snapshot()).body.counts).toMatchObject({ participants: 3, comments: 3 })
})

it('counts one vote of a newcomer who presses twice', async () => {
  const alice = await ask(server.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const [asked] = await press(alice.asked.url, '?/vote', { idea: idea.id }, 1)
  // The page that asks for a name is this visitor's own, so it has a key.
  const key = /name="key" value="([^"]+)"/.exec(await asked!.text())![1]!
  await press(alice.asked.url, '?/vote', { idea: idea.id, name: '', key }, 2)
  expect((await alice.snapshot()).body.ideas).toMatchObject([{ votes: 1 }])
})

it('asks a question once', async () => {
  const answers = await press(`${server.url}/`, '', { title: 'Where shall we meet?', description: '' }, 3)
  expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1)
})

it('takes other words from the same page as something else', async () => {
  const alice = await ask(server.url)
  for (const title of ['At the lake', 'At the sea'])
    await press(alice.asked.url, '?/idea', { title, name: '', key: 'a-key-of-the-script' }, 1)
  expect((await alice.snapshot()).body.ideas.map((idea) => idea.title)).toEqual(['At the lake', 'At the sea'])
})

it('sends a page compressed to who can read that', async () => {
  const alice = await ask(server.url)
  const page = await fetch(alice.asked.url, { headers: { 'accept-encoding': 'br' } })
  expect(page.headers.get('content-encoding')).toBe('br')
  expect(await page.text()).toContain('Where shall we meet?')
  const plain = await fetch(alice.asked.url, { headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
})

it('shows the newest part of a discussion when the comment that an address names was withdrawn', async () => {
  const alice = await ask(server.url)
  const { body: comment } = await alice.comment('Gone soon.')
  await alice.comment('Here to stay.')
  await alice.deleteComment(comment.id)
  const page = await fetch(`${alice.asked.url}?before=${comment.id}`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Here to stay.')
})

it('lets an author take an idea out of the one it was merged into, from the page of what they did', async () => {
  const alice = await ask(server.url)
  const { body: target } = await alice.addIdea({ title: 'In the mountains' })
  const device = `folkmoot=${'b'.repeat(32)}`
  const browser = { cookie: device, origin: server.url, accept: 'text/html' }
  const form = (path: string, fields: Record<string, string>) =>
    fetch(alice.asked.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: browser,
      body: new URLSearchParams(fields),
    })
  await form('?/idea', { title: 'At the lake', name: 'Bob' })
  const source = (await alice.snapshot()).body.ideas.find((idea) => idea.title === 'At the lake')!
  await alice.merge(source.id, target.id)
  const page = await (await fetch(`${alice.asked.url}/me`, { headers: browser })).text()
  expect(page).toContain('Ideas merged into others')
  expect((await form('/me?/withdraw', { idea: source.id })).status).toBe(303)
  expect((await alice.snapshot()).body.ideas).toMatchObject([{ title: 'In the mountains', merged: [] }])
})
