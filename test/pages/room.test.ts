import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

async function roomOf(alice: Owner, javaScript = true): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, {
    javaScript,
    screen: 'phone',
  })
  await page.getByRole('link', { name: 'In the room' }).click()
  await page.getByRole('heading', { level: 1, name: 'In the room' }).waitFor()
  return page
}

it.each([true, false])('Alice enters hands and takes them back, JavaScript %s', async (javaScript) => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  await alice.addIdea({ title: 'By the sea' })
  await (await alice.invite('Bob')).vote(lake.id)
  const page = await roomOf(alice, javaScript)

  await page.getByLabel('How many people were there?').fill('12')
  await page.getByLabel('At the lake').fill('13')
  await page.getByLabel('Note').fill('Counted by Dora.')
  await page.getByRole('button', { name: 'Enter these votes' }).click()
  await errorSummary(page)
    .getByText(/more votes than 12 people have/)
    .waitFor()
  expect(await page.getByLabel('At the lake').inputValue()).toBe('13')
  if (!javaScript) expectProblem(page, /status of 422/)
  await expectAccessible(page)
  await takePicture(page, `votes in the room, refused, script ${javaScript}`)
  await page.getByLabel('At the lake').fill('8')
  await page.getByRole('button', { name: 'Enter these votes' }).click()

  const entered = page.getByRole('region', { name: 'What was entered' })
  await entered.getByText('A show of hands, 12 people there', { exact: true }).waitFor()
  await entered.getByText('Counted by Dora.').waitFor()
  expect(await entered.innerText()).toContain('At the lake: 8 votes')
  // The next idea is counted among the same people.
  expect(await page.getByLabel('How many people were there?').inputValue()).toBe('12')
  expect(await page.getByLabel('At the lake').inputValue()).toBe('')

  await expectAccessible(page)
  await expectNoSidewaysScroll(page)

  const others = await browser.visit(pageOf(alice), { javaScript })
  const row = ideaRow(others, 'At the lake')
  await row.getByText('9 votes', { exact: true }).waitFor()
  await row.getByText('8 of them in the room', { exact: true }).waitFor()
  await row.getByText('Bob', { exact: true }).waitFor()
  expect(await ideaRow(others, 'By the sea').getByText('in the room').isVisible()).toBe(false)
  await others.getByRole('link', { name: '8 of them in the room' }).click()
  await others.getByText('Counted by Dora.').waitFor()
  expect(await others.getByRole('button', { name: 'Take back' }).count()).toBe(0)

  await entered.getByRole('button', { name: /^Take back/ }).click()
  await entered.getByText(/Does not count/).waitFor()
  expect((await alice.snapshot()).body.counts).toMatchObject({ votes: 1, votesInRoom: 0 })
})

/** Bob's first vote, under his name. */
async function voteAsBob(page: Page): Promise<void> {
  await voteButton(page, 'At the lake').click()
  const row = ideaRow(page, 'At the lake')
  await row.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
  await row.getByRole('button', { name: 'Vote', exact: true }).click()
}

it('tells Bob, who looks on, what was counted in the room, and his own vote on top of it', async () => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const page = await browser.visit(pageOf(alice))
  const row = ideaRow(page, 'At the lake')
  await alice.enter({ [lake.id]: 8 })
  await row.getByText('8 of them in the room').waitFor()
  await voteAsBob(page)
  await row.getByText('9 votes', { exact: true }).waitFor()
  await row.getByText('8 of them in the room', { exact: true }).waitFor()
  await row.getByText('Bob', { exact: true }).waitFor()
  // Nobody but those in the room is left, and it is not said that there are no votes.
  await votedButton(page, 'At the lake').click()
  await row.getByText('8 votes', { exact: true }).waitFor()
  expect(await row.getByText('No votes yet').isVisible()).toBe(false)
})

it('shows the votes in the room to who has voted, where votes are hidden until then', async () => {
  const alice = await ask(the.url, { title: 'Where?', settings: { results: 'afterVote' } })
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  await alice.enter({ [lake.id]: 8 })
  const page = await browser.visit(pageOf(alice))
  const row = ideaRow(page, 'At the lake')
  expect(await page.getByText('in the room').filter({ visible: true }).count()).toBe(0)
  await voteAsBob(page)
  await row.getByText('8 of them in the room', { exact: true }).waitFor()
  await row.getByText('9 votes', { exact: true }).waitFor()
  await page.getByRole('link', { name: '8 of them in the room' }).waitFor()
})

it.each([true, false])('Alice writes down one idea and argument after the other, JavaScript %s', async (javaScript) => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'By the sea' })
  const page = await roomOf(alice, javaScript)
  const idea = page.getByRole('region', { name: 'An idea from the room' })
  const argument = page.getByRole('region', { name: 'An argument from the room' })
  const addIdea = () => idea.getByRole('button', { name: 'Add idea' }).click()

  await idea.getByLabel('The idea in one line').fill(' ')
  await idea.getByLabel('Whose is it?').fill('Mrs Khan')
  if (!javaScript) expectProblem(page, /status of 400/)
  await addIdea()
  await errorSummary(page).waitFor()
  await expectAccessible(page)
  await takePicture(page, `said in the room, refused, script ${javaScript}`)
  await idea.getByLabel('The idea in one line').fill('In the mill')
  await addIdea()
  await idea.getByRole('status').getByText('In the mill').waitFor()
  // The next one is of somebody else.
  for (const label of ['The idea in one line', 'Whose is it?'])
    expect(await idea.getByLabel(label).inputValue()).toBe('')

  await idea.getByLabel('The idea in one line').fill('In the mill!')
  await addIdea()
  await idea.getByText('Something very like it is here already').waitFor()
  expect((await alice.snapshot()).body.counts.ideas).toBe(2)
  await idea.getByRole('button', { name: 'Add it all the same' }).click()
  await idea.getByRole('status').getByText('In the mill!').waitFor()

  await argument.getByLabel('About which idea?').selectOption('In the mill')
  await argument.getByLabel('The argument').fill('It is dry there.')
  if (!javaScript) expectProblem(page, /status of 422/)
  await argument.getByRole('button', { name: 'Add argument' }).click()
  await errorSummary(page).waitFor()
  await argument.getByLabel('For it').check()
  await argument.getByRole('button', { name: 'Add argument' }).click()
  await argument.getByRole('status').getByText('In the mill').waitFor()
  expect(await argument.getByLabel('About which idea?').locator(':checked').innerText()).toBe('In the mill')
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
  await takePicture(page, `said in the room, script ${javaScript}`)

  const others = await browser.visit(pageOf(alice), { javaScript })
  const row = ideaRow(others, 'In the mill')
  await row.getByText('Mrs Khan').waitFor()
  expect(await row.innerText()).toMatch(/Mrs Khan, in the room/)
  await row.getByText('Somebody in the room').waitFor()
  await others.getByText('2 of them from the room', { exact: true }).waitFor()
  await expectAccessible(others)
  await takePicture(others, `what was said in the room, script ${javaScript}`)

  await page.goto(`${pageOf(alice)}/admin/contributions`)
  await takePicture(page, `contributions from the room, script ${javaScript}`)
  await page.getByRole('button', { name: /^Forget the name/ }).click()
  await page.getByText('Somebody in the room').nth(2).waitFor()
  expect((await page.content()).includes('Khan')).toBe(false)
})

it('Alice is told where nothing can be added for others, and asked for no name where names are hidden', async () => {
  const alice = await ask(the.url, { title: 'Where?', settings: { newIdeas: false, names: 'hidden' } })
  await alice.addIdea({ title: 'By the sea' })
  const page = await roomOf(alice)
  await page.getByText('What participants cannot add at present').waitFor()
  expect(await page.getByLabel('The idea in one line').count()).toBe(0)
  expect(await page.getByLabel('The argument').count()).toBe(1)
  expect(await page.getByLabel('Whose is it?').count()).toBe(0)
})
