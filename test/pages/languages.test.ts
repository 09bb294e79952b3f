import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { readMessages } from '../../scripts/messages.ts'
import { useServer } from '../api/expectations.ts'
import { useBrowser, expectProblem } from '../support/browser.ts'
import { fullQuestion, pageOf, type Full } from './stage.ts'

const the = useServer()
const browser = useBrowser()

let full: Full
let closed: Full
beforeAll(async () => {
  full = await fullQuestion(the.url, new Date(Date.now() + 3 * 24 * 60 * 60 * 1000).toISOString())
  closed = await fullQuestion(the.url)
  await closed.alice.close()
  await closed.alice.decide({ ideas: [closed.ideas.lake], statement: '' })
})

const english = readMessages('en')
const german = readMessages('de')
/** English sentences that are not German as well, as patterns: what stands in braces can be anything. */
const englishOnly = Object.entries(english)
  .filter(([key, text]) => german[key] !== text && !/, (plural|select)/.test(text) && text.length > 3)
  .map(([, text]) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]*\}/g, '.+'))
  .filter((pattern) => /\p{L}{3}/u.test(pattern.replaceAll('.+', '')))
const speaksEnglish = new RegExp(`^(${englishOnly.join('|')})$`)

/** Everything that a page says to eyes and ears: its texts, and what its attributes tell. */
async function saidOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const said = [document.title]
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode())
      if (!texts.currentNode.parentElement?.closest('script, style, [lang="en"]'))
        said.push(texts.currentNode.textContent ?? '')
    for (const element of document.body.querySelectorAll('*'))
      for (const name of [
        'aria-label',
        'placeholder',
        'title',
        'alt',
        'value',
        'data-done',
        'data-next',
        'data-somebody',
      ])
        if (element.tagName !== 'OPTION' && element.hasAttribute(name)) said.push(element.getAttribute(name) ?? '')
    return said.map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean)
  })
}

describe('a browser that wants German', () => {
  it('gets German, on every page', async () => {
    const page = await browser.visit(the.url, { locale: 'de' })
    const check = async (path: string) => {
      await page.goto(the.url + path)
      expect(await page.evaluate(() => document.documentElement.lang), path).toBe('de')
      expect(
        (await saidOn(page)).filter((text) => speaksEnglish.test(text)),
        path,
      ).toEqual([])
    }
    const { questionId, asked } = full.alice
    await check('/')
    await check(`/q/${questionId}`)
    await check(`/q/${questionId}/ideas/${full.ideas.lake}/voters`)
    await check(`/q/${questionId}/me`)
    await check(`/q/${questionId}/admin`)
    await page.goto(`${the.url}/admin/${questionId}/${asked.adminToken}`)
    await check(`/q/${questionId}`)
    await check(`/q/${questionId}/admin`)
    await check(`/q/${questionId}/admin/contributions`)
    await check(`/q/${questionId}/ideas/${full.ideas.lake}/edit`)
    await page.goto(`${the.url}/admin/${closed.alice.questionId}/${closed.alice.asked.adminToken}`)
    await check(`/q/${closed.alice.questionId}`)
    await check(`/q/${closed.alice.questionId}/admin`)
    await check(`/q/${closed.alice.questionId}/admin/decision`)
    expectProblem(page, /status of 404/)
    await check('/q/nothing0000')
  })

  it('is refused in German, and reads dates, numbers and lists as Germans write them', async () => {
    const page = await browser.visit(the.url, { locale: 'de' })
    await page.getByRole('button', { name: 'Frage stellen' }).click()
    await page.getByRole('alert').waitFor()
    expect((await saidOn(page)).filter((text) => speaksEnglish.test(text))).toEqual([])
    await page.goto(pageOf(full.alice))
    await page.getByText('Bob, Charlie, שרה לוי und 5 weitere', { exact: true }).waitFor()
    await page.getByText(/\d+\. \p{L}+ \d{4} um \d\d:\d\d (MEZ|MESZ)/u).waitFor()
    await page.getByText('9 Personen machen mit', { exact: true }).waitFor()
  })
})

it.each([true, false])(
  'switches the language, stays where it was, and remembers it; JavaScript %s',
  async (javaScript) => {
    const address = `${pageOf(full.alice)}?order=newest`
    const page = await browser.visit(address, { javaScript })
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.getByRole('button', { name: 'English' }).getAttribute('aria-current')).toBe('true')
    await page.getByRole('button', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { level: 2, name: 'Ideen', exact: true }).waitFor()
    expect(page.url()).toBe(address)
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    const another = await browser.another(page, the.url)
    expect(await another.locator('html').getAttribute('lang')).toBe('de')
    await another.getByRole('button', { name: 'English' }).click()
    await another.getByRole('heading', { level: 1, name: 'What do you want to decide?' }).waitFor()
  },
)

it('leads nowhere else, whatever the form of the language switch says', async () => {
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '']) {
    const answer = await fetch(`${the.url}/language`, {
      method: 'POST',
      body: new URLSearchParams({ language: 'de', back }),
      headers: { origin: the.url },
      redirect: 'manual',
    })
    expect(answer.status).toBe(303)
    expect(new URL(answer.headers.get('location') ?? '', the.url).origin).toBe(the.url)
  }
})
