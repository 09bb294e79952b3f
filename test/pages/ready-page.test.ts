import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'

const the = useServer()

const bob = `folkmoot=${'b'.repeat(32)}`
const get = (alice: Owner, headers: Record<string, string> = {}, search = '') =>
  fetch(`${the.url}/q/${alice.questionId}${search}`, { headers })

/** Sends a form of the page as Bob's browser does. */
const send = (alice: Owner, action: string, fields: Record<string, string>) =>
  fetch(`${the.url}/q/${alice.questionId}?/${action}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: bob, origin: the.url, accept: 'text/html' },
    body: new URLSearchParams(fields),
  })

const tagsOf = async (pages: Promise<Response>[]) =>
  (await Promise.all(pages)).map(({ headers }) => headers.get('etag'))
const titlesOf = async (page: Response) => [...(await page.text()).matchAll(/Place \d+(?=<\/h3>)/g)].join()

describe('the page of a question for everyone', () => {
  it('holds nothing of one visitor, and may be kept on the way for a moment', async () => {
    const alice = await ask(the.url)
    const page = await get(alice)
    expect(page.headers.get('cache-control')).toBe('public, max-age=1, stale-while-revalidate=10')
    expect(page.headers.get('vary')).toBe('accept-encoding, accept-language, cookie')
    expect(page.headers.get('set-cookie')).toBeNull()
    const html = await page.text()
    expect(html).toContain('data-everyone')
    expect([...html.matchAll(/name="key" value="([^"]*)"/g)].map(([, key]) => key)).not.toContainEqual(
      expect.stringMatching(/./),
    )
  })

  it('is the very same for strangers, and 304 for who has it', async () => {
    const alice = await ask(the.url)
    const [etag, other] = await tagsOf([get(alice), get(alice)])
    expect(other).toBe(etag)
    const again = await get(alice, { 'if-none-match': etag! })
    expect([again.status, await again.text()]).toEqual([304, ''])
    await alice.addIdea({ title: 'At the lake' })
    const changed = await get(alice, { 'if-none-match': etag! })
    expect(changed.status).toBe(200)
    expect(await changed.text()).toContain('At the lake')
  })

  it('shows each contribution to who looks next', async () => {
    const alice = await ask(the.url)
    for (let n = 1; n <= 10; n++) {
      await alice.comment(`Thought ${n}.`)
      expect(await (await get(alice, { 'cache-control': 'no-cache' })).text()).toContain(`Thought ${n}.`)
    }
  })

  it('is another in another language, another order and another coding', async () => {
    const alice = await ask(the.url)
    await alice.addIdea({ title: 'At the lake' })
    await alice.addIdea({ title: 'In the park' })
    const german = await get(alice, { 'accept-language': 'de-AT, en;q=0.5' })
    expect(await german.text()).toContain('lang="de"')
    expect(await (await get(alice, { 'accept-language': 'fr' })).text()).toContain('lang="en"')
    expect(await (await get(alice, { cookie: 'folkmoot_language=de' })).text()).toContain('lang="de"')
    const newest = await (await get(alice, {}, '?order=newest')).text()
    expect(newest.indexOf('In the park')).toBeLessThan(newest.indexOf('At the lake'))
    for (const coding of ['br', 'gzip']) {
      const coded = await get(alice, { 'accept-encoding': coding })
      expect(coded.headers.get('content-encoding')).toBe(coding)
      expect(await coded.text()).toContain('At the lake')
    }
    expect((await get(alice, { 'accept-encoding': 'identity' })).headers.get('content-encoding')).toBeNull()
  })

  it('names the host by which it was asked for', async () => {
    const alice = await ask(the.url)
    const { port } = new URL(the.url)
    const page = await fetch(`http://localhost:${port}/q/${alice.questionId}`)
    expect(await page.text()).toContain(`http://localhost:${port}/q/${alice.questionId}`)
    expect(await (await get(alice)).text()).not.toContain('localhost')
  })

  it('is not there when the question is not', async () => {
    const alice = await ask(the.url)
    expect((await get(alice)).status).toBe(200)
    await alice.deleteQuestion()
    const gone = await get(alice)
    expect(gone.status).toBe(404)
    expect(gone.headers.get('content-type')).toMatch(/^text\/html/)
  })
})

describe('a device that takes part', () => {
  it('gets a page of its own, which nobody may keep', async () => {
    const alice = await ask(the.url)
    expect((await send(alice, 'comment', { text: 'Who has a grill?', name: 'Bob' })).status).toBe(303)
    const page = await get(alice, { cookie: bob })
    expect(page.headers.get('cache-control')).toBe('private, no-store')
    const html = await page.text()
    expect(html).toContain('You take part as')
    expect(html).not.toContain('data-everyone')
  })

  it('gets the one for everyone where its script marks what is its own, and nobody keeps it for others', async () => {
    const alice = await ask(the.url)
    await send(alice, 'comment', { text: 'Who has a grill?', name: 'Bob' })
    const page = await get(alice, { cookie: `${bob}; folkmoot_script=1` })
    expect(page.headers.get('cache-control')).toBe('private, no-cache')
    const html = await page.text()
    expect(html).toContain('data-everyone')
    expect(html).toBe(await (await get(alice)).text())
  })
})

describe('a shuffled question', () => {
  const shuffled = async () => {
    const alice = await ask(the.url, { title: 'Where shall we meet?', settings: { order: 'shuffled' } })
    for (let n = 1; n <= 12; n++) await alice.addIdea({ title: `Place ${n}` })
    return alice
  }

  it('gives strangers different orders, and each of them their own again', async () => {
    const alice = await shuffled()
    const pages = await Promise.all(Array.from({ length: 40 }, () => get(alice)))
    const orders = new Map<string, string>()
    for (const page of pages) orders.set(page.headers.get('etag')!, await titlesOf(page))
    expect(new Set(orders.values()).size).toBeGreaterThan(2)
    for (const etag of orders.keys()) expect((await get(alice, { 'if-none-match': etag })).status).toBe(304)
  })

  it('gives them different orders from the moment on from which it is shuffled', async () => {
    const alice = await ask(the.url, { title: 'Where shall we meet?' })
    for (let n = 1; n <= 12; n++) await alice.addIdea({ title: `Place ${n}` })
    for (let n = 0; n < 3; n++) await get(alice)
    await alice.patch('', { settings: { order: 'shuffled' } })
    // A busy server may send what was right a moment ago, but not to who asks like this.
    await get(alice, { 'cache-control': 'no-cache' })
    const pages = await Promise.all(Array.from({ length: 40 }, () => get(alice)))
    expect(new Set(await Promise.all(pages.map(titlesOf))).size).toBeGreaterThan(2)
  })

  it('shows every idea once over its stretches, to strangers in each of their orders and to a participant', async () => {
    const alice = await ask(the.url, { title: 'Where shall we meet?', settings: { order: 'shuffled' } })
    for (let n = 1; n <= 60; n++) await alice.addIdea({ title: `Place ${n}` })
    await send(alice, 'comment', { text: 'Who has a grill?', name: 'Bob' })
    const rowsOf = async (search: string, headers: Record<string, string> = {}) =>
      (await (await fetch(`${the.url}/q/${alice.questionId}${search}`, { headers })).text()).match(/id="title-\w+"/g) ??
      []
    for (const seed of ['0', '3', '7']) {
      const first = await rowsOf(`?order=shuffled&seed=${seed}`)
      const second = await rowsOf(`?order=shuffled&seed=${seed}&from=51`)
      expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([50, 10, 60])
    }
    const own = [await rowsOf('', { cookie: bob }), await rowsOf('?from=51', { cookie: bob })].flat()
    expect(new Set(own).size).toBe(60)
  })

  it('gives a participant their own order', async () => {
    const alice = await shuffled()
    await send(alice, 'comment', { text: 'Who has a grill?', name: 'Bob' })
    const cookie = `${bob}; folkmoot_script=1`
    const pages = await Promise.all([get(alice, { cookie }), get(alice, { cookie }), get(alice, { cookie: bob })])
    for (const page of pages) expect(page.headers.get('cache-control')).toBe('private, no-store')
    expect(new Set(await Promise.all(pages.map(titlesOf))).size).toBe(1)
  })
})
