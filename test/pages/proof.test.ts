import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Newcomer } from '../attack/stranger.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { ideaRow, pageOf, picture, votedButton, voteButton } from './stage.ts'

const browser = useBrowser()
/** The network that everyone here is in; fifteen begin there without a proof. */
const address = '203.0.113.7'
const context = { extraHTTPHeaders: { 'x-forwarded-for': address } }

let server: TestServer
beforeAll(async () => {
  server = await startServer({ TRUST_PROXY: 'loopback', CLIENT_LIMITS: '0.05' })
})
afterAll(() => server.stop())

/** A question on which many have just begun. */
async function crowded(): Promise<Owner> {
  const alice = await ask(server.url, { title: 'Where shall we meet?' })
  const idea = (await alice.addIdea({ title: 'At the lake' })).body.id
  const before = Array.from({ length: 15 }, () => new Newcomer(alice, address).vote(idea))
  for (const { status } of await Promise.all(before)) expect(status).toBe(200)
  return alice
}

describe('where many have just begun to take part in one network', () => {
  it('the script works for a newcomer beside the page, and keeps what was typed', async () => {
    const alice = await crowded()
    const page = await browser.visit(pageOf(alice), { screen: 'phone', context })
    await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('In the garden')
    await page
      .getByRole('region', { name: 'Add an idea' })
      .getByRole('textbox', { name: /^Your name/ })
      .fill('Bob')
    await page.getByRole('button', { name: 'Add idea' }).click()
    await ideaRow(page, 'In the garden').waitFor()
    await voteButton(page, 'At the lake').click()
    await votedButton(page, 'At the lake').waitFor()
    await expect.poll(async () => (await alice.snapshot()).body.counts).toMatchObject({ ideas: 2, votes: 16 })
    const added = (await alice.snapshot()).body.ideas.find(({ title }) => title === 'In the garden')
    expect(added).toMatchObject({ author: { name: 'Bob' } })
  })

  it('a newcomer without script waits a little, and loses nothing', async () => {
    const alice = await crowded()
    const page = await browser.visit(pageOf(alice), { screen: 'narrow', javaScript: false, context })
    await page.getByRole('textbox', { name: 'Your idea in one line' }).fill('In the garden')
    await page
      .getByRole('region', { name: 'Add an idea' })
      .getByRole('textbox', { name: /^Your name/ })
      .fill('Bob')
    const file = { name: 'garden.png', mimeType: 'image/png', buffer: await picture() }
    await page.getByText('Add a description, link, video or picture').click()
    await page.getByLabel('Picture').setInputFiles(file)
    expectProblem(page, /428/)
    await page.getByRole('button', { name: 'Add idea' }).click()
    await page.getByRole('heading', { name: 'One moment before you begin' }).waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    await takePicture(page, 'waiting to begin')

    // Pressed too early, it is the same page with less to wait for.
    const goOn = page.getByRole('button', { name: 'Go on' })
    const added = ideaRow(page, 'In the garden')
    const press = async () => {
      if (await goOn.isVisible()) await goOn.click()
      return await added.isVisible()
    }
    await expect.poll(press, { timeout: 60_000, interval: 1_000 }).toBe(true)
    const { ideas } = (await alice.snapshot()).body
    expect(ideas.find(({ title }) => title === 'In the garden')).toMatchObject({
      author: { name: 'Bob' },
      image: { width: 640 },
    })
  })

  it('a browser that has no means to work is led to the page on which one waits', async () => {
    const alice = await crowded()
    const page = await browser.visit(pageOf(alice), { scheme: 'dark', locale: 'de', context })
    await page.evaluate(() => Reflect.deleteProperty(globalThis, 'Worker'))
    await page.getByRole('textbox', { name: 'Deine Idee in einer Zeile' }).fill('Im Garten')
    expectProblem(page, /428/)
    await page.getByRole('button', { name: 'Idee beitragen' }).click()
    await page.getByRole('heading', { name: 'Einen Moment noch' }).waitFor()
    expect(await page.locator('input[name=title]').inputValue()).toBe('Im Garten')
    await expectAccessible(page)
    await takePicture(page, 'waiting to begin in the dark')
  })
})
