import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, Owner } from '../support/api.ts'
import { expectNoSidewaysScroll, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, picture, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** As a finger or as a mouse does it. */
const press = (screen: string, target: Locator) => (screen === 'phone' ? target.tap() : target.click())

async function askOnPage(page: Page, screen: string, title: string): Promise<{ id: string; adminUrl: string }> {
  await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill(title)
  await press(screen, page.getByRole('button', { name: 'Ask this question' }))
  const ready = page.getByRole('region', { name: 'Your question is ready' })
  await ready.waitFor()
  const url = await ready.getByRole('textbox', { name: 'Public link' }).inputValue()
  expect(url).toMatch(new RegExp(`^${the.url}/q/[0-9A-Za-z]{11}$`))
  expect(page.url()).toBe(url)
  return {
    id: url.slice(-11),
    adminUrl: await ready.getByRole('textbox', { name: 'Owner link, secret' }).inputValue(),
  }
}

describe.each(['phone', 'desktop'] as const)("Alice's first minute as an owner, on her %s", (screen) => {
  it('asks with one press, and has the link, the code, the secret link and a first idea before her', async () => {
    const page = await browser.visit(the.url, { screen })
    await expectNoSidewaysScroll(page)
    const { id, adminUrl } = await askOnPage(page, screen, 'Where shall we meet?')
    await page.getByRole('heading', { level: 1, name: 'Where shall we meet?' }).waitFor()
    const ready = page.getByRole('region', { name: 'Your question is ready' })
    await ready.getByRole('img', { name: 'QR code of the public link' }).waitFor()
    const token = adminUrl.split('#')[1] ?? ''
    expect(adminUrl).toBe(`${the.url}/q/${id}/admin#${token}`)
    expect(token.length).toBeGreaterThanOrEqual(22)
    await takePicture(page, `asked ${screen}`)

    const first = page.getByRole('region', { name: 'Add the first idea' })
    await press(screen, first.getByRole('button', { name: 'Add idea' }))
    await errorSummary(page).waitFor()
    expect(await ready.getByRole('textbox', { name: 'Owner link, secret' }).inputValue()).toBe(adminUrl)
    await first.getByRole('textbox', { name: 'Your idea in one line' }).fill('At the lake')
    await press(screen, first.getByRole('button', { name: 'Add idea' }))
    await ideaRow(page, 'At the lake').waitFor()
    // What is told once does not vanish under her hands while she goes on.
    expect(await ready.getByRole('textbox', { name: 'Owner link, secret' }).inputValue()).toBe(adminUrl)

    await page.goto(`${the.url}/q/${id}`)
    await ideaRow(page, 'At the lake').waitFor()
    expect(await ready.count()).toBe(0)
    expect(await page.content()).not.toContain(token)

    await press(screen, page.getByRole('link', { name: 'Settings of this question' }))
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    expect(await page.content()).not.toContain(token)
  })
})

describe("Alice's owner link on a second device", () => {
  it('opens by what stands behind the #, which then leaves the address', async () => {
    const alice = await ask(the.url)
    const page = await browser.visit(alice.asked.adminUrl, { screen: 'phone' })
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    expect(page.url()).toBe(`${pageOf(alice)}/admin`)
  })

  it.each([true, false])('opens by its address in full, JavaScript %s', async (javaScript) => {
    const alice = await ask(the.url)
    const { questionId, asked } = alice
    const page = await browser.visit(`${the.url}/admin/${questionId}/${asked.adminToken}`, { javaScript })
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    expect(page.url()).toBe(`${pageOf(alice)}/admin`)
  })

  it('opens by being pasted where no script runs', async () => {
    const alice = await ask(the.url)
    const page = await browser.visit(alice.asked.adminUrl, { javaScript: false })
    await page.getByRole('heading', { level: 1, name: 'Open the owner’s page' }).waitFor()
    await page.getByRole('textbox', { name: 'Owner link, secret' }).fill(` ${alice.asked.adminUrl}\n`)
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    expect(page.url()).toBe(`${pageOf(alice)}/admin`)
  })

  it('does not open for Mallory, who guesses', async () => {
    const alice = await ask(the.url)
    const page = await browser.visit(`${pageOf(alice)}/admin#${'x'.repeat(32)}`)
    await errorSummary(page).filter({ hasText: 'not known here' }).waitFor()
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Open the owner’s page')
    expect((await new Owner(the.url, alice.asked, 'x'.repeat(32)).ownerView()).problem.code).toBe('token_unknown')
  })
})

describe.each(['phone', 'desktop'] as const)("Bob's first minute as a participant, on his %s", (screen) => {
  it('votes with one tap, is asked for his name once, and takes a vote back', async () => {
    const alice = await ask(the.url)
    await alice.addIdea({ title: 'At the lake' })
    await alice.addIdea({ title: 'In the park' })
    const page = await browser.visit(pageOf(alice), { screen })

    await press(screen, voteButton(page, 'At the lake'))
    const lake = ideaRow(page, 'At the lake')
    const name = lake.getByRole('textbox', { name: /^Your name/ })
    await name.waitFor()
    await expect.poll(() => name.evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await lake.innerText()).toContain('You are asked this only once.')
    await takePicture(page, `name asked ${screen}`)
    await name.fill('Bob')
    await press(screen, lake.getByRole('button', { name: 'Vote', exact: true }))
    await votedButton(page, 'At the lake').waitFor()
    await lake.getByText('Bob', { exact: true }).waitFor()

    await press(screen, voteButton(page, 'In the park'))
    await votedButton(page, 'In the park').waitFor()
    // The button shows it at once, before the server has it.
    const counts = async () => (await alice.snapshot()).body.counts
    await expect.poll(counts).toMatchObject({ participants: 2, votes: 2 })

    await press(screen, votedButton(page, 'At the lake'))
    await lake.getByText('No votes yet').waitFor()
    expect(await voteButton(page, 'At the lake').getAttribute('aria-pressed')).toBe('false')
    await expect.poll(counts).toMatchObject({ votes: 1 })
    await page.getByText('You take part as Bob.').waitFor()
  })

  it('may leave his name empty', async () => {
    const alice = await ask(the.url)
    await alice.addIdea({ title: 'At the lake' })
    const page = await browser.visit(pageOf(alice), { screen })
    await press(screen, voteButton(page, 'At the lake'))
    await ideaRow(page, 'At the lake')
      .getByRole('textbox', { name: /^Your name/ })
      .waitFor()
    await press(screen, ideaRow(page, 'At the lake').getByRole('button', { name: 'Vote', exact: true }))
    await votedButton(page, 'At the lake').waitFor()
    await ideaRow(page, 'At the lake').getByText('1 person').waitFor()
    await page.getByText('You take part without a name.').waitFor()
  })

  it('adds an idea with all that belongs to it, argues, agrees and comments', async () => {
    const alice = await ask(the.url)
    const page = await browser.visit(pageOf(alice), { screen })
    const form = page.getByRole('region', { name: 'Add the first idea' })
    await form.getByRole('textbox', { name: 'Your idea in one line' }).fill('At the lake')
    await press(screen, form.getByText('Add a description, link, video or picture'))
    await form.getByRole('textbox', { name: 'Description' }).fill('Bring a towel.\n\nThe bus goes at 10.')
    await form.getByRole('textbox', { name: 'Link' }).fill('https://www.example.org/lake')
    await form.getByLabel('Picture').setInputFiles({ name: 'lake.png', mimeType: 'image/png', buffer: await picture() })
    await form.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
    await press(screen, form.getByRole('button', { name: 'Add idea' }))

    const lake = ideaRow(page, 'At the lake')
    await lake.getByText('The bus goes at 10.').waitFor()
    expect(await lake.getByRole('link', { name: 'example.org' }).getAttribute('href')).toBe(
      'https://www.example.org/lake',
    )
    const image = lake.getByRole('img', { name: 'Picture for: At the lake' })
    await expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(640)
    await expectNoSidewaysScroll(page)

    await press(screen, lake.getByText('Add the first argument'))
    const reason = lake.getByRole('textbox', { name: 'Your argument' })
    await reason.fill('There is water to swim in.')
    await press(screen, lake.getByRole('button', { name: 'Add argument' }))
    await errorSummary(page)
      .getByRole('link', { name: /for or against/ })
      .waitFor()
    expect(await reason.inputValue()).toBe('There is water to swim in.')
    await press(screen, lake.getByText('For it', { exact: true }))
    await press(screen, lake.getByRole('button', { name: 'Add argument' }))
    const added = lake.getByRole('listitem').filter({ hasText: 'There is water to swim in.' })
    await added.waitFor()
    if (!(await reason.isVisible())) await press(screen, lake.getByText('Add an argument'))
    await reason.fill('It may rain.')
    await press(screen, lake.getByText('Against it', { exact: true }))
    await press(screen, lake.getByRole('button', { name: 'Add argument' }))
    await lake.getByRole('listitem').filter({ hasText: 'It may rain.' }).waitFor()
    await lake.getByRole('img', { name: 'Weight of the arguments: 1 for, 1 against' }).waitFor()

    await press(screen, added.getByRole('button', { name: /Agree/ }))
    await added.getByRole('button', { name: /Agree/, pressed: true }).waitFor()
    await lake.getByRole('img', { name: 'Weight of the arguments: 2 for, 1 against' }).waitFor()

    await page.getByRole('textbox', { name: 'Your comment' }).fill('Who has a grill?\n\nSee example.org')
    await press(screen, page.getByRole('button', { name: 'Add comment' }))
    const comment = page.getByRole('region', { name: /^Discussion/ }).getByRole('listitem')
    await comment.filter({ hasText: 'Who has a grill?' }).waitFor()
    expect(await comment.getByRole('link', { name: 'example.org' }).getAttribute('href')).toBe('https://example.org')

    const { body } = await alice.snapshot()
    expect(body.counts).toMatchObject({ participants: 1, ideas: 1, arguments: 2, comments: 1 })
    expect(body.ideas[0]).toMatchObject({ title: 'At the lake', author: { name: 'Bob' } })
  })
})

it('opens the whole list of those who voted, a part at a time', async () => {
  const alice = await ask(the.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  for (let n = 1; n <= 105; n++) await (await alice.invite(`Voter ${n}`)).vote(idea.id)
  const page = await browser.visit(pageOf(alice), { screen: 'phone' })
  const lake = ideaRow(page, 'At the lake')
  await lake.getByText('Voter 1, Voter 2, Voter 3 and 102 more').waitFor()
  const show = lake.getByRole('link', { name: /^Show everyone/, expanded: false })
  await show.tap()
  await lake.getByText('Voter 100', { exact: true }).waitFor()
  expect(await lake.getByText('Voter 101', { exact: true }).count()).toBe(0)
  await lake.getByRole('button', { name: 'More' }).tap()
  await lake.getByText('Voter 105', { exact: true }).waitFor()
  // Where the button was, reading goes on.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Voter 101')
  await lake.getByRole('link', { name: /^Hide/, expanded: true }).tap()
  await lake.getByText('Voter 105', { exact: true }).waitFor({ state: 'detached' })
  await lake.getByRole('link', { name: /^Show everyone/, expanded: false }).waitFor()
})
