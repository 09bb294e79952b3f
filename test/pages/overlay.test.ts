import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../src/question/wire.ts'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner, type Person } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { fullQuestion, ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

const secret = 'b'.repeat(32)

/** What the browser of this device sends, for setting the scene from outside. */
async function asBob(alice: Owner, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${the.url}/api/v1/questions/${alice.questionId}${path}`, {
    method,
    headers: { cookie: `folkmoot=${secret}`, origin: the.url, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  expect(answer.status, `${method} ${path}: ${await answer.text()}`).toBeLessThan(300)
}

/** Everything on a page but what names it, tells time, or is for the script alone. */
const contentOf = (page: Page) =>
  page.evaluate(() => {
    const main = document.getElementById('main')?.cloneNode(true) as HTMLElement
    for (const one of main.querySelectorAll('template, script')) one.remove()
    for (const one of main.querySelectorAll<HTMLInputElement>('input[name=key]')) one.setAttribute('value', '')
    for (const one of main.querySelectorAll('[data-closes-in]')) one.setAttribute('data-closes-in', '')
    for (const one of main.querySelectorAll('time')) one.textContent = one.dateTime
    const comments = document.createTreeWalker(main, NodeFilter.SHOW_COMMENT)
    const found: Node[] = []
    while (comments.nextNode()) found.push(comments.currentNode)
    for (const one of found) one.parentNode?.removeChild(one)
    const lines = (element: Element, depth: number): string[] => {
      const attributes = [...element.attributes]
        .map(({ name, value }) => `${name}="${value}"`)
        .sort()
        .join(' ')
      const inside = [...element.childNodes].flatMap((node) =>
        node instanceof Element
          ? lines(node, depth + 1)
          : (node.textContent ?? '').trim() === ''
            ? []
            : [' '.repeat(depth + 1) + (node.textContent ?? '').replace(/\s+/g, ' ').trim()],
      )
      return [`${' '.repeat(depth)}<${element.localName} ${attributes}>`, ...inside]
    }
    main.normalize()
    return lines(main, 0)
  })

/** The page as the server makes it for this device, and the one for everyone as the script marks it. */
async function bothPages(alice: Owner, search = ''): Promise<{ made: string[]; marked: string[]; page: Page }> {
  const page = await browser.visit(the.url)
  await page.context().addCookies([{ name: 'folkmoot', value: secret, url: the.url, httpOnly: true, sameSite: 'Lax' }])
  const sent: string[] = []
  page.on('response', (response) => {
    if (response.url() === pageOf(alice) + search) sent.push(response.headers()['cache-control'] ?? '')
  })
  await page.goto(pageOf(alice) + search)
  const made = await contentOf(page)
  await page.goto(pageOf(alice) + search)
  await page.locator('#question:not([data-everyone])').waitFor({ state: 'attached' })
  expect(sent).toEqual(['private, no-store', 'private, no-cache'])
  return { made, marked: await contentOf(page), page }
}

interface Scene {
  settings?: Partial<Settings>
  act: (alice: Owner, full: { lake: string; bob: Person }) => Promise<void>
}

const idea = { title: 'On a boat' }
const scenes: Record<string, Scene> = {
  'who takes part under a name': {
    act: async (alice, { lake }) => {
      await asBob(alice, 'POST', '/participants', { name: 'Bob <b>ü</b>' })
      await asBob(alice, 'PUT', `/ideas/${lake}/vote`, {})
    },
  },
  'who takes part without a name': {
    act: async (alice) => asBob(alice, 'POST', '/comments', { text: 'Who has a grill?' }),
  },
  'who contributed everything there is': {
    act: async (alice, { lake }) => {
      await asBob(alice, 'POST', '/participants', { name: 'Bob' })
      await asBob(alice, 'POST', '/ideas', idea)
      await asBob(alice, 'POST', `/ideas/${lake}/arguments`, { side: 'con', text: 'It is cold.' })
      await asBob(alice, 'POST', '/comments', { text: 'Who has a grill?' })
      const { body } = await alice.snapshot()
      for (const { id } of body.ideas) await asBob(alice, 'PUT', `/ideas/${id}/vote`, {})
      for (const { pros, cons } of body.ideas)
        for (const { id } of [...pros, ...cons]) await asBob(alice, 'PUT', `/arguments/${id}/agreement`)
    },
  },
  'who has some votes and ideas left': {
    settings: { votesPerParticipant: 5, ideasPerParticipant: 2 },
    act: async (alice, { lake }) => {
      await asBob(alice, 'POST', '/participants', { name: 'Bob' })
      await asBob(alice, 'PUT', `/ideas/${lake}/vote`, {})
      await asBob(alice, 'POST', '/ideas', idea)
    },
  },
  'who has none left': {
    settings: { votesPerParticipant: 3, ideasPerParticipant: 1 },
    act: async (alice) => {
      await asBob(alice, 'POST', '/participants', { name: 'Bob' })
      await asBob(alice, 'POST', '/ideas', idea)
      const { body } = await alice.snapshot()
      for (const { id } of body.ideas.slice(0, 3)) await asBob(alice, 'PUT', `/ideas/${id}/vote`, {})
    },
  },
  'whose name is required': {
    settings: { names: 'required' },
    act: async (alice) => asBob(alice, 'POST', '/participants', { name: 'Bob' }),
  },
  'who has no name since names became required': {
    act: async (alice) => {
      await asBob(alice, 'POST', '/participants', {})
      expect((await alice.edit({ settings: { names: 'required' } })).status).toBe(200)
    },
  },
  'where nothing but votes is wanted': {
    settings: { newIdeas: false, newArguments: false, comments: false },
    act: async (alice) => asBob(alice, 'POST', '/participants', { name: 'Bob' }),
  },
  'where the question is closed': {
    act: async (alice, { lake }) => {
      await asBob(alice, 'POST', '/participants', { name: 'Bob' })
      await asBob(alice, 'PUT', `/ideas/${lake}/vote`, {})
      await alice.close()
    },
  },
  'who knows the question and does not take part': { act: async () => {} },
}

describe.each(Object.entries(scenes))('the page for everyone, marked for somebody %s', (_who, { settings, act }) => {
  it('is the page that the server makes for them', async () => {
    const { alice, bob, ideas } = await fullQuestion(the.url)
    // Two of the ideas' authors would stand in the way of lower limits.
    if (settings) expect((await alice.edit({ settings })).status).toBe(200)
    await act(alice, { lake: ideas.lake, bob })
    const { made, marked } = await bothPages(alice)
    // A stranger's shuffled order is another one with each page.
    const alike = (line: string) => line.replace(/(?<=&seed=)\w+/, 'any')
    expect(marked.map(alike)).toEqual(made.map(alike))
  })
})

it('is made for the owner, who may do more on it', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  for (let visit = 1; visit <= 2; visit++) {
    await page.goto(pageOf(alice))
    await page.getByRole('link', { name: 'Settings of this question' }).waitFor()
    await ideaRow(page, 'At the lake').getByRole('link', { name: /^Edit/ }).waitFor()
  }
})

it('is made for somebody who becomes the owner after taking part', async () => {
  const alice = await ask(the.url)
  const page = await browser.visit(the.url)
  await page.context().addCookies([{ name: 'folkmoot', value: secret, url: the.url, httpOnly: true, sameSite: 'Lax' }])
  await asBob(alice, 'POST', '/participants', { name: 'Bob' })
  await page.goto(pageOf(alice))
  await page.getByText('You take part as Bob.').waitFor()
  await page.goto(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  await page.goto(pageOf(alice))
  await page.getByRole('link', { name: 'Settings of this question' }).waitFor()
})
