import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { errorSummary, fullQuestion, ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** What has the focus: a name for messages, whether that can be seen, and whether the window shows it. */
interface Stop {
  name: string
  outlined: boolean
  inWindow: boolean
}

async function stopAt(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const at = document.activeElement
    if (!at || at === document.body) return null
    const isOutlined = (element: Element | null) => {
      const { outlineStyle, outlineWidth } = element
        ? getComputedStyle(element)
        : { outlineStyle: 'none', outlineWidth: '0' }
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
    }
    const { top, bottom, left, right, width, height } = at.getBoundingClientRect()
    return {
      name: `${at.tagName.toLowerCase()} “${(at.getAttribute('aria-label') ?? (at.textContent || at.id)).trim().slice(0, 40)}”`,
      outlined: isOutlined(at) || isOutlined(at.closest('label')),
      inWindow: width > 0 && height > 0 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
    }
  })
}

async function expectSeen(page: Page): Promise<void> {
  const stop = await stopAt(page)
  expect(stop).toEqual({ name: stop?.name, outlined: true, inWindow: true })
}

/** Presses Tab until the focus is there. Wherever it stops on the way, it can be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const isThere = () => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 150; presses++) {
    if (await isThere()) return expectSeen(page)
    await page.keyboard.press('Tab')
    if (await stopAt(page)) await expectSeen(page)
  }
  throw new Error(`150 presses of Tab do not lead to ${target.toString()}.`)
}

async function tabAndPress(page: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

async function tabAndType(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.type(text)
}

it('leads Alice from an empty page to her first idea', async () => {
  const page = await browser.visit(the.url)
  await tabAndType(page, page.getByRole('textbox', { name: 'What do you want to decide?' }), 'Where shall we meet?')
  await tabAndPress(page, page.locator('summary').filter({ hasText: 'Add a description' }), 'Space')
  await tabAndType(page, page.getByRole('textbox', { name: 'Description' }), 'Everybody is welcome.')
  await tabAndPress(page, page.getByRole('button', { name: 'Ask this question' }))
  await page.getByRole('heading', { level: 1, name: 'Where shall we meet?' }).waitFor()
  await tabAndType(page, page.getByRole('textbox', { name: 'Your idea in one line' }), 'At the lake')
  await page.keyboard.press('Enter')
  await ideaRow(page, 'At the lake').waitFor()
})

it('leads Bob through the main road', async () => {
  const alice = await ask(the.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  await alice.argue(idea.id, { side: 'con', text: 'It may rain.' })
  const page = await browser.visit(pageOf(alice))
  await page.keyboard.press('Tab')
  await expectSeen(page)
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)

  // He votes, and types his name where the focus has gone by itself.
  const lake = ideaRow(page, 'At the lake')
  await tabAndPress(page, voteButton(page, 'At the lake'), 'Space')
  const name = lake.getByRole('textbox', { name: /^Your name/ })
  await expect.poll(() => name.evaluate((field) => field === document.activeElement).catch(() => false)).toBe(true)
  await page.keyboard.type('Bob')
  await page.keyboard.press('Enter')
  await votedButton(page, 'At the lake').waitFor()
  const focused = (target: Locator) =>
    expect.poll(() => target.evaluate((it) => it === document.activeElement)).toBe(true)
  await focused(votedButton(page, 'At the lake'))
  await page.keyboard.press('Space')
  await lake.getByText('No votes yet').waitFor()
  await focused(voteButton(page, 'At the lake'))
  await page.keyboard.press('Space')
  await votedButton(page, 'At the lake').waitFor()

  await page.evaluate(() => window.scrollTo(0, 0))
  await page.locator('#main').focus()
  const agree = page.getByRole('button', { name: /Agree.*It may rain/ })
  await tabAndPress(page, agree, 'Space')
  await page.getByRole('button', { name: /Agree.*It may rain/, pressed: true }).waitFor()
  await focused(agree)

  // He argues, and is told what is missing.
  await tabAndPress(page, lake.locator('summary').filter({ hasText: 'Add an argument' }))
  await tabAndType(page, lake.getByRole('textbox', { name: 'Your argument' }), 'There is water to swim in.')
  await tabAndPress(page, lake.getByRole('button', { name: 'Add argument' }))
  await errorSummary(page).waitFor()
  await focused(errorSummary(page))
  await expectSeen(page)
  await tabAndPress(page, errorSummary(page).getByRole('link', { name: /for or against/ }))
  await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe('side')
  await page.keyboard.press('Space')
  await tabAndPress(page, lake.getByRole('button', { name: 'Add argument' }))
  const added = lake.getByRole('listitem').filter({ hasText: 'There is water to swim in.' })
  await added.waitFor()
  await expect.poll(() => added.evaluate((item) => item.contains(document.activeElement))).toBe(true)

  await tabAndType(page, page.getByRole('textbox', { name: 'Your idea in one line' }), 'On a boat')
  await tabAndPress(page, page.getByRole('button', { name: 'Add idea' }))
  await ideaRow(page, 'On a boat').waitFor()
  await expect.poll(() => ideaRow(page, 'On a boat').evaluate((row) => row.contains(document.activeElement))).toBe(true)
  await tabAndType(page, page.getByRole('textbox', { name: 'Your comment' }), 'Who has a grill?')
  await tabAndPress(page, page.getByRole('button', { name: 'Add comment' }))
  await page.getByText('Who has a grill?').waitFor()

  // From the comment back to the order, and to what he did.
  await page.goto(pageOf(alice))
  await tabAndPress(page, page.getByRole('link', { name: 'Newest' }))
  await page.waitForURL(/order=newest/)
  await tabAndPress(page, page.getByRole('link', { name: 'See or change what you did' }))
  await page.getByRole('heading', { level: 1, name: 'What you did here' }).waitFor()
  await tabAndPress(page, page.getByRole('button', { name: /^Take back.*At the lake/ }))
  await page.getByRole('region', { name: 'Votes' }).waitFor({ state: 'detached' })
})

it('is no trap anywhere: Tab goes through whole pages and out at their ends, and each stop can be seen', async () => {
  const { alice } = await fullQuestion(the.url)
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  for (const path of ['/admin', '', '/admin/contributions']) {
    await page.goto(pageOf(alice) + path)
    const stops: string[] = []
    for (let presses = 0; presses < 400; presses++) {
      await page.keyboard.press('Tab')
      const stop = await stopAt(page)
      if (!stop || (stops.length > 1 && stop.name === stops[0])) break
      stops.push(stop.name)
      expect(stop, path).toEqual({ name: stop.name, outlined: true, inWindow: true })
    }
    expect(stops.length, path).toBeGreaterThan(20)
    expect(stops.length, path).toBeLessThan(400)
  }
})
