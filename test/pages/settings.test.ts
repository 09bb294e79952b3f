import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

async function ownerPage(alice: Owner): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  return page
}

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function save(page: Page, name: string): Promise<void> {
  await section(page, name).getByRole('button', { name: 'Save' }).click()
  await section(page, name).getByText('Saved.').waitFor()
}

/** Bob's page, seen anew. */
async function look(bob: Page, alice: Owner): Promise<Page> {
  await bob.goto(pageOf(alice))
  return bob
}

it('hides from Bob what Alice switches off, and refuses it as well; Alice herself may go on', async () => {
  const alice = await ask(the.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake' })
  const bob = await alice.invite('Bob')
  const owner = await ownerPage(alice)
  const page = await browser.visit(pageOf(alice))
  const hers = await browser.another(owner, pageOf(alice))
  for (const { box, button, send, code } of [
    { box: 'Add ideas', button: 'Add idea', send: () => bob.addIdea({ title: 'Mine' }), code: 'new_ideas_off' },
    {
      box: 'Add arguments',
      button: 'Add argument',
      send: () => bob.argue(idea.id, { side: 'pro', text: 'Mine' }),
      code: 'new_arguments_off',
    },
    { box: 'Join the discussion', button: 'Add comment', send: () => bob.comment('Mine'), code: 'comments_off' },
  ]) {
    const there = async (on: Page) => (await on.getByRole('button', { name: button, includeHidden: true }).count()) > 0
    // A page may be a second old when it comes, and then is brought up to date while it is looked at.
    await look(page, alice)
    await expect.poll(() => there(page), { message: button }).toBe(true)
    await owner.getByRole('checkbox', { name: box }).uncheck()
    await save(owner, 'What people may do')
    await look(page, alice)
    await expect.poll(() => there(page), { message: button }).toBe(false)
    expect((await send()).problem.code).toBe(code)
    await hers.goto(pageOf(alice))
    expect(await there(hers), `${button} for Alice`).toBe(true)
    await owner.getByRole('checkbox', { name: box }).check()
    await save(owner, 'What people may do')
    expect((await send()).status).toBe(201)
  }
})

it('hides from Bob the ways to agree and to add pictures and links where Alice switches them off', async () => {
  const alice = await ask(the.url)
  const { body: idea } = await alice.addIdea({ title: 'At the lake', link: 'https://example.org/lake' })
  await alice.argue(idea.id, { side: 'pro', text: 'There is water.' })
  const owner = await ownerPage(alice)
  for (const box of ['Agree with arguments', 'Add pictures', 'Add links'])
    await owner.getByRole('checkbox', { name: box }).uncheck()
  await save(owner, 'What people may do')
  const ways = async (on: Page) => [
    await on.getByRole('button', { name: /^Agree/ }).count(),
    await on.locator('#add-idea input[name=link]').count(),
    await on.locator('#add-idea input[type=file]').count(),
  ]
  const page = await browser.visit(pageOf(alice))
  expect(await ways(page)).toEqual([0, 0, 0])
  await ideaRow(page, 'At the lake')
    .getByRole('link', { name: /example\.org/ })
    .waitFor()
  expect(await ways(await browser.another(owner, pageOf(alice)))).toEqual([0, 1, 1])
  for (const box of ['Agree with arguments', 'Add pictures', 'Add links'])
    await owner.getByRole('checkbox', { name: box }).check()
  await save(owner, 'What people may do')
  await look(page, alice)
  await expect.poll(() => ways(page)).toEqual([1, 1, 1])
})

it('counts votes and ideas down where Alice limits them', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  await alice.addIdea({ title: 'In the park' })
  const owner = await ownerPage(alice)
  const votes = owner.getByRole('textbox', { name: 'Votes per person' })
  await votes.fill('many')
  await section(owner, 'How much each person may do').getByRole('button', { name: 'Save' }).click()
  await errorSummary(owner)
    .getByRole('link', { name: /whole number from 1 to 1000/ })
    .waitFor()
  expect(await votes.inputValue()).toBe('many')
  await votes.fill('1')
  await owner.getByRole('textbox', { name: 'Ideas per person' }).fill('1')
  await save(owner, 'How much each person may do')
  expect((await alice.snapshot()).body.settings).toMatchObject({ votesPerParticipant: 1, ideasPerParticipant: 1 })

  const page = await browser.visit(pageOf(alice))
  await page.getByText('Everybody has one vote here.').waitFor()
  await voteButton(page, 'At the lake').click()
  await ideaRow(page, 'At the lake').getByRole('button', { name: 'Vote', exact: true }).click()
  await votedButton(page, 'At the lake').waitFor()
  await page.getByText('You have used all your votes.').waitFor()
  expectProblem(page, /status of 409/)
  await voteButton(page, 'In the park').click()
  await ideaRow(page, 'In the park')
    .getByText(/used all your votes. Take one back/)
    .waitFor()
  expect(await voteButton(page, 'In the park').getAttribute('aria-pressed')).toBe('false')

  await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('On a boat')
  await page.getByRole('button', { name: 'Add idea' }).click()
  await ideaRow(page, 'On a boat').waitFor()
  await page.getByText('You have added as many ideas as the owner allows each person.').waitFor()
  expect(await page.getByRole('button', { name: 'Add idea' }).count()).toBe(0)
})

it('says how long texts may be where Alice bounds them, and keeps what was typed', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const owner = await ownerPage(alice)
  const lengths = section(owner, 'How long texts may be')
  await lengths.getByRole('textbox', { name: 'Comment' }).fill('9')
  await lengths.getByRole('button', { name: 'Save' }).click()
  await errorSummary(owner)
    .getByRole('link', { name: /whole number from 10 to 5000/ })
    .waitFor()
  await lengths.getByRole('textbox', { name: 'Comment' }).fill('12')
  await lengths.getByRole('textbox', { name: 'Title of an idea' }).fill('10')
  await save(owner, 'How long texts may be')
  const page = await browser.visit(pageOf(alice))
  await page.getByText(/At most 10 characters\./).waitFor()
  const field = page.getByRole('textbox', { name: 'Your comment' })
  await field.fill('Thirteen char')
  expectProblem(page, /status of 400/)
  await page.getByRole('button', { name: 'Add comment' }).click()
  await page
    .getByText(/13 .*12/)
    .first()
    .waitFor()
  expect(await field.inputValue()).toBe('Thirteen char')
  await field.fill('Twelve chars')
  await page.getByRole('button', { name: 'Add comment' }).click()
  await page.locator('#discussion').getByText('Twelve chars').waitFor()
})

it('says how many votes somebody has cast when Alice allows fewer', async () => {
  const alice = await ask(the.url)
  const ideas = await Promise.all(['A', 'B', 'C'].map(async (title) => (await alice.addIdea({ title })).body.id))
  await (await alice.invite('Bob')).castBallot(ideas)
  const owner = await ownerPage(alice)
  const limits = section(owner, 'How much each person may do')
  await limits.getByRole('textbox', { name: 'Votes per person' }).fill('2')
  await limits.getByRole('button', { name: 'Save' }).click()
  const said = 'Somebody has cast 3 votes already. Choose at least 3.'
  await errorSummary(owner).getByRole('link', { name: said }).waitFor()
  await limits.getByText(said).waitFor()
  expect(await owner.getByText(/whole number/).count()).toBe(0)
})

it('insists on a name only where Alice does', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const owner = await ownerPage(alice)
  await owner.getByRole('radio', { name: 'People must give a name' }).check()
  await save(owner, 'Names')
  const page = await browser.visit(pageOf(alice))
  await voteButton(page, 'At the lake').click()
  const lake = ideaRow(page, 'At the lake')
  const vote = lake.getByRole('button', { name: 'Vote', exact: true })
  await vote.click()
  await errorSummary(page)
    .getByRole('link', { name: /Please give a name/ })
    .waitFor()
  expect((await alice.snapshot()).body.counts.votes).toBe(0)
  await lake.getByRole('textbox', { name: /^Your name/ }).fill('Bob')
  await vote.click()
  await votedButton(page, 'At the lake').waitFor()
})

it('begins with the order that Alice chose', async () => {
  const alice = await ask(the.url)
  for (const title of ['At the lake', 'In the park', 'On a boat']) await alice.addIdea({ title })
  const owner = await ownerPage(alice)
  await owner.getByRole('radio', { name: 'Newest' }).check()
  await save(owner, 'Order of the ideas')
  const page = await browser.visit(pageOf(alice))
  const titles = () => page.getByRole('article').getByRole('heading', { level: 3 }).allInnerTexts()
  expect(await titles()).toEqual(['On a boat', 'In the park', 'At the lake'])
  await owner.getByRole('radio', { name: 'Shuffled' }).check()
  await save(owner, 'Order of the ideas')
  await look(page, alice)
  expect((await titles()).sort()).toEqual(['At the lake', 'In the park', 'On a boat'])
})

it('changes what people read, and sets, moves and removes the deadline in her own time zone', async () => {
  const alice = await ask(the.url)
  const owner = await ownerPage(alice)
  await owner.getByRole('textbox', { name: 'Question', exact: true }).fill('Where do we meet?')
  await section(owner, 'What people read').getByRole('textbox', { name: 'Description' }).fill('In May.')
  await save(owner, 'What people read')
  const deadline = section(owner, 'Until when')
  // Her browser is in Berlin, the server in UTC.
  await deadline.getByText('Europe/Berlin').waitFor()
  await deadline.getByLabel('Deadline').fill('2030-07-04T18:30')
  await save(owner, 'Until when')
  expect((await alice.snapshot()).body).toMatchObject({
    title: 'Where do we meet?',
    description: 'In May.',
    closesAt: '2030-07-04T16:30:00.000Z',
  })
  await owner.reload()
  await expect.poll(() => deadline.getByLabel('Deadline').inputValue()).toBe('2030-07-04T18:30')
  const page = await browser.visit(pageOf(alice))
  await page.getByText(/4 July 2030 at 18:30 (CEST|GMT\+2)/).waitFor()

  await deadline.getByLabel('Deadline').fill('2020-01-01T00:00')
  await deadline.getByRole('button', { name: 'Save' }).click()
  await errorSummary(owner)
    .getByRole('link', { name: /passed already/ })
    .waitFor()
  expect(await deadline.getByLabel('Deadline').inputValue()).toBe('2020-01-01T00:00')
  await deadline.getByRole('button', { name: 'Remove the deadline' }).click()
  await deadline.getByText('Saved.').waitFor()
  expect((await alice.snapshot()).body.closesAt).toBeNull()
})

it('is closed to Bob and Charlie, page by page', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await browser.visit(pageOf(alice))
  await voteButton(page, 'At the lake').click()
  await ideaRow(page, 'At the lake').getByRole('button', { name: 'Vote', exact: true }).click()
  await votedButton(page, 'At the lake').waitFor()
  for (const path of ['/admin', '/admin/contributions', '/admin/decision']) {
    await page.goto(pageOf(alice) + path)
    await page.getByRole('heading', { level: 1, name: 'Open the owner’s page' }).waitFor()
    expect(page.url()).toBe(`${pageOf(alice)}/admin`)
  }
})
