import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Filled } from '../../bench/support/fill.ts'
import { fillStore } from '../../bench/support/fill-store.ts'
import { expectAccessible, expectNoSidewaysScroll, useBrowser } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { ideaRow, votedButton, voteButton } from './stage.ts'

const browser = useBrowser()
let server: TestServer
/** What is only read, what is added to, and what has few ideas with many arguments. */
let read: Filled
let question: Filled
let few: Filled
let page: string
beforeAll(async () => {
  server = await startServer()
  await server.kill()
  const filled = await fillStore(server.place.engine, [
    { ideas: 120, participants: 60, votesEach: 3 },
    { ideas: 120, argumentsEach: 2, participants: 90, votesEach: 2, named: true },
    { ideas: 2, argumentsEach: 140, participants: 5, votesEach: 1 },
  ])
  ;[read, question, few] = filled as [Filled, Filled, Filled]
  await server.start()
  page = `${server.url}/q/${question.id}`
})
afterAll(() => server.stop())

const titles = (page: Page) => page.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()
const further = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Further ideas' }).getByRole('link', { name })
const titleOf = (n: number) => `A room for purpose number ${n}`

describe.each([true, false])('a question with 120 ideas, JavaScript %s', (javaScript) => {
  it('shows them in stretches and leads from one to the next, in one order', async () => {
    const visit = await browser.visit(`${server.url}/q/${read.id}`, { javaScript })
    await visit.getByText('Ideas 1–50 of 120', { exact: true }).waitFor()
    const seen = await titles(visit)
    await further(visit, 'Next: Ideas 51–100').click()
    await visit.getByText('Ideas 51–100 of 120', { exact: true }).waitFor()
    seen.push(...(await titles(visit)))
    await further(visit, 'Next: Ideas 101–120').click()
    await visit.getByText('Ideas 101–120 of 120', { exact: true }).waitFor()
    seen.push(...(await titles(visit)))
    expect(new Set(seen).size).toBe(120)
    await further(visit, 'Before: Ideas 51–100').click()
    await visit.getByText('Ideas 51–100 of 120', { exact: true }).waitFor()
  })

  it('lets a reader vote where they are and stay there', async () => {
    const visit = await browser.visit(`${page}?from=51`, { javaScript })
    const seen = await titles(visit)
    const title = seen[40]!
    await voteButton(visit, title).click()
    await ideaRow(visit, title)
      .getByRole('textbox', { name: /^Your name/ })
      .fill('Bob')
    await ideaRow(visit, title).getByRole('button', { name: 'Vote', exact: true }).click()
    await votedButton(visit, title).waitFor()
    // With the script nothing moves under the reader; without it, the idea is shown where it stands by now.
    if (javaScript) expect(await titles(visit)).toEqual(seen)
    expect(await ideaRow(visit, title).isVisible()).toBe(true)
  })

  it('shows a new idea to whoever added it', async () => {
    const visit = await browser.visit(page, { javaScript })
    // Where no script runs, what is like an idea that is there comes back once.
    const title = javaScript ? 'A room for everybody' : 'Bicycles at the door'
    await visit.getByRole('textbox', { name: 'Your idea in one line' }).fill(title)
    await visit
      .getByRole('textbox', { name: /^Your name/ })
      .last()
      .fill('Bob')
    await visit.getByRole('button', { name: 'Add idea', exact: true }).click()
    await ideaRow(visit, title).waitFor()
    expect(new URL(visit.url()).hash).toMatch(/^#idea-/)
  })
})

it('takes an idea out of an open page when the owner hides it', async () => {
  const visit = await browser.visit(`${server.url}/q/${read.id}?order=oldest`)
  await ideaRow(visit, titleOf(7)).waitFor()
  const hidden = `${server.url}/api/v1/questions/${read.id}/ideas/${read.ideas[6]}/hidden`
  const headers = { authorization: `Bearer ${read.adminToken}` }
  expect((await fetch(hidden, { method: 'PUT', headers })).ok).toBe(true)
  await ideaRow(visit, titleOf(7)).waitFor({ state: 'detached' })
  expect(await titles(visit)).toHaveLength(49)
})

it('shows an owner all contributions in stretches, and lets them hide where they are', async () => {
  const visit = await browser.visit(`${server.url}/q/${few.id}/admin#${few.adminToken}`)
  await visit.getByRole('link', { name: 'Contributions' }).first().waitFor()
  await visit.goto(`${server.url}/q/${few.id}/admin/contributions`)
  const rows = visit.locator('#shown li.argument, #shown li.idea')
  expect(await rows.count()).toBe(100)
  await visit.getByRole('link', { name: 'Next: 101–200' }).click()
  await visit.waitForURL(/from=101/)
  await rows.last().getByRole('button', { name: /^Hide/ }).click()
  await visit.locator('#hidden li.argument').waitFor()
  expect(new URL(visit.url()).searchParams.get('from')).toBe('101')
  await expectAccessible(visit)
})

it('shows the idea that an address names, wherever it stands', async () => {
  const visit = await browser.visit(`${page}?order=oldest&idea=${question.ideas[110]}#idea-${question.ideas[110]}`)
  expect(await ideaRow(visit, titleOf(111)).isVisible()).toBe(true)
  await visit.getByText(/^Ideas 101–12\d of 12\d$/).waitFor()
})

it('begins at the beginning where an address says nonsense, and ends at the end', async () => {
  for (const search of ['?from=0', '?from=x', '?from=-3', '?idea=nowhere'])
    expect(await (await fetch(page + search)).text(), search).toContain('Ideas 1–50 of')
  expect(await (await fetch(`${page}?from=999999`)).text()).toMatch(/Ideas 101–12\d of 12\d/)
})

it('can be read by everyone, fits a phone, and says on paper what part it is', async () => {
  const visit = await browser.visit(`${page}?from=51`, { screen: 'phone' })
  await expectAccessible(visit)
  await expectNoSidewaysScroll(visit)
  await visit.emulateMedia({ media: 'print' })
  expect(await visit.getByText(/^Ideas 51–100 of 12\d$/).isVisible()).toBe(true)
  expect(await visit.getByRole('navigation', { name: 'Further ideas' }).isVisible()).toBe(false)
})

describe.each([true, false])('an idea with 140 arguments, JavaScript %s', (javaScript) => {
  it('shows the weightiest beside the idea, and all of them on a page of its own', async () => {
    const visit = await browser.visit(`${server.url}/q/${few.id}`, { javaScript })
    const row = ideaRow(visit, titleOf(1))
    await row.getByRole('heading', { name: 'For 70' }).waitFor()
    expect(await row.locator('li[id^=argument-]').count()).toBe(24)
    await row.getByRole('link', { name: /^All 140 arguments/ }).click()
    await visit.getByText('Arguments 1–50 of 70 on the longer side').waitFor()
    expect(await visit.locator('li[id^=argument-]').count()).toBe(100)
    await visit.getByRole('link', { name: 'Next: Arguments 51–70' }).click()
    await visit.getByText('Arguments 51–70 of 70 on the longer side').waitFor()
    expect(await visit.locator('li[id^=argument-]').count()).toBe(40)
    await expectAccessible(visit)
    await expectNoSidewaysScroll(visit)
  })

  it('shows a new argument to whoever added it', async () => {
    const visit = await browser.visit(`${server.url}/q/${few.id}`, { javaScript })
    const row = ideaRow(visit, titleOf(2))
    await row.getByText(/^Add an argument/).click()
    await row.getByRole('radio', { name: 'Against' }).check()
    const text = `It is too far, JavaScript ${javaScript}.`
    await row.getByRole('textbox', { name: 'Your argument' }).fill(text)
    await row.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
    await row.getByRole('button', { name: 'Add argument' }).click()
    await visit.locator('li[id^=argument-]').filter({ hasText: text }).waitFor({ state: 'attached' })
    expect(new URL(visit.url()).hash).toMatch(/^#argument-/)
  })
})
