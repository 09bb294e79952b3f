import type { Page, Route } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** Bob's page of a question in which he takes part under his name already. */
async function takingPart(alice: Owner): Promise<Page> {
  const page = await browser.visit(the.url, { screen: 'phone' })
  const answer = await page.request.post(`${the.url}/api/v1/questions/${alice.questionId}/participants`, {
    data: { name: 'Bob' },
    headers: { origin: the.url },
  })
  expect(answer.status()).toBe(201)
  await page.goto(pageOf(alice))
  await page.getByText('You take part as Bob.').waitFor()
  return page
}

/** Holds back what the page sends for votes, until the test lets it go on. */
async function holdVotes(
  page: Page,
): Promise<{ sent: string[]; letGo: (how?: (route: Route) => Promise<void>) => void }> {
  const sent: string[] = []
  let go = (_how: (route: Route) => Promise<void>) => {}
  const gone = new Promise<(route: Route) => Promise<void>>((resolve) => (go = resolve))
  await page.route('**/api/v1/questions/*/ideas/*/vote', async (route) => {
    sent.push(route.request().method())
    const how = await gone
    await how(route)
  })
  return { sent, letGo: (how = (route) => route.continue()) => go(how) }
}

const votesOf = async (alice: Owner) => (await alice.snapshot()).body.counts.votes

it('answers a tap before the server has, and shows what it said when it comes', async () => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  await (await alice.invite('Charlie')).vote(lake.id)
  const page = await takingPart(alice)
  const row = ideaRow(page, 'At the lake')
  const held = await holdVotes(page)
  await voteButton(page, 'At the lake').tap()
  await votedButton(page, 'At the lake').waitFor()
  await row.getByText('2 votes').waitFor()
  expect(await votesOf(alice)).toBe(1)
  held.letGo()
  await row.getByText('Charlie and Bob', { exact: true }).waitFor()
  expect(await votesOf(alice)).toBe(2)
  expect(await votedButton(page, 'At the lake').evaluate((button) => button === document.activeElement)).toBe(true)
})

it('looks after a tap that was taken back as it did before', async () => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const page = await takingPart(alice)
  const look = () =>
    page.locator(`[id="vote-${lake.id}"]`).evaluate((button) => {
      const { color, backgroundColor, borderColor } = getComputedStyle(button)
      return [color, backgroundColor, borderColor]
    })
  const before = await look()
  await voteButton(page, 'At the lake').tap()
  await votedButton(page, 'At the lake').tap()
  await expect.poll(() => votedButton(page, 'At the lake').count()).toBe(0)
  expect(await look()).toEqual(before)
})

it('sends what was asked for last, however quickly it is tapped', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await takingPart(alice)
  const held = await holdVotes(page)
  for (let taps = 1; taps <= 5; taps++) await voteButton(page, 'At the lake').tap()
  await votedButton(page, 'At the lake').waitFor()
  held.letGo()
  await expect.poll(() => votesOf(alice)).toBe(1)
  await ideaRow(page, 'At the lake').getByText('Bob', { exact: true }).waitFor()
  expect(held.sent).toEqual(['PUT'])

  for (let taps = 1; taps <= 4; taps++) await voteButton(page, 'At the lake').tap()
  await page.waitForLoadState('networkidle')
  await votedButton(page, 'At the lake').waitFor()
  expect(await votesOf(alice)).toBe(1)
  const { changes } = (await alice.changes()).body
  const votes = changes.map(({ type }) => type).filter((type) => type.startsWith('vote.'))
  expect(votes.filter((type) => type === 'vote.cast').length).toBe(
    1 + votes.filter((type) => type === 'vote.withdrawn').length,
  )
})

it('takes back what the server refuses, and says why beside the button', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?', settings: { votesPerParticipant: 1 } })
  await alice.addIdea({ title: 'At the lake' })
  await alice.addIdea({ title: 'In the park' })
  const page = await takingPart(alice)
  await voteButton(page, 'At the lake').tap()
  await page.getByText('You have used all your votes.').first().waitFor()
  expectProblem(page, /status of 409/)
  await voteButton(page, 'In the park').tap()
  const park = ideaRow(page, 'In the park')
  await park.getByRole('alert').filter({ hasText: 'You have used all your votes. Take one back' }).waitFor()
  expect(await voteButton(page, 'In the park').getAttribute('aria-pressed')).toBe('false')
  await park.getByText('No votes yet').waitFor()
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('In the park')
  // It is gone once he does something about it.
  await votedButton(page, 'At the lake').tap()
  await ideaRow(page, 'At the lake').getByText('No votes yet').waitFor()
  await voteButton(page, 'In the park').tap()
  await park.getByText('Bob', { exact: true }).waitFor()
  expect(await park.getByRole('alert').count()).toBe(0)
})

it('takes back what never reached the server, and is of use again when the connection is', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await takingPart(alice)
  expectProblem(page, /ERR_INTERNET_DISCONNECTED/)
  await page.context().setOffline(true)
  await voteButton(page, 'At the lake').tap()
  const row = ideaRow(page, 'At the lake')
  await row.getByRole('alert').filter({ hasText: 'the server did not answer' }).waitFor()
  expect(await voteButton(page, 'At the lake').getAttribute('aria-pressed')).toBe('false')
  await row.getByText('No votes yet').waitFor()
  await page.context().setOffline(false)
  await voteButton(page, 'At the lake').tap()
  await row.getByText('Bob', { exact: true }).waitFor()
  expect(await row.getByRole('alert').count()).toBe(0)
  expect(await votesOf(alice)).toBe(1)
})

it('sends a vote again by itself where nobody was there for it for a moment', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await takingPart(alice)
  expectProblem(page, /status of 50[23]/)
  // As a proxy answers while the server behind it is replaced, and as a server does whose database is.
  const answers = [
    { status: 502, body: 'Bad gateway' },
    { status: 503, headers: { 'retry-after': '1' }, json: { code: 'database_away' } },
  ]
  await page.route('**/api/v1/questions/*/ideas/*/vote', async (route) => {
    const answer = answers.shift()
    await (answer ? route.fulfill(answer) : route.continue())
  })
  await voteButton(page, 'At the lake').tap()
  await ideaRow(page, 'At the lake').getByText('Bob', { exact: true }).waitFor()
  expect(answers).toEqual([])
  expect(await ideaRow(page, 'At the lake').getByRole('alert').count()).toBe(0)
  expect(await votesOf(alice)).toBe(1)
})

it('casts one vote when the answer to the first request is lost', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await takingPart(alice)
  expectProblem(page, /ERR_CONNECTION_RESET/)
  let lost = 0
  await page.route('**/api/v1/questions/*/ideas/*/vote', async (route) => {
    if (lost > 0) return route.continue()
    lost++
    await route.fetch()
    return route.abort('connectionreset')
  })
  await voteButton(page, 'At the lake').tap()
  await ideaRow(page, 'At the lake').getByText('Bob', { exact: true }).waitFor()
  await votedButton(page, 'At the lake').waitFor()
  expect(lost).toBe(1)
  expect(await votesOf(alice)).toBe(1)
})

it('says that the question was closed meanwhile, and becomes the result', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await takingPart(alice)
  // Otherwise it may be a result before it is tapped.
  await page.getByRole('button', { name: 'Pause updates' }).click()
  await alice.close()
  expectProblem(page, /status of 409/)
  // By a click of its own rather than a finger: the page may become a result under it.
  await page.evaluate(() => document.querySelector<HTMLButtonElement>('[id^="vote-"]')?.click())
  await page.getByText('The question is closed, so nothing can be added or changed any more.').first().waitFor()
  await page.getByRole('heading', { level: 2, name: 'Ranking' }).waitFor()
  expect(await votesOf(alice)).toBe(0)
})

it('agrees at once as well', async () => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  await alice.argue(lake.id, { side: 'pro', text: 'There is water.' })
  const page = await takingPart(alice)
  let letGo = () => {}
  const gone = new Promise<void>((resolve) => (letGo = resolve))
  await page.route('**/agreement', async (route) => {
    await gone
    await route.continue()
  })
  const agree = page.getByRole('button', { name: /^Agree/ })
  await agree.tap()
  await page.getByRole('button', { name: /^Agree 1/, pressed: true }).waitFor()
  letGo()
  await page.getByRole('img', { name: 'Weight of the arguments: 2 for, 0 against' }).waitFor()
  await agree.tap()
  await page.getByRole('img', { name: 'Weight of the arguments: 1 for, 0 against' }).waitFor()
  expect(await agree.getAttribute('aria-pressed')).toBe('false')
})
