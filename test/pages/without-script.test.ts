import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, picture, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()
const off = { javaScript: false } as const

describe('with JavaScript switched off', () => {
  it('Alice asks, adds the first idea, and has her links', async () => {
    const page = await browser.visit(the.url, { ...off, screen: 'phone' })
    await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill('Where shall we meet?')
    await page.getByText('Add a description').tap()
    await page.getByRole('textbox', { name: 'Description' }).fill('Everybody is welcome. #party')
    await page.getByRole('button', { name: 'Ask this question' }).tap()
    const ready = page.getByRole('region', { name: 'Your question is ready' })
    const secret = await ready.getByRole('textbox', { name: 'Owner link, secret' }).inputValue()
    expect(secret).toMatch(/\/admin#[\w-]{22,}$/)
    expect(await page.getByRole('link', { name: '#party' }).count()).toBe(1)
    // A button that could do nothing here is not there.
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0)

    await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('At the lake')
    await page
      .getByRole('textbox', { name: /^Your name/ })
      .first()
      .fill('Alice')
    await page.getByRole('button', { name: 'Add idea' }).tap()
    await ideaRow(page, 'At the lake').waitFor()
    await page.getByText('You take part as Alice.').waitFor()
    await page.goto(page.url())
    expect(await page.content()).not.toContain(secret.split('#')[1])
  })

  it('Bob reads, votes, argues, agrees, comments, adds and changes an idea, and chooses an order', async () => {
    const alice = await ask(the.url, { title: 'Where shall we meet?', description: 'See https://example.org/map' })
    const { body: park } = await alice.addIdea({ title: 'In the park' })
    await alice.argue(park.id, { side: 'con', text: 'It is far away.' })
    await alice.addIdea({ title: 'At the lake' })
    const page = await browser.visit(pageOf(alice), off)
    await page.getByRole('link', { name: 'https://example.org/map' }).waitFor()

    await voteButton(page, 'At the lake').click()
    const lake = ideaRow(page, 'At the lake')
    await lake.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
    await lake.getByRole('button', { name: 'Vote', exact: true }).click()
    await votedButton(page, 'At the lake').waitFor()
    await lake.getByText('Bob', { exact: true }).waitFor()
    expect(page.url()).toContain('#idea-')
    await voteButton(page, 'In the park').click()
    await votedButton(page, 'In the park').click()
    await ideaRow(page, 'In the park').getByText('No votes yet').waitFor()

    await lake.getByText('Add the first argument').click()
    await lake.getByRole('textbox', { name: 'Your argument' }).fill('There is water to swim in.')
    expectProblem(page, /status of 4/)
    await lake.getByRole('button', { name: 'Add argument' }).click()
    await errorSummary(page)
      .getByRole('link', { name: /for or against/ })
      .waitFor()
    expect(await lake.getByRole('textbox', { name: 'Your argument' }).inputValue()).toBe('There is water to swim in.')
    await lake.getByText('For it', { exact: true }).click()
    await lake.getByRole('button', { name: 'Add argument' }).click()
    await lake.getByRole('listitem').filter({ hasText: 'There is water to swim in.' }).waitFor()
    await page.getByRole('button', { name: /Agree.*It is far away/ }).click()
    await page.getByRole('button', { name: /Agree.*It is far away/, pressed: true }).waitFor()

    await page.getByRole('textbox', { name: 'Your comment' }).fill('Who has a grill?')
    await page.getByRole('button', { name: 'Add comment' }).click()
    await page.getByText('Who has a grill?').waitFor()

    const form = page.getByRole('region', { name: 'Add an idea' })
    await form.getByRole('textbox', { name: 'Your idea in one line' }).fill('On a boat')
    await form.getByText('Add a description, link, video or picture').click()
    await form.getByLabel('Picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await picture() })
    await form.getByRole('button', { name: 'Add idea' }).click()
    await ideaRow(page, 'On a boat').getByRole('img', { name: 'Picture for: On a boat' }).waitFor()
    await ideaRow(page, 'On a boat').getByRole('link', { name: /^Edit/ }).click()
    await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('On a ship')
    await page.getByRole('checkbox', { name: 'Remove this picture' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await ideaRow(page, 'On a ship').waitFor()
    expect(
      await ideaRow(page, 'On a ship')
        .getByRole('img', { name: /^Picture/ })
        .count(),
    ).toBe(0)

    const titles = () => page.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()
    expect(await titles()).toEqual(['At the lake', 'In the park', 'On a ship'])
    for (const [order, expected] of [
      ['Newest', ['On a ship', 'At the lake', 'In the park']],
      ['Oldest', ['In the park', 'At the lake', 'On a ship']],
      ['Most discussed', ['In the park', 'At the lake', 'On a ship']],
      ['Most votes', ['At the lake', 'In the park', 'On a ship']],
    ] as const) {
      await page.getByRole('link', { name: order, exact: true }).click()
      expect(await page.getByRole('link', { name: order, exact: true }).getAttribute('aria-current')).toBe('true')
      expect(await titles(), order).toEqual(expected)
    }
    await page.getByRole('link', { name: 'Shuffled' }).click()
    const shuffled = await titles()
    for (let again = 0; again < 3; again++) {
      await page.reload()
      expect(await titles()).toEqual(shuffled)
    }
    // A vote keeps the reader's order.
    await voteButton(page, 'In the park').click()
    await votedButton(page, 'In the park').waitFor()
    expect(await titles()).toEqual(shuffled)
  })

  it('Bob opens the list of those who voted on a page of its own, in parts', async () => {
    const alice = await ask(the.url)
    const { body: idea } = await alice.addIdea({ title: 'At the lake' })
    for (let n = 1; n <= 105; n++) await (await alice.invite(`Voter ${n}`)).vote(idea.id)
    const page = await browser.visit(pageOf(alice), off)
    await page.getByRole('link', { name: /^Show everyone/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Who voted for this' }).waitFor()
    expect(await page.getByRole('main').getByRole('listitem').count()).toBe(100)
    await page.getByRole('link', { name: 'More' }).click()
    expect(await page.getByRole('main').getByRole('listitem').allInnerTexts()).toEqual(
      [101, 102, 103, 104, 105].map((n) => `Voter ${n}`),
    )
    await page.getByRole('link', { name: 'From the first' }).click()
    await page.getByText('Voter 1', { exact: true }).waitFor()
  })

  it('Bob reads earlier comments page by page', async () => {
    const alice = await ask(the.url)
    const bob = await alice.invite('Bob')
    for (let n = 1; n <= 60; n++) expect((await bob.comment(`Thought number ${n}.`)).status).toBe(201)
    const page = await browser.visit(pageOf(alice), off)
    await page.getByText('Thought number 60.').waitFor()
    expect(await page.getByText('Thought number 1.').count()).toBe(0)
    await page.getByRole('link', { name: 'Earlier comments' }).click()
    await page.getByText('Thought number 1.').waitFor()
    expect(await page.getByText('Thought number 60.').count()).toBe(0)
    await page.getByRole('link', { name: 'Newest comments' }).click()
    await page.getByText('Thought number 60.').waitFor()
  })

  it('Alice changes settings, closes, decides, and the page shows the decision on top', async () => {
    const alice = await ask(the.url)
    const { body: lake } = await alice.addIdea({ title: 'At the lake' })
    await alice.addIdea({ title: 'In the park' })
    await (await alice.invite('Bob')).vote(lake.id)
    const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, off)

    const rights = page.getByRole('region', { name: 'What people may do' })
    await rights.getByRole('checkbox', { name: 'Add ideas' }).uncheck()
    await rights.getByRole('button', { name: 'Save' }).click()
    await rights.getByText('Saved.').waitFor()
    const deadline = page.getByRole('region', { name: 'Until when' })
    await deadline.getByLabel('Deadline').fill('2030-05-04T18:30')
    await deadline.getByRole('button', { name: 'Save' }).click()
    await deadline.getByText('Saved.').waitFor()
    const { body: set } = await alice.snapshot()
    expect(set.settings).toMatchObject({ newIdeas: false, newArguments: true, comments: true })
    // Without script nobody knows Alice's zone; the field says that it is the server's.
    expect(set.closesAt).toBe('2030-05-04T18:30:00.000Z')
    expect(await deadline.innerText()).toContain('UTC')

    await page.getByRole('button', { name: 'Close now' }).click()
    await page.getByRole('link', { name: 'Record the decision' }).click()
    await page.getByRole('checkbox', { name: /At the lake/ }).check()
    await page
      .getByRole('textbox', { name: /^What was decided, and why/ })
      .fill('We meet at the lake.\n\nThe park is far.')
    await page.getByRole('button', { name: 'Record the decision' }).click()
    const decided = page.getByRole('region', { name: 'What was decided' })
    await decided.getByRole('link', { name: 'At the lake' }).waitFor()
    await decided.getByText('The park is far.').waitFor()
    expect(await page.getByRole('heading', { level: 2 }).first().innerText()).toBe('What was decided')
    expect(await page.getByRole('article').getByRole('button').count()).toBe(0)
  })
})
