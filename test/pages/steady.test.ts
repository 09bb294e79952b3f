import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

const titles = (page: Page) => page.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()

describe.each([true, false])('a shuffled order, JavaScript %s', (javaScript) => {
  it('stays from the first look over the question for a name to the votes', async () => {
    const alice = await ask(the.url, { title: 'Where shall we meet?', settings: { order: 'shuffled' } })
    for (let n = 1; n <= 12; n++) await alice.addIdea({ title: `Place ${n}` })
    const page = await browser.visit(pageOf(alice), { javaScript })
    const seen = await titles(page)
    await voteButton(page, 'Place 7').click()
    const row = ideaRow(page, 'Place 7')
    await row.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
    expect(await titles(page)).toEqual(seen)
    await row.getByRole('button', { name: 'Vote', exact: true }).click()
    await votedButton(page, 'Place 7').waitFor()
    expect(await titles(page)).toEqual(seen)
    await voteButton(page, 'Place 3').click()
    await votedButton(page, 'Place 3').waitFor()
    expect(await titles(page)).toEqual(seen)
    await page.reload()
    expect(await titles(page)).toEqual(seen)
  })
})

it('stays in its order on the way to earlier comments and back', async () => {
  const alice = await ask(the.url)
  for (const title of ['At the lake', 'In the park', 'On a boat']) await alice.addIdea({ title })
  for (let n = 1; n <= 60; n++) expect((await alice.comment(`Thought ${n}`)).status).toBe(201)
  const page = await browser.visit(`${pageOf(alice)}?order=newest`)
  await page.getByRole('link', { name: 'Earlier comments' }).click()
  await page.getByText('Thought 1', { exact: true }).waitFor()
  expect(await titles(page)).toEqual(['On a boat', 'In the park', 'At the lake'])
  await page.getByRole('link', { name: 'Newest comments' }).click()
  await page.getByText('Thought 60', { exact: true }).waitFor()
  expect(await titles(page)).toEqual(['On a boat', 'In the park', 'At the lake'])
})

it('keeps open what a reader opened while they vote', async () => {
  const alice = await ask(the.url)
  const link = 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'
  const { body: tower } = await alice.addIdea({ title: 'On the tower', link })
  for (let n = 1; n <= 6; n++) await (await alice.invite(`Voter ${n}`)).vote(tower.id)
  const page = await browser.visit(pageOf(alice))
  expectProblem(page, /request to another origin: GET https:\/\/www\.youtube-nocookie\.com\/embed\//)
  await page.route('https://www.youtube-nocookie.com/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Video</title>' }),
  )
  const row = ideaRow(page, 'On the tower')
  await row.getByRole('link', { name: /^Show everyone/ }).click()
  await row.getByText('Voter 6', { exact: true }).waitFor()
  await row.getByRole('link', { name: /^Play here/ }).click()
  const frame = await row.locator('iframe').elementHandle()
  await voteButton(page, 'On the tower').click()
  await row.getByRole('button', { name: 'Vote', exact: true }).click()
  await votedButton(page, 'On the tower').waitFor()
  await row.getByText('7 votes').waitFor()
  // The very same player: another one would begin anew.
  expect(await frame.evaluate((element) => element.isConnected)).toBe(true)
  expect(await row.locator('iframe').count()).toBe(1)
  expect(await row.getByRole('link', { name: /^Play here/ }).count()).toBe(0)
  await row.getByText('Voter 6', { exact: true }).waitFor()
  await row.getByRole('link', { name: /^Hide/, expanded: true }).click()
  await row.getByText('Voter 6', { exact: true }).waitFor({ state: 'detached' })
})
