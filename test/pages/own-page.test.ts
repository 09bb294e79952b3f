import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf, voteButton, votedButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

describe.each([true, false])('what Bob did, JavaScript %s', (javaScript) => {
  let alice: Owner
  let page: Page

  // Bob adds an idea and a comment under his name, votes, argues and agrees.
  beforeEach(async () => {
    alice = await ask(the.url)
    const { body: park } = await alice.addIdea({ title: 'In the park' })
    await alice.argue(park.id, { side: 'con', text: 'It is far away.' })
    page = await browser.visit(pageOf(alice), { javaScript })
    const form = page.getByRole('region', { name: 'Add an idea' })
    await form.getByRole('textbox', { name: 'Your idea in one line' }).fill('At the lake')
    await form.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
    await form.getByRole('button', { name: 'Add idea' }).click()
    await ideaRow(page, 'At the lake').waitFor()
    await voteButton(page, 'In the park').click()
    await votedButton(page, 'In the park').waitFor()
    await page.getByRole('button', { name: /Agree.*It is far away/ }).click()
    await page.getByRole('button', { name: /Agree.*It is far away/, pressed: true }).waitFor()
    await page.getByRole('textbox', { name: 'Your comment' }).fill('Who has a grill?')
    await page.getByRole('button', { name: 'Add comment' }).click()
    await page.getByText('Who has a grill?').waitFor()
    await page.getByRole('link', { name: 'See or change what you did' }).click()
    await page.getByRole('heading', { level: 1, name: 'What you did here' }).waitFor()
  })

  const section = (name: string) => page.getByRole('region', { name, exact: true })

  it('is seen in one place, from where he changes his name and takes back and withdraws', async () => {
    await section('Ideas').getByText('At the lake').first().waitFor()
    await section('Comments').getByText('Who has a grill?').first().waitFor()
    await section('Votes').getByRole('link', { name: 'In the park' }).waitFor()
    await section('Arguments you agree with').getByRole('link', { name: 'It is far away.' }).waitFor()

    await page.getByRole('textbox', { name: /^Your name/ }).fill('Robert')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    expect((await alice.snapshot()).body.ideas.map((idea) => idea.author?.name ?? null)).toContain('Robert')

    await section('Votes')
      .getByRole('button', { name: /^Take back/ })
      .click()
    await section('Votes').waitFor({ state: 'detached' })
    await section('Arguments you agree with')
      .getByRole('button', { name: /^Take back/ })
      .click()
    await section('Arguments you agree with').waitFor({ state: 'detached' })
    expect((await alice.snapshot()).body.counts.votes).toBe(0)

    await section('Comments')
      .getByRole('link', { name: /^Edit or withdraw/ })
      .click()
    const text = page.getByRole('textbox', { name: 'Your comment' })
    await text.fill('Who has a large grill?')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Who has a large grill?').waitFor()

    await ideaRow(page, 'At the lake').getByRole('link', { name: /^Edit/ }).click()
    await page.getByText('Withdraw this idea').click()
    await page.getByRole('button', { name: 'Withdraw the idea' }).click()
    await ideaRow(page, 'In the park').waitFor()
    expect(await ideaRow(page, 'At the lake').count()).toBe(0)
  })

  it('is his to save as a file, which holds what is known of him and nothing of anyone else', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save it as a file' }).click(),
    ])
    expect(download.suggestedFilename()).toBe(`folkmoot-${alice.questionId}.json`)
    const kept = JSON.parse(await readFile(await download.path(), 'utf8')) as Record<string, unknown>
    expect(kept).toMatchObject({
      question: { id: alice.questionId, url: pageOf(alice) },
      participant: { name: 'Bob' },
      votes: [{ title: 'In the park' }],
      ideas: [{ title: 'At the lake', hidden: false }],
      arguments: [],
      agreements: [{ text: 'It is far away.' }],
      comments: [{ text: 'Who has a grill?' }],
    })
    expect(JSON.stringify(kept)).not.toMatch(/Alice|token/)
  })

  it('stays without his name when he leaves and lets it stay', async () => {
    await page.getByRole('link', { name: 'Leave this question' }).click()
    expectProblem(page, /status of 422/)
    await page.getByRole('button', { name: 'Leave' }).click()
    // Nothing is chosen for him.
    await page.getByRole('alert').getByRole('link').waitFor()
    await page.getByRole('radio', { name: 'It stays, without a name' }).check()
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.getByRole('heading', { level: 1, name: 'You are not taking part' }).waitFor()
    const { body } = await alice.snapshot()
    expect(JSON.stringify(body)).not.toContain('Bob')
    expect(body.counts).toMatchObject({ ideas: 2, votes: 1, comments: 1 })
  })

  it('goes with him when he leaves and wants it gone', async () => {
    await page.getByRole('link', { name: 'Leave this question' }).click()
    await page.getByRole('radio', { name: /^It goes as well/ }).check()
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.getByRole('heading', { level: 1, name: 'You are not taking part' }).waitFor()
    const { body } = await alice.snapshot()
    expect(JSON.stringify(body)).not.toContain('Bob')
    expect(body.counts).toMatchObject({ ideas: 1, votes: 0, comments: 0 })
    expect(body.ideas[0]?.cons[0]?.agreements).toBe(0)
  })
})

it('is nothing that somebody could save who takes no part', async () => {
  const alice = await ask(the.url)
  const answer = await fetch(`${pageOf(alice)}/me/download`)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('content-disposition')).toBeNull()
})
