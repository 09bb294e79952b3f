import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { pageOf, votedButton, voteButton } from './stage.ts'

// A device may write once a second, and 30 times a minute besides.
const the = useServer({ CLIENT_LIMITS: '0.1' })
const browser = useBrowser()

const comment = (page: Page) => page.getByRole('textbox', { name: 'Your comment' })
const typed = 'We could bring a grill, and somebody has to bring the wood.'

/** Bob's page of a question with one idea, in which he takes part already. */
async function takingPart(javaScript: boolean, scheme: 'light' | 'dark' = 'light') {
  const alice = await ask(the.url)
  const { body: lake } = await alice.addIdea({ title: 'At the lake' })
  const page = await browser.visit(the.url, { screen: 'phone', javaScript, scheme })
  const joined = await page.request.post(`${the.url}/api/v1/questions/${alice.questionId}/participants`, {
    data: { name: 'Bob' },
    headers: { origin: the.url },
  })
  expect(joined.status()).toBe(201)
  await page.goto(pageOf(alice))
  return { alice, page, lake: lake.id }
}

/** Uses up what Bob's device may, and keeps on. @returns how to stop */
async function hammer(page: Page, alice: Owner, idea: string): Promise<() => Promise<void>> {
  const url = `${the.url}/api/v1/questions/${alice.questionId}/ideas/${idea}/vote`
  const unvote = async () => (await page.request.delete(url, { headers: { origin: the.url } })).status()
  let isGoingOn = true
  let refused = () => {}
  const spent = new Promise<void>((resolve) => (refused = resolve))
  const going = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (isGoingOn) if ((await unvote()) === 429) refused()
    }),
  )
  await spent
  return async () => {
    isGoingOn = false
    await going
  }
}

it('keeps a comment that went too fast, says so calmly, and takes it a moment later', async () => {
  const { alice, page, lake } = await takingPart(true)
  const stop = await hammer(page, alice, lake)
  expectProblem(page, /status of 429/)
  await comment(page).fill(typed)
  await page.getByRole('button', { name: 'Add comment' }).tap()
  await page.getByRole('alert').filter({ hasText: 'That went too fast. Nothing was changed.' }).waitFor()
  expect(await comment(page).inputValue()).toBe(typed)
  await expectAccessible(page)
  await takePicture(page, 'too fast with script')
  await stop()
  // The steady rate goes on.
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: 'Add comment' }).tap()
        await page.waitForLoadState('networkidle')
        return (await alice.snapshot()).body.counts.comments
      },
      { interval: 1_500, timeout: 15_000 },
    )
    .toBe(1)
})

it.each(['light', 'dark'] as const)(
  'shows a calm page where no script runs, from which going back finds what was typed, in %s colours',
  async (scheme) => {
    const { alice, page, lake } = await takingPart(false, scheme)
    const stop = await hammer(page, alice, lake)
    expectProblem(page, /status of 429/)
    await comment(page).fill(typed)
    await page.getByRole('button', { name: 'Add comment' }).tap()
    await page.getByRole('heading', { level: 1, name: 'One moment, please' }).waitFor()
    await page.getByText('That went too fast. Nothing was changed.').waitFor()
    await page.getByText('Go back: what you typed is still there.').waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    await takePicture(page, `too fast without script ${scheme}`)
    await stop()
    await page.goBack()
    expect(await comment(page).inputValue()).toBe(typed)
    expect((await alice.snapshot()).body.counts.comments).toBe(0)
  },
)

it('sends a vote again by itself after the time that the server says, and says nothing of it', async () => {
  const { alice, page, lake } = await takingPart(true)
  const stop = await hammer(page, alice, lake)
  expectProblem(page, /status of 429/)
  const refused = page.waitForResponse((answer) => answer.status() === 429)
  await voteButton(page, 'At the lake').tap()
  expect(Number((await refused).headers()['retry-after'])).toBeGreaterThanOrEqual(1)
  await votedButton(page, 'At the lake').waitFor()
  await stop()
  await expect.poll(async () => (await alice.snapshot()).body.counts.votes, { timeout: 20_000 }).toBe(1)
  await votedButton(page, 'At the lake').waitFor()
  expect(await page.getByRole('alert').filter({ visible: true }).count()).toBe(0)
})
