import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { expectNothingStored, useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { errorSummary, expectFieldRefused, ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

const folder = mkdtempSync(join(tmpdir(), 'folkmoot-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A file of so many bytes that calls itself a picture. */
function disguised(bytes: number): string {
  const file = join(folder, `${bytes}.png`)
  writeFileSync(file, Buffer.alloc(bytes, 'not a picture '))
  return file
}

/** What no field takes, and what it says then. */
const bad = [
  ['nothing', '', /still empty/],
  ['blanks', ' \t ', /still empty/],
  ['what cannot be seen', '\u200B\u2060', /still empty/],
  ['a control character', 'At\u0007 the lake', /control character/],
  ['characters that turn the direction of writing', 'At the \u202Eekal', /turns the direction/],
] as const

const script = '<script>window.hacked = true</script><img src=x onerror="window.hacked = true">{{7*7}}'

async function expectNotHacked(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
}

describe.each([true, false])('a question, JavaScript %s', (javaScript) => {
  it.each([...bad, ['too much', 'x'.repeat(201), /201 characters long; at most 200/] as const])(
    'that is %s is refused where it was typed',
    async (_what, typed, message) => {
      const page = await browser.visit(the.url, { javaScript })
      expectProblem(page, /status of 4/)
      const label = 'What do you want to decide?'
      await page.getByRole('textbox', { name: label }).fill(typed)
      await page.getByText('Add a description').click()
      await page.getByRole('textbox', { name: 'Description' }).fill('Everybody is welcome.')
      await page.getByRole('button', { name: 'Ask this question' }).click()
      await expectFieldRefused(page, label, message, typed)
      expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Everybody is welcome.')
      expect(await page.title()).toContain('Folkmoot')
    },
  )
})

it.each([...bad, ['too much', 'x'.repeat(201), /201 characters long; at most 200/] as const])(
  'refuses an idea that is %s, and stores nothing',
  async (_what, typed, message) => {
    const alice = await ask(the.url)
    const page = await browser.visit(pageOf(alice))
    await expectNothingStored(alice, async () => {
      await page.getByRole('textbox', { name: 'Your idea in one line' }).fill(typed)
      await page.getByText('Add a description, link, video or picture').click()
      await page.getByRole('textbox', { name: 'Description' }).fill('Bring a towel.')
      await page.getByRole('button', { name: 'Add idea' }).click()
      await expectFieldRefused(page, 'Your idea in one line', message, typed)
    })
    expect(await page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Bring a towel.')
  },
)

it('refuses each field for itself, beside it', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await browser.visit(pageOf(alice))
  await expectNothingStored(alice, async () => {
    await page.getByText('Add a description, link, video or picture').click()
    const form = page.getByRole('region', { name: 'Add an idea' })
    await form.getByRole('textbox', { name: 'Your idea in one line' }).fill('On a boat')
    const link = form.getByRole('textbox', { name: 'Link' })
    await link.fill('javascript:alert(1)')
    await form.getByRole('button', { name: 'Add idea' }).click()
    await expectFieldRefused(page, 'Link', /does not begin with https/, 'javascript:alert(1)')
    await link.fill('')
    await form.getByRole('textbox', { name: /^Your name/ }).fill('x'.repeat(81))
    await form.getByRole('button', { name: 'Add idea' }).click()
    await expectFieldRefused(page, 'Your name (optional)', /81 characters long; at most 80/, 'x'.repeat(81))

    await page.getByRole('textbox', { name: 'Your comment' }).fill(' ')
    await page.getByRole('button', { name: 'Add comment' }).click()
    await expectFieldRefused(page, 'Your comment', /still empty/, ' ')
    const lake = ideaRow(page, 'At the lake')
    await lake.getByText('Add the first argument').click()
    await lake.getByText('For it', { exact: true }).click()
    await lake.getByRole('textbox', { name: 'Your argument' }).fill('x'.repeat(2001))
    await lake.getByRole('button', { name: 'Add argument' }).click()
    await expectFieldRefused(page, 'Your argument', /2,001 characters long; at most 2,000/, 'x'.repeat(2001))
    expect(await lake.getByRole('radio', { name: 'For it' }).isChecked()).toBe(true)
  })
})

describe.each([true, false])('a picture, JavaScript %s', (javaScript) => {
  it.each([
    ['something else in disguise', 2000, /not a picture that can be read/],
    ['larger than 10 MB', 10 * 1024 * 1024 + 1, /larger than 10 MB/],
  ])('that is %s is refused, and the text beside it is kept', async (_what, bytes, message) => {
    const alice = await ask(the.url)
    const page = await browser.visit(pageOf(alice), { javaScript })
    expectProblem(page, /status of 4/)
    await expectNothingStored(alice, async () => {
      await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('At the lake')
      await page.getByText('Add a description, link, video or picture').click()
      const field = page.getByLabel('Picture')
      await field.setInputFiles(disguised(bytes))
      await page.getByRole('button', { name: 'Add idea' }).click()
      await errorSummary(page).getByRole('link', { name: message }).waitFor()
      expect(await field.getAttribute('aria-invalid')).toBe('true')
    })
    expect(await page.getByRole('textbox', { name: 'Your idea in one line' }).inputValue()).toBe('At the lake')
  })
})

it('says so when a file is more than the server takes at all, and the text stays', async () => {
  const alice = await ask(the.url)
  const page = await browser.visit(pageOf(alice))
  expectProblem(page, /status of 413|ERR_CONNECTION_RESET|ERR_CONNECTION_ABORTED/)
  await expectNothingStored(alice, async () => {
    await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('At the lake')
    await page.getByText('Add a description, link, video or picture').click()
    await page.getByLabel('Picture').setInputFiles(disguised(14 * 1024 * 1024))
    await page.getByRole('button', { name: 'Add idea' }).click()
    await page.getByRole('alert').waitFor()
  })
  expect(await page.getByRole('textbox', { name: 'Your idea in one line' }).inputValue()).toBe('At the lake')
})

it('shows Mallory’s script in every field as the text that it is', async () => {
  const page = await browser.visit(the.url)
  await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill(script)
  await page.getByText('Add a description').click()
  await page.getByRole('textbox', { name: 'Description' }).fill(script)
  await page.getByRole('button', { name: 'Ask this question' }).click()
  await page.getByRole('heading', { level: 1, name: script }).waitFor()
  await page.getByRole('textbox', { name: 'Your idea in one line' }).fill(script)
  await page.getByText('Add a description, link, video or picture').click()
  await page.getByRole('textbox', { name: 'Description' }).fill(script)
  await page
    .getByRole('textbox', { name: /^Your name/ })
    .first()
    .fill(script.slice(0, 80))
  await page.getByRole('button', { name: 'Add idea' }).click()
  const row = ideaRow(page, script)
  await row.waitFor()
  await row.getByText('Add the first argument').click()
  await row.getByText('For it', { exact: true }).click()
  await row.getByRole('textbox', { name: 'Your argument' }).fill(script)
  await row.getByRole('button', { name: 'Add argument' }).click()
  await row.getByRole('listitem').filter({ hasText: script }).waitFor()
  await page.getByRole('textbox', { name: 'Your comment' }).fill(script)
  await page.getByRole('button', { name: 'Add comment' }).click()
  await page
    .getByRole('region', { name: /^Discussion/ })
    .getByRole('listitem')
    .filter({ hasText: script })
    .waitFor()
  await expectNotHacked(page)
  for (const path of ['', '/me', '/admin', '/admin/contributions']) {
    await page.goto(page.url().replace(/(\/q\/\w+).*/, `$1${path}`))
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.locator('main').innerText()).toContain(script.slice(0, 50))
    await expectNotHacked(page)
  }
  // What is unknown in the address comes back as text as well.
  await page.goto(
    `${page.url().replace(/(\/q\/\w+).*/, '$1')}?order=${encodeURIComponent(script)}&seed=${encodeURIComponent(script)}`,
  )
  await expectNotHacked(page)
})
