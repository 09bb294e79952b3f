import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import type { Owner } from '../support/api.ts'
import { ask } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

async function ownerPage(alice: Owner, javaScript = true): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, { javaScript })
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  return page
}

it('Alice merges two ideas, and nobody counts twice', async () => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const { body: shore } = await alice.addIdea({ title: 'On the shore' })
  await alice.argue(shore.id, { side: 'pro', text: 'There is sand.' })
  const bob = await alice.invite('Bob')
  await bob.castBallot([lake.id, shore.id])
  await (await alice.invite('Charlie')).vote(shore.id)
  const owner = await ownerPage(alice)
  const page = await browser.another(owner, pageOf(alice))
  await ideaRow(page, 'On the shore').getByRole('link', { name: /^Edit/ }).first().click()
  await page.getByText('Merge with another idea').click()
  await page.getByLabel('Merge into').selectOption('At the lake')
  await page.getByRole('button', { name: 'Merge' }).click()
  const row = ideaRow(page, 'At the lake')
  await row.getByText('Includes: On the shore').waitFor()
  await row.getByText('Bob and Charlie').waitFor()
  await row.getByText('There is sand.', { exact: true }).waitFor()
  expect(await ideaRow(page, 'On the shore').count()).toBe(0)
})

it.each([true, false])('Alice hides, shows again and deletes, JavaScript %s', async (javaScript) => {
  const alice = await ask(the.url)
  const bob = await alice.invite('Bob')
  const { body: idea } = await bob.addIdea({ title: 'At the lake' })
  await bob.argue(idea.id, { side: 'pro', text: 'There is water.' })
  await bob.comment('Who has a grill?')
  const page = await ownerPage(alice, javaScript)
  await page.getByRole('link', { name: /^Contributions/ }).click()
  const hidden = page.getByRole('region', { name: 'Hidden' })
  await hidden.getByText('Nothing is hidden.').waitFor()

  for (const text of ['There is water.', 'Who has a grill?', 'At the lake']) {
    await page.getByRole('button', { name: new RegExp(`^Hide.*${text.replace('?', '\\?')}`) }).click()
    await hidden.getByText(text, { exact: true }).waitFor()
    expect(JSON.stringify((await bob.snapshot()).body)).not.toContain(text)
  }
  await hidden.getByRole('button', { name: /^Show again.*At the lake/ }).click()
  await page.getByRole('region', { name: 'Ideas and arguments' }).getByText('At the lake').first().waitFor()
  expect((await bob.snapshot()).body.ideas).toMatchObject([{ title: 'At the lake', pros: [] }])

  await hidden.locator('summary').filter({ hasText: 'Who has a grill?' }).click()
  await hidden.getByRole('button', { name: /^Delete for good.*Who has a grill/ }).click()
  await hidden.getByText('Who has a grill?', { exact: true }).waitFor({ state: 'detached' })
  expect((await alice.ownerView()).body).toMatchObject({ comments: [], arguments: [{ text: 'There is water.' }] })
})

it('Alice closes and reopens', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await ownerPage(alice)
  await page.getByRole('button', { name: 'Close now' }).click()
  await page.getByRole('heading', { level: 2, name: 'Reopen the question' }).waitFor()
  expect((await alice.snapshot()).body.phase).toBe('closed')
  await page.getByRole('textbox', { name: 'Deadline' }).or(page.getByLabel('Deadline')).first().fill('2030-07-04T18:30')
  await page.getByRole('button', { name: 'Reopen' }).click()
  await page.getByRole('heading', { level: 2, name: 'Close the question' }).waitFor()
  expect((await alice.snapshot()).body).toMatchObject({ phase: 'open', closesAt: '2030-07-04T16:30:00.000Z' })
})

it('Alice decides in a tie, changes the decision and takes it back', async () => {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const { body: park } = await alice.addIdea({ title: 'In the park' })
  await (await alice.invite('Bob')).castBallot([lake.id, park.id])
  const page = await ownerPage(alice)
  await page.goto(`${pageOf(alice)}/admin/decision`)
  await page.getByText('You can record a decision once the question is closed.').waitFor()
  await alice.close()
  await page.reload()
  await page.getByText('There is a tie at the top.').waitFor()
  const record = page.getByRole('button', { name: 'Record the decision' })
  await record.click()
  await errorSummary(page)
    .getByRole('link', { name: /A decision needs something in it/ })
    .waitFor()
  await page.getByRole('checkbox', { name: /In the park/ }).check()
  await page.getByRole('textbox', { name: /^What was decided/ }).fill('<b>The park</b> is nearer.')
  await record.click()
  const decided = page.getByRole('region', { name: 'What was decided' })
  await decided.getByText('<b>The park</b> is nearer.').waitFor()
  expect(await decided.getByRole('listitem').allInnerTexts()).toEqual(['In the park'])

  await page.getByRole('link', { name: 'Change the decision' }).click()
  expect(await page.getByRole('checkbox', { name: /In the park/ }).isChecked()).toBe(true)
  await page.getByRole('checkbox', { name: /At the lake/ }).check()
  await record.click()
  await decided.getByRole('link', { name: 'At the lake' }).waitFor()
  await page.getByRole('link', { name: 'Change the decision' }).click()
  await page.locator('summary').filter({ hasText: 'Take the decision back' }).click()
  await page.getByRole('button', { name: 'Take the decision back' }).click()
  await page.getByText('No decision is recorded yet.').waitFor()
  expect((await alice.snapshot()).body.decision).toBeNull()
})

it('Alice replaces her link, and the old one and the devices that opened it are locked out', async () => {
  const alice = await ask(the.url)
  const page = await ownerPage(alice)
  const elsewhere = await ownerPage(alice)
  await page.getByText('It was lost, or the wrong people have it').click()
  await page.getByRole('button', { name: 'Replace the link' }).click()
  const field = page.getByRole('textbox', { name: 'Owner link, secret' })
  await field.waitFor()
  const link = await field.inputValue()
  expect(link).not.toBe(alice.asked.adminUrl)
  await page.goto(`${pageOf(alice)}/admin`)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  expect(await page.content()).not.toContain(link.split('#')[1])

  await elsewhere.reload()
  await elsewhere.getByRole('heading', { level: 1, name: 'Open the owner’s page' }).waitFor()
  expectProblem(elsewhere, /status of 401/)
  await elsewhere.goto(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  await elsewhere.getByText('not known here').waitFor()
  expect((await alice.edit({ title: 'Mine again' })).problem.code).toBe('token_unknown')
  await elsewhere.goto(link)
  await elsewhere.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
})

it('Alice deletes the question when she means it, and brings it back', async () => {
  const alice = await ask(the.url)
  const page = await ownerPage(alice)
  const remove = page.getByRole('button', { name: 'Delete the question' })
  await remove.click()
  await errorSummary(page)
    .getByRole('link', { name: /Tick this/ })
    .waitFor()
  await page.getByRole('checkbox', { name: /^Yes, delete this question/ }).check()
  await remove.click()
  await page.getByRole('heading', { level: 1, name: 'This question is deleted' }).waitFor()

  const stranger = await browser.visit(the.url)
  expectProblem(stranger, /status of 404|status of 410/)
  await stranger.goto(pageOf(alice))
  await stranger.getByRole('heading', { level: 1, name: 'Nothing here' }).waitFor()
  await page.getByRole('button', { name: 'Restore the question' }).click()
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await stranger.goto(pageOf(alice))
  await stranger.getByRole('heading', { level: 1, name: 'Where shall we meet?' }).waitFor()
})
