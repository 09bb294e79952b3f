import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

const inBerlin = { context: { timezoneId: 'Europe/Berlin' } }
const inMilliseconds = (ms: number) => new Date(Date.now() + ms).toISOString()

async function ownerPage(alice: Owner): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, inBerlin)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  return page
}

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function save(page: Page, name: string): Promise<void> {
  await section(page, name).getByRole('button', { name: 'Save' }).click()
  await section(page, name).getByText('Saved.').waitFor()
}

const has = async (page: Page, button: string | RegExp) =>
  (await page.getByRole('button', { name: button, includeHidden: true }).count()) > 0

it('lets Alice set one thing after the other, and tells Bob what is possible now and what comes next', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const owner = await ownerPage(alice)
  const stages = section(owner, 'One thing after the other')
  await stages.getByLabel('Ideas until').fill('2190-12-05T18:00')
  await stages.getByLabel('Voting from').fill('2190-12-05T18:00')
  await stages.getByLabel('Voting until').fill('2190-12-01T18:00')
  await stages.getByRole('button', { name: 'Save' }).click()
  await errorSummary(owner)
    .getByRole('link', { name: /out of order/ })
    .first()
    .waitFor()
  expect(await stages.getByLabel('Ideas until').inputValue()).toBe('2190-12-05T18:00')
  await stages.getByLabel('Voting until').fill('2190-12-12T18:00')
  await save(owner, 'One thing after the other')
  // In the zone of Alice's browser.
  const votesUntil = '2190-12-12T17:00:00.000Z'
  expect((await alice.snapshot()).body).toMatchObject({ votesFrom: '2190-12-05T17:00:00.000Z', votesUntil })

  const bob = await browser.visit(pageOf(alice), { context: { timezoneId: 'America/New_York' } })
  await bob
    .getByText(/^\s*Ideas until \w+,? 5 December 2190 at 12:00 .+\. Then voting until \w+,? 12 December 2190 at 12:00/)
    .waitFor()
  await ideaRow(bob, 'At the lake').getByText('Voting has not begun yet.').waitFor()
  expect([await has(bob, 'Vote'), await has(bob, 'Add idea'), await has(bob, 'Add argument')]).toEqual([
    false,
    true,
    true,
  ])
  expect((await (await alice.invite('Bob')).vote((await alice.snapshot()).body.ideas[0]!.id)).problem.code).toBe(
    'votes_not_yet',
  )
  await takePicture(bob, 'stages-gathering')
  // What is like what he types is shown, and he cannot vote for it yet.
  await bob.getByRole('textbox', { name: 'Your idea in one line' }).fill('at the lake')
  await bob.locator('#similar').getByRole('link', { name: 'At the lake' }).waitFor()
  expect(await has(bob, /^Vote for this one/)).toBe(false)

  await owner.getByRole('textbox', { name: 'Time zone' }).fill('Berlin')
  await section(owner, 'Time zone of the question').getByRole('button', { name: 'Save' }).click()
  await errorSummary(owner)
    .getByRole('link', { name: /name of a time zone/ })
    .waitFor()
  await owner.getByRole('textbox', { name: 'Time zone' }).fill('Europe/Berlin')
  await save(owner, 'Time zone of the question')
  expect(await stages.getByLabel('Ideas until').inputValue()).toBe('2190-12-05T18:00')
  await bob.goto(pageOf(alice))
  await bob.getByText(/^\s*Ideas until \w+,? 5 December 2190 at 18:00/).waitFor()
  await bob.getByText('Times in the zone Europe/Berlin').waitFor()
})

it.each([true, false])('goes from opening to the end before Bob’s eyes, JavaScript %s', async (javaScript) => {
  const alice = await ask(the.url, { title: 'Where shall we meet?', opensAt: '2190-01-01T00:00:00Z' })
  await alice.addIdea({ title: 'At the lake' })
  const bob = await browser.visit(pageOf(alice), { javaScript, context: { timezoneId: 'UTC' } })
  /** With the script the page turns by itself. */
  const look = async () => {
    if (!javaScript) await bob.goto(pageOf(alice))
  }
  await bob.getByText(/^\s*Opens \w+,? 1 January 2190 at 00:00 UTC\./).waitFor()
  for (const button of ['Vote', 'Add idea', 'Add argument', 'Add comment']) expect(await has(bob, button)).toBe(false)
  await expectAccessible(bob)

  const ideasUntil = inMilliseconds(6_000)
  const votesUntil = inMilliseconds(13_000)
  expect((await alice.edit({ opensAt: null, ideasUntil, votesFrom: ideasUntil, votesUntil })).status).toBe(200)
  const shows = (what: RegExp | string, buttons: [string | RegExp, boolean][]) =>
    expect
      .poll(
        async () => {
          await look()
          const isThere = (await bob.getByText(what).count()) > 0
          return [isThere, ...(await Promise.all(buttons.map(([button]) => has(bob, button))))]
        },
        { timeout: 20_000 },
      )
      .toEqual([true, ...buttons.map(([, there]) => there)])
  await shows(/Then voting until/, [
    ['Add idea', true],
    [/^Vote\s*:/, false],
  ])
  await shows(/Voting until .+ New ideas were taken until/, [
    ['Add idea', false],
    [/^Vote\s*:/, true],
    ['Add argument', true],
  ])
  await voteButton(bob, 'At the lake').click()
  await ideaRow(bob, 'At the lake').getByRole('button', { name: 'Vote', exact: true }).click()
  await votedButton(bob, 'At the lake').waitFor()
  await shows(/Voting ended/, [
    [/^Vote\s*:/, false],
    ['Add idea', false],
    ['Add comment', true],
  ])
  await ideaRow(bob, 'At the lake').getByText('Voting is over.').waitFor()
})
