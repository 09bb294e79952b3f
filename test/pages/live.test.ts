import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

const titles = (page: Page) => page.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()
const votesOf = (page: Page, title: string) => ideaRow(page, title).locator('[data-votes]')
const bar = (page: Page) => page.getByRole('button', { name: /· show$/ })
const said = (page: Page) => page.locator('body > [role=status].heard')

/** The page has its connection. */
async function live(page: Page): Promise<Page> {
  await page.getByRole('button', { name: 'Pause updates' }).waitFor()
  return page
}

async function questionWith(...ideas: string[]): Promise<{ alice: Owner; ids: string[] }> {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const ids: string[] = []
  for (const title of ideas) ids.push((await alice.addIdea({ title, description: 'So it is. '.repeat(8) })).body.id)
  return { alice, ids }
}

/** Where something stands in the window, in pixels from the top. */
const topOf = (page: Page, id: string) =>
  page.evaluate((one) => document.getElementById(one)?.getBoundingClientRect().top ?? NaN, id)

describe('three people on one question', () => {
  it('see each other’s ideas, arguments, votes and comments, with focus and place unmoved', async () => {
    const { alice, ids } = await questionWith('At the lake', 'In the park', 'On a boat', 'On the roof')
    const [lake = '', , boat = '', roof = ''] = ids
    for (let n = 1; n <= 12; n++) await alice.comment(`Thought ${n}`)
    const phone = await live(await browser.visit(pageOf(alice), { screen: 'phone' }))
    const other = await live(await browser.visit(pageOf(alice), { screen: 'phone' }))
    const desk = await live(await browser.visit(pageOf(alice)))
    const pages = [phone, other, desk]
    // Everybody looks at something else, and one of them is writing.
    const places = [`title-${boat}`, `title-${roof}`, `title-${boat}`]
    for (const [n, page] of pages.entries())
      await page.evaluate((id) => document.getElementById(id)?.scrollIntoView({ block: 'center' }), places[n] ?? '')
    const field = phone.getByRole('textbox', { name: 'Your comment' })
    await field.evaluate((one: HTMLElement) => one.focus({ preventScroll: true }))
    await phone.keyboard.insertText('I am still wri')
    await phone.evaluate((id) => document.getElementById(id)?.scrollIntoView({ block: 'center' }), places[0] ?? '')
    const before = await Promise.all(pages.map((page, n) => topOf(page, places[n] ?? '')))

    const bob = await alice.invite('Bob')
    await bob.vote(lake)
    await bob.argue(lake, { side: 'pro', text: 'There is water to swim in.' })
    await bob.comment('I can bring a towel.')
    await bob.addIdea({ title: 'By the fire' })
    for (const page of pages) {
      await votesOf(page, 'At the lake').getByText('1 vote').waitFor({ state: 'attached' })
      await ideaRow(page, 'At the lake').getByText('Bob', { exact: true }).first().waitFor({ state: 'attached' })
      await page.getByText('There is water to swim in.', { exact: true }).waitFor({ state: 'attached' })
      await page.getByText('I can bring a towel.').waitFor({ state: 'attached' })
      await bar(page).getByText('1 new idea · show').waitFor({ state: 'attached' })
      expect(await titles(page)).toEqual(['At the lake', 'In the park', 'On a boat', 'On the roof'])
    }
    for (const [n, page] of pages.entries())
      // Less than a pixel may be lost where the browser scrolls by whole ones.
      expect(Math.abs((await topOf(page, places[n] ?? '')) - (before[n] ?? NaN))).toBeLessThanOrEqual(1)
    expect(await field.inputValue()).toBe('I am still wri')
    expect(await field.evaluate((one) => one === document.activeElement)).toBe(true)
    await phone.keyboard.insertText('ting')
    expect(await field.inputValue()).toBe('I am still writing')

    await takePicture(desk, 'live new ideas wait on a desktop')
    await takePicture(other, 'live new ideas wait on a phone')
    await alice.close()
    for (const page of pages) {
      await page.getByRole('heading', { name: 'By the fire' }).waitFor({ state: 'attached' })
      expect(await voteButton(page, 'At the lake').count()).toBe(0)
      await said(page).getByText('The question is closed').waitFor({ state: 'attached' })
    }
  })

  it('see what another does on a page of theirs', async () => {
    const { alice } = await questionWith('At the lake', 'In the park')
    const bob = await live(await browser.visit(pageOf(alice), { screen: 'phone' }))
    const carol = await live(await browser.visit(pageOf(alice)))
    await voteButton(bob, 'At the lake').click()
    await ideaRow(bob, 'At the lake')
      .getByRole('textbox', { name: /^Your name/ })
      .fill('Bob')
    await ideaRow(bob, 'At the lake').getByRole('button', { name: 'Vote', exact: true }).click()
    await votedButton(bob, 'At the lake').waitFor()
    await votesOf(carol, 'At the lake').getByText('1 vote').waitFor()
    await voteButton(bob, 'In the park').click()
    await votesOf(carol, 'In the park').getByText('1 vote').waitFor()
    await ideaRow(bob, 'In the park').getByText('Bob').waitFor()
    expect(await votesOf(bob, 'In the park').innerText()).toBe('1 vote')
    await votedButton(bob, 'In the park').click()
    await votesOf(carol, 'In the park').waitFor({ state: 'hidden' })
    await ideaRow(bob, 'In the park').getByText('No votes yet').waitFor()
  })
})

it('brings waiting ideas where they belong, and leads to the first of them', async () => {
  const { alice } = await questionWith('At the lake', 'In the park')
  const page = await live(await browser.visit(`${pageOf(alice)}?order=newest`))
  await alice.addIdea({ title: 'On a boat' })
  await alice.addIdea({ title: 'On the roof' })
  await bar(page).getByText('2 new ideas · show').waitFor()
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
  await bar(page).click()
  expect(await titles(page)).toEqual(['On the roof', 'On a boat', 'In the park', 'At the lake'])
  expect(await ideaRow(page, 'On the roof').evaluate((one) => one === document.activeElement)).toBe(true)
  expect(await bar(page).count()).toBe(0)
})

it('shows one’s own new idea at once, while those of others wait', async () => {
  const { alice } = await questionWith('At the lake')
  const page = await live(await browser.visit(pageOf(alice)))
  await alice.addIdea({ title: 'On a boat' })
  await bar(page).waitFor()
  const form = page.locator('#add-idea')
  await form.getByRole('textbox', { name: /idea/i }).first().fill('My own idea')
  await form.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
  await form.getByRole('button').last().click()
  await ideaRow(page, 'My own idea').waitFor()
  expect(await titles(page)).toEqual(['At the lake', 'My own idea'])
  expect(await bar(page).innerText()).toBe('1 new idea · show')
})

it('catches up without loss when it was offline for a while', async () => {
  const { alice, ids } = await questionWith('At the lake')
  const page = await live(await browser.visit(pageOf(alice), { screen: 'phone' }))
  expectProblem(page, /ERR_INTERNET_DISCONNECTED|net::ERR/)
  await page.context().setOffline(true)
  await alice.comment('Said while you were away')
  await alice.vote(ids[0] ?? '')
  await alice.addIdea({ title: 'On a boat' })
  await page.context().setOffline(false)
  await page.getByText('Said while you were away').waitFor()
  await votesOf(page, 'At the lake').getByText('1 vote').waitFor()
  await bar(page).getByText('1 new idea · show').waitFor()
})

it('goes on by itself after the server was away', async () => {
  const { alice } = await questionWith('At the lake')
  const page = await live(await browser.visit(pageOf(alice)))
  expectProblem(page, /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY|ERR_CONNECTION_RESET/)
  await the.server.restart()
  await alice.comment('Said after the restart')
  // The longer a server is away, the longer pages wait before they try again.
  await page.getByText('Said after the restart').waitFor({ timeout: 60_000 })
})

it('stays as it is while live updates are paused, and catches up when they go on', async () => {
  const { alice, ids } = await questionWith('At the lake')
  const page = await live(await browser.visit(pageOf(alice)))
  await page.getByRole('button', { name: 'Pause updates' }).click()
  await said(page).getByText('Live updates are paused').waitFor({ state: 'attached' })
  await alice.vote(ids[0] ?? '')
  await alice.comment('Said meanwhile')
  const second = await live(await browser.visit(pageOf(alice)))
  await second.getByText('Said meanwhile').waitFor()
  expect(await page.getByText('Said meanwhile').count()).toBe(0)
  expect(await votesOf(page, 'At the lake').isVisible()).toBe(false)
  await page.getByRole('button', { name: 'Resume updates' }).click()
  await page.getByText('Said meanwhile').waitFor()
  await votesOf(page, 'At the lake').getByText('1 vote').waitFor()
  await page.getByRole('button', { name: 'Pause updates' }).waitFor()
})

/** Has a page believe that it is looked at, or not; the browser under test never hides one. */
const look = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { value: now, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)

it('lets go of its connection while nobody looks, and catches up when somebody does', async () => {
  const { alice } = await questionWith('At the lake')
  const page = await browser.visit(pageOf(alice))
  await live(page)
  const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/live'))
  await look(page, 'hidden')
  await ended
  await alice.comment('Said while nobody looked')
  await look(page, 'visible')
  await page.getByText('Said while nobody looked').waitFor()
})

it('shares one connection among the pages of a browser, and hands it over', async () => {
  const { alice } = await questionWith('At the lake')
  const first = await browser.visit(pageOf(alice))
  const device = first.context()
  const opened: string[] = []
  device.on('request', (request) => request.url().includes('/live') && opened.push(request.url()))
  await live(first)
  await alice.comment('One')
  await first.getByText('One', { exact: true }).waitFor()
  const before = opened.length
  const second = await live(await browser.another(first, pageOf(alice)))
  await alice.comment('Two')
  for (const page of [first, second]) await page.getByText('Two', { exact: true }).waitFor()
  expect(opened.length).toBe(before)
  const taken = device.waitForEvent('request', (request) => request.url().includes('/live'))
  await first.close()
  await taken
  await alice.comment('Three')
  await second.getByText('Three', { exact: true }).waitFor()
})

it('asks now and then where a proxy lets no stream through', async () => {
  const { alice } = await questionWith('At the lake')
  const page = await browser.visit(the.url)
  expectProblem(page, /ERR_FAILED/)
  await page.route('**/live?*', (route) => route.abort())
  await page.goto(pageOf(alice))
  await alice.comment('Said without a stream')
  await page.getByText('Said without a stream').waitFor()
})

it('tells who listens to the page what is new in few words, and nothing of one’s own', async () => {
  const { alice, ids } = await questionWith('At the lake', 'In the park')
  const page = await live(await browser.visit(pageOf(alice)))
  const people = await Promise.all(['Bob', 'Carol', 'Dora'].map((name) => alice.invite(name)))
  // All at once: what comes within two seconds is told together.
  const votes = people.map((person) => person.vote(ids[0] ?? ''))
  await Promise.all([...votes, alice.addIdea({ title: 'On a boat' }), alice.comment('Why not?')])
  await said(page).getByText('1 new idea, 1 new comment and 3 new votes').waitFor({ state: 'attached' })
})

it('tells who listens to the page of the close, together with what was waiting to be told', async () => {
  const { alice } = await questionWith('At the lake')
  const page = await live(await browser.visit(pageOf(alice)))
  await alice.comment('Why not?')
  await page.getByText('Why not?').waitFor()
  await alice.close()
  await page.getByText('Why not?').waitFor()
  await said(page).getByText('The question is closed').waitFor({ state: 'attached' })
  // Longer than news are gathered for: nothing takes the place of it.
  await page.waitForTimeout(3_000)
  expect(await said(page).textContent()).toMatch(/^The question is closed.* 1 new comment$/)
})

it('leads to what the server says when the question is deleted', async () => {
  const { alice } = await questionWith('At the lake')
  const page = await live(await browser.visit(pageOf(alice)))
  expectProblem(page, /404/)
  await alice.deleteQuestion()
  await page.getByText('There is no question at this address').waitFor()
})
