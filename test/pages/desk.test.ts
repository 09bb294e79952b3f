import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

async function atDesk(alice: Owner, visit: Parameters<typeof browser.visit>[1] = {}): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, visit)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await page.goto(`${pageOf(alice)}/admin/desk`)
  await page.getByRole('heading', { level: 1, name: 'Desk' }).waitFor()
  return page
}

it.each([
  { screen: 'phone', scheme: 'light', javaScript: false },
  { screen: 'desktop', scheme: 'dark', javaScript: true },
] as const)('Bob’s idea waits until Alice has approved it, and Bob is told: %o', async (visit) => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'In the park' })
  const owner = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, visit)
  await owner.getByLabel(/New contributions, and changes/).check()
  await owner.getByLabel('Words to hold').fill('free money\nStraße')
  const section = owner.locator('section#moderation')
  await section.getByRole('button', { name: 'Save' }).click()
  await section.getByText('Saved').waitFor()
  expect((await alice.get('/desk/words')).body).toEqual({ words: ['free money', 'Straße'] })

  const bob = await browser.visit(pageOf(alice), visit)
  await bob.getByText('The owner looks at contributions before others see them.').first().waitFor()
  await bob.getByRole('textbox', { name: 'Your idea' }).or(bob.locator('#idea-title')).first().fill('At the lake')
  await bob.getByRole('button', { name: 'Add the idea' }).or(bob.locator('#add-idea button.primary')).first().click()
  await bob.getByText('Waiting for the owner: only you').waitFor()
  await expectAccessible(bob)
  await takePicture(bob, `own page with what waits ${visit.screen} ${visit.scheme}`)
  expect((await alice.snapshot()).body.ideas).toHaveLength(1)

  await owner.goto(`${pageOf(alice)}/admin/desk`)
  const waiting = owner.getByRole('listitem').filter({ hasText: 'At the lake' }).first()
  await waiting.getByText('nobody else sees it yet').waitFor()
  await expectAccessible(owner)
  await expectNoSidewaysScroll(owner)
  await takePicture(owner, `desk with one ${visit.screen} ${visit.scheme}`)
  await waiting.getByRole('button', { name: /^Approve/ }).click()
  await owner.getByRole('heading', { name: 'Nothing waits for you.' }).waitFor()
  await takePicture(owner, `desk empty ${visit.screen} ${visit.scheme}`)
  await bob.goto(pageOf(alice))
  await ideaRow(bob, 'At the lake').waitFor()

  await owner.getByRole('button', { name: /^Undo.*Approved/ }).click()
  await owner.getByRole('heading', { name: '1 contribution waits' }).waitFor()
  const item = owner.locator('[data-wait]')
  await item
    .locator('form')
    .first()
    .getByLabel(/^Reason/)
    .selectOption('off-topic')
  await item
    .locator('form')
    .first()
    .getByLabel(/^A word to/)
    .fill('This is about lunch.')
  await item.getByRole('button', { name: /^Hide/ }).click()
  await owner.getByRole('heading', { name: 'Nothing waits for you.' }).waitFor()
  await bob.goto(`${pageOf(alice)}/me`)
  await bob.getByText('Hidden: off-topic').waitFor()
  await bob.getByText('This is about lunch.').waitFor()
  await takePicture(bob, `own page with what was hidden ${visit.screen} ${visit.scheme}`)
  await bob.goto(pageOf(alice))
  await bob.getByText('1 contribution was hidden: off-topic').waitFor()
  await expectAccessible(bob)
  await takePicture(bob, `question with summary ${visit.screen} ${visit.scheme}`)
  await owner.getByRole('link', { name: 'Everything that was done' }).click()
  await owner.getByRole('heading', { level: 1, name: 'Everything that was done' }).waitFor()
  await expectAccessible(owner)
  await takePicture(owner, `list of acts ${visit.screen} ${visit.scheme}`)
})

it.each([true, false])('Charlie reports what Bob wrote, JavaScript %s', async (javaScript) => {
  const alice = await ask(the.url)
  const bob = await alice.invite('Bob')
  await bob.comment('You fools')
  const page = await browser.visit(pageOf(alice), { screen: 'phone', javaScript })
  await page
    .locator('#discussion')
    .getByRole('link', { name: /^Report/ })
    .click()
  await page.getByRole('heading', { level: 1, name: 'Report to the owner' }).waitFor()
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
  if (!javaScript) expectProblem(page, /422/)
  await page.getByRole('button', { name: 'Report' }).click()
  await errorSummary(page).waitFor()
  await takePicture(page, `report refused script ${javaScript}`)
  await page.getByLabel('It is hurtful or threatening').check()
  await page.getByLabel(/^Anything to add/).fill('He does that all the time.')
  await page.getByRole('button', { name: 'Report' }).click()
  await page.getByText('Thank you. The owner will look at it.').waitFor()
  const owner = await atDesk(alice, { screen: 'desktop', javaScript })
  await owner.getByText('Reported by one person: hurtful (1)').waitFor()
  await owner.getByText('He does that all the time.').waitFor()
})

it('Alice works by the keyboard, and what another owner has done meanwhile is said', async () => {
  const alice = await ask(the.url, { title: 'Lunch?', settings: { moderation: 'hold' } })
  const bob = await alice.invite('Bob')
  for (const title of ['At the lake', 'By the sea', 'In the hall']) await bob.addIdea({ title })
  const [first] = (await alice.get<{ items: { id: string }[] }>('/desk')).body.items
  const page = await atDesk(alice)
  await takePicture(page, 'desk full')
  await page.locator('#queue').focus()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  expect(await page.evaluate('document.activeElement.textContent')).toContain('By the sea')
  await page.keyboard.press('a')
  await page.getByRole('heading', { name: '2 contributions wait' }).waitFor()
  expect((await alice.snapshot()).body.ideas.map(({ title }) => title)).toEqual(['By the sea'])
  await page.locator('#queue').focus()
  await page.keyboard.press('u')
  await page.getByRole('heading', { name: '3 contributions wait' }).waitFor()

  const late = await browser.another(page, `${pageOf(alice)}/admin/desk`)
  await late.locator(`#wait-${first!.id}`).locator('select').first().focus()
  await alice.post('/desk/acts', { kind: 'idea', id: first!.id, act: 'hide' })
  await late
    .locator(`#wait-${first!.id}`)
    .getByRole('button', { name: /^Approve/ })
    .click()
  await errorSummary(late).getByText('Another owner has hidden this already. Nothing was done.').waitFor()
  await expectAccessible(late)
  await takePicture(late, 'desk refused')
  await page.getByRole('heading', { name: '2 contributions wait' }).waitFor({ timeout: 20_000 })
})

it('Alice closes an idea to votes and says why', async () => {
  const alice = await ask(the.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const page = await atDesk(alice)
  await page.goto(`${pageOf(alice)}/ideas/${idea.id}/edit`)
  await page.locator('summary').filter({ hasText: 'Take no more votes' }).click()
  await page.getByLabel('Why').fill('The hut burned down.')
  await page.getByRole('button', { name: 'Take no more votes' }).click()
  const charlie = await browser.visit(pageOf(alice), { screen: 'phone' })
  await ideaRow(charlie, 'At the lake').getByText('No more votes: The hut burned down.').waitFor()
  expect(await ideaRow(charlie, 'At the lake').getByRole('button', { name: /^Vote/ }).count()).toBe(0)
  await expectAccessible(charlie)
  await takePicture(charlie, 'idea closed to votes')
})
