import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** A question with a tie at the top, which closes in a moment. */
async function closingQuestion(seconds: number): Promise<Owner> {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const { body: park } = await alice.addIdea({ title: 'In the park' })
  const { body: home } = await alice.addIdea({ title: 'At home' })
  await alice.argue(lake.id, { side: 'pro', text: 'There is water to swim in.' })
  await alice.addIdea({ title: 'Nowhere' })
  for (const ideas of [[home.id, park.id], [home.id, park.id], [lake.id]])
    await (await alice.invite('Bob')).castBallot(ideas)
  const closesAt = new Date(Date.now() + seconds * 1000).toISOString()
  expect((await alice.edit({ closesAt })).status).toBe(200)
  return alice
}

async function deadlinePasses(alice: Owner): Promise<void> {
  await expect.poll(async () => (await alice.snapshot()).body.phase, { timeout: 8000, interval: 200 }).toBe('closed')
}

/** Nothing tells the page that it is out of date. */
async function hearNothing(page: Page, alice: Owner): Promise<void> {
  await page.getByRole('button', { name: 'Pause updates' }).click()
  expectProblem(page, /ERR_FAILED/)
  await page.route(pageOf(alice), (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()))
}

async function expectResult(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 2, name: 'Ranking' }).waitFor()
  await page.getByRole('region', { name: 'The question is closed' }).waitFor()
  const titles = await page.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()
  expect(titles).toEqual(['In the park', 'At home', 'At the lake', 'Nowhere'])
  for (const [title, place] of [
    ['In the park', /Place 1\s+tied/],
    ['At home', /Place 1\s+tied/],
    ['At the lake', /Place 3(?!\s+tied)/],
    ['Nowhere', /Place 4(?!\s+tied)/],
  ] as const)
    expect(await ideaRow(page, title).innerText()).toMatch(place)
  await ideaRow(page, 'At the lake').getByText('There is water to swim in.', { exact: true }).waitFor()
  expect(await page.getByRole('article').getByRole('button').count()).toBe(0)
  for (const name of ['Add idea', 'Add argument', 'Add comment'])
    expect(await page.getByRole('button', { name }).count()).toBe(0)
}

describe.each([true, false])('a question that closes while its page is open, JavaScript %s', (javaScript) => {
  it('refuses what Bob was still writing, keeps it, and is a result afterwards', async () => {
    const alice = await closingQuestion(6)
    const page = await browser.visit(pageOf(alice), { javaScript })
    await page.getByText(/^Closes/).waitFor()
    const comment = page.getByRole('textbox', { name: 'Your comment' })
    await comment.fill('One moment please, I have an idea.')
    if (javaScript) await hearNothing(page, alice)
    await deadlinePasses(alice)

    expectProblem(page, /status of 409/)
    await page.getByRole('button', { name: 'Add comment' }).click()
    await page.getByText('The question is closed, so nothing can be added or changed any more.').first().waitFor()
    // Whether in its field or beside it, the text is not lost.
    const kept = page.locator('textarea, input, main p, pre').filter({ visible: true })
    const texts = await kept.evaluateAll((elements) =>
      elements.map((element) => ('value' in element ? String(element.value) : element.textContent)),
    )
    expect(texts.some((text) => text.includes('One moment please, I have an idea.'))).toBe(true)
    expect((await alice.snapshot()).body.counts.comments).toBe(0)

    await page.unroute(pageOf(alice))
    await page.goto(pageOf(alice))
    await expectResult(page)
    await takePicture(page, 'closed with a tie')
  })
})

it('refuses a vote from a page that was opened before the deadline', async () => {
  const alice = await closingQuestion(6)
  const page = await browser.visit(pageOf(alice), { screen: 'phone' })
  await hearNothing(page, alice)
  await deadlinePasses(alice)
  const before = (await alice.snapshot()).body.counts.votes
  await ideaRow(page, 'Nowhere').getByRole('button', { name: /^Vote/ }).tap()
  // Whether he is asked for a name before or not, he learns in the end that it is closed.
  const name = page.getByRole('textbox', { name: /^Your name/ }).filter({ visible: true })
  const closed = page.getByText(/The question is closed/).first()
  const asked = ideaRow(page, 'Nowhere').getByRole('button', { name: 'Vote', exact: true })
  await closed.or(asked).first().waitFor()
  if (await asked.isVisible()) {
    await name.first().waitFor()
    await asked.tap()
  }
  await closed.waitFor()
  expect((await alice.snapshot()).body.counts.votes).toBe(before)
})

it('becomes a result by itself where a script runs, and keeps what Bob is typing', async () => {
  const alice = await closingQuestion(6)
  const page = await browser.visit(pageOf(alice))
  const comment = page.getByRole('textbox', { name: 'Your comment' })
  await comment.fill('One moment please.')
  await page.getByText(/^Closed/).waitFor()
  await page.getByRole('heading', { level: 2, name: 'Ranking' }).waitFor()
  expect(await page.getByText(/^Closes/).count()).toBe(0)
  expect(await comment.inputValue()).toBe('One moment please.')
  expect(await page.getByRole('button', { name: 'Add idea' }).count()).toBe(0)
})
