import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { Newcomer } from '../attack/stranger.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { pageOf, voteButton } from './stage.ts'

const the = useServer({ TRUST_PROXY: 'loopback' })
const browser = useBrowser()

async function ownerPage(alice: Owner, how: object = {}): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, how)
  await page.getByRole('link', { name: 'Newcomers and votes set aside' }).click()
  await page.getByRole('heading', { level: 1, name: 'Newcomers and votes set aside' }).waitFor()
  return page
}

it('lets Alice set a burst and one person aside, tells everyone, and lets her undo it, without script too', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const lake = (await alice.addIdea({ title: 'At the lake' })).body.id
  const bob = await alice.invite('Bob')
  await bob.vote(lake)
  const bot = new Newcomer(alice, '203.0.113.9')
  await Promise.all(Array.from({ length: 60 }, () => bot.vote(lake)))
  const page = await ownerPage(alice, { screen: 'narrow', javaScript: false })
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
  expectProblem(page, /422/)
  await page.getByRole('button', { name: 'Set aside', exact: true }).click()
  await page.getByText('Choose at least one.').first().waitFor()
  for (const box of await page.getByRole('checkbox').all()) await box.check()
  await page.getByRole('textbox', { name: /everyone is to know/ }).fill('All within <b>a minute</b>.')
  await takePicture(page, 'owner: many at once')
  await page.getByRole('button', { name: 'Set aside', exact: true }).click()
  await page
    .getByText('60 votes of 60 people were set aside by the owner: many from one network at once')
    .first()
    .waitFor()

  await page.getByText('Set their votes aside: Bob').click()
  await page.getByRole('button', { name: 'Set the votes of Bob aside' }).click()
  await page
    .getByText(/^1 vote of 1 person was set aside/)
    .first()
    .waitFor()
  await expectAccessible(page)
  await takePicture(page, 'owner: votes set aside')

  const charlie = await browser.visit(pageOf(alice), { scheme: 'dark' })
  const told = charlie.getByRole('region', { name: 'What the owner did' })
  expect(await told.innerText()).toContain('60 votes of 60 people were set aside by the owner')
  expect(await told.innerText()).toContain('All within <b>a minute</b>.')
  await told.scrollIntoViewIfNeeded()
  await takePicture(charlie, 'everyone: votes set aside')
  await told.getByRole('link', { name: 'All that was set aside' }).click()
  await charlie.getByRole('heading', { level: 1, name: 'Votes set aside' }).waitFor()
  await expectAccessible(charlie)

  for (const left of [1, 0]) {
    await page
      .getByRole('button', { name: /^Let them count again/ })
      .first()
      .click()
    await expect.poll(() => page.getByRole('button', { name: /^Let them count again/ }).count()).toBe(left)
  }
  expect((await alice.snapshot()).body.counts.votes).toBe(61)
})

it('tells Bob on his own page and when he votes, and Alice nothing while votes are hidden', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const lake = (await alice.addIdea({ title: 'At the lake' })).body.id
  const page = await browser.visit(the.url)
  await page.request.post(`${the.url}/api/v1/questions/${alice.questionId}/participants`, {
    data: { name: 'Bob' },
    headers: { origin: the.url },
  })
  await page.goto(pageOf(alice))
  await voteButton(page, 'At the lake').click()
  await expect.poll(async () => (await alice.snapshot()).body.counts.votes, { timeout: 10_000 }).toBe(1)
  await page.goto(`${pageOf(alice)}/me`)
  const { people } = (await alice.get<{ people: { id: string }[] }>('/people?name=Bob')).body
  await alice.post('/asides', { participant: people[0]!.id, reason: 'notEntitled', note: 'You live elsewhere.' })
  await page.reload()
  const aside = page.getByRole('region', { name: 'Your votes do not count' })
  expect(await aside.innerText()).toMatch(/not entitled to vote[^]*You live elsewhere\.[^]*At the lake/)
  await expectAccessible(page)
  await takePicture(page, 'Bob: votes set aside')
  await page.goto(pageOf(alice))
  expectProblem(page, /403/)
  await voteButton(page, 'At the lake').click()
  await page
    .getByText(/The owner has set your votes aside/)
    .first()
    .waitFor()
  expect((await alice.snapshot()).body.ideas).toMatchObject([{ id: lake, votes: 0 }])

  await alice.edit({ settings: { results: 'afterClose' } })
  const hidden = await ownerPage(alice)
  await hidden.getByText('Votes are hidden at this moment, and who began').waitFor()
  expect(await hidden.getByRole('button', { name: /Set aside|count again/ }).count()).toBe(0)
})
