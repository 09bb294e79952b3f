import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, takePicture, useBrowser } from '../support/browser.ts'
import { pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** The device of a page votes. */
async function voteOn(page: Page, alice: Owner, idea: string): Promise<void> {
  const url = `${the.url}/api/v1/questions/${alice.questionId}/ideas/${idea}/vote`
  expect((await page.request.put(url, { data: {}, headers: { origin: the.url } })).status()).toBe(200)
}

describe.each([true, false])('a receipt, JavaScript %s', (javaScript) => {
  const screens = [
    { screen: 'phone', scheme: 'light', locale: 'de' },
    { screen: 'desktop', scheme: 'dark', locale: 'en' },
  ] as const
  const words = {
    de: { own: 'Deine Quittung', look: 'Quittung nachschlagen', code: 'Quittung', recount: 'Selbst nachzählen' },
    en: { own: 'Your receipt', look: 'Look up a receipt', code: 'Receipt', recount: 'Recount it yourself' },
  }

  it.each(screens)(
    'is kept while the question is open and finds the ballot once it is closed, on a $screen',
    async (shown) => {
      const alice = await ask(the.url, { title: 'Where shall we meet?' })
      const { body: lake } = await alice.addIdea({ title: 'At the lake' })
      await alice.addIdea({ title: 'In the hut' })
      const said = words[shown.locale]
      const name = `${shown.screen} ${javaScript ? 'with' : 'without'} script`
      const page = await browser.visit(pageOf(alice), { ...shown, javaScript })
      await voteOn(page, alice, lake.id)
      await page.goto(`${pageOf(alice)}/me`)
      const own = page.getByRole('region', { name: said.own, exact: true })
      const receipt = await own.getByRole('textbox', { name: said.code }).inputValue()
      expect(receipt).toMatch(/^([0-9a-f]{4}-){7}[0-9a-f]{4}$/)
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
      await takePicture(page, `receipt ${name}`)
      await page.goto(`${pageOf(alice)}/receipt?receipt=${receipt}`)
      expect(await page.getByRole('textbox').count()).toBe(0)

      await alice.close()
      await page.goto(pageOf(alice))
      const recount = page.getByRole('region', { name: said.recount })
      const { head } = (await alice.snapshot()).body
      expect(await recount.innerText()).toContain(`${head!.slice(0, 8)}…${head!.slice(-8)}`)
      await recount.locator('summary').click()
      expect(await recount.getByRole('textbox').inputValue()).toBe(head)
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
      await takePicture(page, `result with recount ${name}`)
      await recount.getByRole('link', { name: said.look }).click()

      await page.getByRole('textbox', { name: said.code }).fill(` ${receipt.replaceAll('-', '').toUpperCase()}`)
      await page
        .getByRole('button')
        .filter({ hasText: /Find the ballot|Stimmzettel finden/ })
        .click()
      await page.getByRole('heading', { name: /This ballot is counted|Dieser Stimmzettel ist gezählt/ }).waitFor()
      const found = page.getByRole('region', { name: /counted|gezählt/ })
      expect(await found.getByRole('link').allInnerTexts()).toEqual(['At the lake'])
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
      await takePicture(page, `receipt found ${name}`)

      await page
        .getByRole('textbox', { name: said.code })
        .fill(receipt.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))
      await page
        .getByRole('button')
        .filter({ hasText: /Find the ballot|Stimmzettel finden/ })
        .click()
      await page.locator('.field-wrong').waitFor()
      expect(await found.count()).toBe(0)
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
      await takePicture(page, `receipt not found ${name}`)
      expect((await alice.snapshot()).body.ideas.find(({ id }) => id === lake.id)?.votes).toBe(1)
    },
  )
})

describe('a receipt on paper', () => {
  let alice: Owner
  let lake: string
  beforeAll(async () => {
    alice = await ask(the.url)
    lake = (await alice.addIdea({ title: 'At the lake' })).body.id
  })

  it('is printed with its code, and so is the head of the feed', async () => {
    const page = await browser.visit(pageOf(alice))
    await voteOn(page, alice, lake)
    await page.goto(`${pageOf(alice)}/me`)
    const own = page.getByRole('region', { name: 'Your receipt' })
    const receipt = await own.getByRole('textbox').inputValue()
    await page.emulateMedia({ media: 'print' })
    expect(await own.innerText()).toContain(receipt)
    expect(await own.getByRole('img').isVisible()).toBe(true)
    await takePicture(page, 'receipt printed')
    await alice.close()
    await page.goto(pageOf(alice))
    const { head } = (await alice.snapshot()).body
    expect(await page.getByRole('region', { name: 'Recount it yourself' }).innerText()).toContain(head)
    await takePicture(page, 'result printed')
  })

  it('shows nobody how its holder voted, where names are hidden', async () => {
    const bob = await ask(the.url, { title: 'Where shall we meet?', settings: { names: 'hidden' } })
    const { body: hut } = await bob.addIdea({ title: 'In the hut' })
    const page = await browser.visit(pageOf(bob))
    await voteOn(page, bob, hut.id)
    await page.goto(`${pageOf(bob)}/me`)
    const votes = page.getByRole('region', { name: 'Votes' })
    expect(await votes.isVisible()).toBe(true)
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('region', { name: 'Your receipt' }).isVisible()).toBe(true)
    expect(await votes.isVisible()).toBe(false)
    expect(await page.locator('body').innerText()).not.toContain('In the hut')
  })
})
