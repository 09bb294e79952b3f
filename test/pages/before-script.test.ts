import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** Opens a page on a slow line: it is there and can be used, and its script comes when the test says so. */
async function visitSlowly(url: string): Promise<{ page: Page; scriptArrives: () => Promise<void> }> {
  const page = await browser.visit(the.url, { screen: 'phone' })
  let arrive = () => {}
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  await page.route('**/*.js', async (route) => {
    await arrived
    await route.continue()
  })
  await page.goto(url, { waitUntil: 'commit' })
  return {
    page,
    async scriptArrives() {
      arrive()
      await page.waitForLoadState('networkidle')
    },
  }
}

it('keeps what was typed, chosen and unfolded while the script was on its way', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const { page, scriptArrives } = await visitSlowly(pageOf(alice))
  const lake = ideaRow(page, 'At the lake')
  await lake.getByText('Add the first argument').tap()
  await lake.getByText('Against it', { exact: true }).tap()
  await lake.getByRole('textbox', { name: 'Your argument' }).fill('It may rain.')
  const form = page.getByRole('region', { name: 'Add an idea' })
  await form.getByRole('textbox', { name: 'Your idea in one line' }).fill('In the park')
  await form.getByText('Add a description, link, video or picture').tap()
  await form.getByRole('textbox', { name: 'Description' }).fill('Under the old tree.')
  await page.getByRole('textbox', { name: 'Your comment' }).fill('Who has a grill?')

  await scriptArrives()
  await expect.poll(() => lake.getByRole('textbox', { name: 'Your argument' }).isVisible()).toBe(true)
  expect(await lake.getByRole('radio', { name: 'Against it' }).isChecked()).toBe(true)
  expect(await lake.getByRole('textbox', { name: 'Your argument' }).inputValue()).toBe('It may rain.')
  expect(await form.getByRole('textbox', { name: 'Your idea in one line' }).inputValue()).toBe('In the park')
  expect(await form.getByRole('textbox', { name: 'Description' }).isVisible()).toBe(true)
  expect(await form.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Under the old tree.')
  expect(await page.getByRole('textbox', { name: 'Your comment' }).inputValue()).toBe('Who has a grill?')
})

it('keeps a question that was typed while the script was on its way', async () => {
  const { page, scriptArrives } = await visitSlowly(the.url)
  await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill('Where shall we meet?')
  await page.getByText('Add a description').tap()
  await page.getByRole('textbox', { name: 'Description' }).fill('Everybody is welcome.')
  await scriptArrives()
  expect(await page.getByRole('textbox', { name: 'What do you want to decide?' }).inputValue()).toBe(
    'Where shall we meet?',
  )
  expect(await page.getByRole('textbox', { name: 'Description' }).isVisible()).toBe(true)
  expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Everybody is welcome.')
})
