import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, fullQuestion, ideaRow, longName, pageOf, voteButton, type Full } from './stage.ts'

const the = useServer()
const browser = useBrowser()

let full: Full
let closed: Full
let decided: Full
beforeAll(async () => {
  full = await fullQuestion(the.url, new Date(Date.now() + 3 * 24 * 60 * 60 * 1000).toISOString())
  closed = await fullQuestion(the.url)
  await closed.alice.close()
  decided = await fullQuestion(the.url)
  await decided.alice.close()
  await decided.alice.decide({
    ideas: [decided.ideas.lake, decided.ideas.hebrew],
    statement: 'Both.\n\nOne after the other.',
  })
})

// Without motion: a colour that is still on its way from light to dark has no contrast to be judged by.
const still = { reducedMotion: 'reduce' } as const
const open = (path = '/', javaScript = true) =>
  browser.visit(the.url + path, { screen: 'narrow', javaScript, context: still })
const question = (of: Full) => `/q/${of.alice.questionId}`

async function asOwner(of: Full, path: string): Promise<Page> {
  const page = await open(`/admin/${of.alice.questionId}/${of.alice.asked.adminToken}`)
  await page.goto(pageOf(of.alice) + path)
  return page
}

/** Bob's device: the page of a question on which he has done something of each kind. */
async function asBob(path: (id: string, page: Page) => Promise<string>): Promise<Page> {
  const { alice } = await fullQuestion(the.url)
  const page = await open(`/q/${alice.questionId}`)
  const form = page.getByRole('region', { name: 'Add an idea' })
  await form.getByRole('textbox', { name: 'Your idea in one line' }).fill('On a boat')
  await form.getByRole('textbox', { name: /^Your name/ }).fill(longName)
  await form.getByRole('button', { name: 'Add idea' }).click()
  await ideaRow(page, 'On a boat').waitFor()
  await voteButton(page, 'On a boat').click()
  await ideaRow(page, 'On a boat').getByRole('button', { pressed: true }).waitFor()
  await page.getByRole('button', { name: /Agree.*It may rain/ }).click()
  await page.getByRole('button', { name: /Agree.*It may rain/, pressed: true }).waitFor()
  await page.getByRole('textbox', { name: 'Your comment' }).fill('Who has a grill?')
  await page.getByRole('button', { name: 'Add comment' }).click()
  await page.getByText('Who has a grill?').waitFor()
  await page.goto(`${the.url}${await path(alice.questionId, page)}`)
  return page
}

/** Every page, in every state that looks different. */
const states: Record<string, () => Promise<Page>> = {
  'the front page': () => open(),
  async 'the front page with a refusal'() {
    const page = await open()
    await page.getByRole('button', { name: 'Ask this question' }).click()
    await errorSummary(page).waitFor()
    return page
  },
  async 'a question that was just asked'() {
    const page = await open()
    await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill('Where shall we meet?')
    await page.getByRole('button', { name: 'Ask this question' }).click()
    await page.getByRole('heading', { name: 'Your question is ready' }).waitFor()
    return page
  },
  'an empty question': async () => open(`/q/${(await ask(the.url)).questionId}`),
  'a full question': () => open(question(full)),
  'a full question without script': () => open(question(full), false),
  async 'a question that asks for a name'() {
    const page = await open(question(full))
    await voteButton(page, 'At the lake').click()
    await ideaRow(page, 'At the lake')
      .getByRole('textbox', { name: /^Your name/ })
      .waitFor()
    return page
  },
  async 'a question with everything unfolded and refused'() {
    const page = await open(question(full))
    for (const summary of await page.locator('main summary').all()) await summary.click()
    await ideaRow(page, 'At the lake')
      .getByRole('link', { name: /^Show everyone/ })
      .click()
    await ideaRow(page, 'At the lake').getByText('Somebody').first().waitFor()
    await ideaRow(page, 'At the lake').getByRole('button', { name: 'Add argument' }).click()
    await errorSummary(page).waitFor()
    return page
  },
  'a closed question with a tie': () => open(question(closed)),
  'a decided question': () => open(question(decided)),
  'the voters of an idea': () => open(`${question(full)}/ideas/${full.ideas.lake}/voters`),
  'what one did': () => asBob((id) => Promise.resolve(`/q/${id}/me`)),
  'what a stranger did': () => open(`${question(full)}/me`),
  'the privacy page': () => open('/privacy'),
  leaving: () => asBob((id) => Promise.resolve(`/q/${id}/me/leave`)),
  'an idea being edited': () => asOwner(full, `/ideas/${full.ideas.lake}/edit`),
  'a comment being edited': () =>
    asBob(async (_id, page) => {
      const own = page
        .getByRole('listitem')
        .filter({ hasText: 'Who has a grill?' })
        .getByRole('link', { name: /^Edit/ })
      return (await own.getAttribute('href')) ?? ''
    }),
  'the settings': () => asOwner(full, '/admin'),
  async 'the settings with a refusal'() {
    const page = await asOwner(full, '/admin')
    await page.getByRole('textbox', { name: 'Votes per person' }).fill('many')
    await page
      .getByRole('region', { name: 'How much each person may do' })
      .getByRole('button', { name: 'Save' })
      .click()
    await errorSummary(page).waitFor()
    return page
  },
  'the settings of a closed question': () => asOwner(closed, '/admin'),
  'the contributions': () => asOwner(full, '/admin/contributions'),
  'the decision': () => asOwner(closed, '/admin/decision'),
  'the owner’s page, locked': () => open(`${question(full)}/admin`),
  async 'a deleted question, to its owner'() {
    const alice = await ask(the.url)
    const page = await open(`/admin/${alice.questionId}/${alice.asked.adminToken}`)
    await alice.deleteQuestion()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'This question is deleted' }).waitFor()
    return page
  },
  async 'an address where nothing is'() {
    const page = await open()
    expectProblem(page, /status of 404/)
    await page.goto(`${the.url}/q/nothing0000`)
    return page
  },
  async 'an owner link that was replaced'() {
    const page = await open()
    expectProblem(page, /status of 401/)
    await page.goto(`${the.url}/admin/${full.alice.questionId}/${'x'.repeat(32)}`)
    return page
  },
}

describe.each(Object.keys(states))('%s', (state) => {
  it('bars nobody, light and dark, on a phone and on a desktop, and never scrolls sideways', async () => {
    const page = await states[state]!()
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    await expectNoSidewaysScroll(page)
    await expectTargetsForFingers(page)
    await expectAccessible(page)
    await takePicture(page, `${state} narrow`)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 1280, height: 900 })
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await takePicture(page, `${state} desktop dark`)
    // Text at twice its size, as the browser's settings make it.
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
    await expectNoSidewaysScroll(page)
    await page.setViewportSize({ width: 640, height: 900 })
    await expectNoSidewaysScroll(page)
  })
})

/** What is tapped is at least 44 px high and wide. Links inside a text are as high as its lines. */
async function expectTargetsForFingers(page: Page): Promise<void> {
  const tooSmall = await page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>(
      'button, summary, .button, nav li a, input:not([type=hidden]), textarea, select',
    )
    return [...controls].flatMap((control) => {
      // A tick is as large as the label around it.
      const isTick = control instanceof HTMLInputElement && ['radio', 'checkbox'].includes(control.type)
      const target = isTick ? (control.closest('label') ?? control) : control
      if (!target.checkVisibility({ visibilityProperty: true })) return []
      const { width, height } = target.getBoundingClientRect()
      const isBig = width >= 43.5 && height >= 43.5
      return isBig ? [] : [`${target.tagName} “${target.textContent.trim().slice(0, 40)}” ${width} × ${height}`]
    })
  })
  expect(tooSmall).toEqual([])
}
