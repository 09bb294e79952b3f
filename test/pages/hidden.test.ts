import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

async function ownerPage(alice: Owner): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  return page
}

async function choose(page: Page, section: string, choice: string): Promise<void> {
  const part = page.getByRole('region', { name: section, exact: true })
  await part.getByRole('radio', { name: choice, exact: true }).check()
  await part.getByRole('button', { name: 'Save' }).click()
}

const saved = (page: Page, section: string) =>
  page.getByRole('region', { name: section, exact: true }).getByText('Saved.').waitFor()

const withIdeas = async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const ideas: string[] = []
  for (const title of ['At the lake', 'In the park', 'On a boat']) ideas.push((await alice.addIdea({ title })).body.id)
  return { alice, lake: ideas[0]!, park: ideas[1]! }
}

const tallies = (page: Page) => page.locator('[data-tally]:visible')

describe.each([true, false])('with JavaScript %s', (javaScript) => {
  it('who has voted sees the votes, and who has taken theirs back does not', async () => {
    const { alice, lake } = await withIdeas()
    const owner = await ownerPage(alice)
    await choose(owner, 'When votes are shown', 'To those who have voted')
    await saved(owner, 'When votes are shown')
    await (await alice.invite('Karen')).vote(lake)

    const page = await browser.visit(pageOf(alice), { javaScript, screen: 'phone' })
    await page.getByText('The votes are hidden until you have voted.').waitFor()
    expect(await tallies(page).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Most votes' }).count()).toBe(0)
    await takePicture(page, `hidden votes, not voted, script ${javaScript}`)
    await voteButton(page, 'At the lake').click()
    const lakeRow = ideaRow(page, 'At the lake')
    await lakeRow.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
    await lakeRow.getByRole('button', { name: 'Vote', exact: true }).click()
    await votedButton(page, 'At the lake').waitFor()
    await lakeRow.getByText('2 votes').waitFor()
    await lakeRow.getByText('Karen').waitFor()
    await page.getByText(/because you have voted/).waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    await takePicture(page, `hidden votes, voted, script ${javaScript}`)

    await votedButton(page, 'At the lake').click()
    await page.getByText('The votes are hidden until you have voted.').waitFor()
    expect(await tallies(page).count()).toBe(0)

    await alice.close()
    await page.goto(pageOf(alice))
    await ideaRow(page, 'At the lake').getByText('1 vote').waitFor()
    await takePicture(page, `hidden votes, closed, script ${javaScript}`)
  })
})

it('nobody sees votes before the close where Alice promised it, she neither, and she cannot break that', async () => {
  const { alice, lake } = await withIdeas()
  const owner = await ownerPage(alice)
  await choose(owner, 'When votes are shown', 'After the close')
  await saved(owner, 'When votes are shown')
  await alice.stranger().vote(lake)
  const hers = await browser.another(owner, pageOf(alice))
  await hers.getByText('The votes are hidden until the question is closed.').waitFor()
  expect(await tallies(hers).count()).toBe(0)
  expectProblem(hers, /status of 403/)
  await hers.goto(`${pageOf(alice)}/ideas/${lake}/voters`)
  await hers.getByText('The votes are hidden at this moment.').waitFor()

  await choose(owner, 'When votes are shown', 'At all times')
  await errorSummary(owner).getByText('People have relied on this already').waitFor()
  await takePicture(owner, 'a promise is kept')
  expect((await alice.snapshot()).body.settings.results).toBe('afterClose')

  const bob = await browser.visit(pageOf(alice), { scheme: 'dark' })
  await alice.close()
  await bob.goto(pageOf(alice))
  await ideaRow(bob, 'At the lake').getByText('1 vote').waitFor()
})

it('asks nobody for a name where names are hidden, and shows none', async () => {
  const { alice, lake } = await withIdeas()
  await (await alice.invite('Karen')).vote(lake)
  const owner = await ownerPage(alice)
  await choose(owner, 'Names', 'Names are hidden')
  await saved(owner, 'Names')
  const page = await browser.visit(pageOf(alice), { screen: 'narrow' })
  await page.getByText('Nobody’s name is asked for or shown here.').waitFor()
  expect(await page.getByRole('textbox', { name: /^Your name/, includeHidden: true }).count()).toBe(0)
  await voteButton(page, 'At the lake').click()
  await votedButton(page, 'At the lake').waitFor()
  await ideaRow(page, 'At the lake').getByText('2 votes').waitFor()
  await page.getByText('You take part.').waitFor()
  expect(await page.getByText('Karen').count()).toBe(0)
  expect(await page.getByRole('link', { name: /^Show everyone/ }).count()).toBe(0)
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
  await takePicture(page, 'hidden names')
  await choose(owner, 'Names', 'People may give a name')
  await errorSummary(owner).getByText('People have relied on this already').waitFor()
})
