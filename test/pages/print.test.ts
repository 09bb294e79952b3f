import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { useBrowser } from '../support/browser.ts'
import { fullQuestion, ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

it('makes a handout: the question, its ideas and reasons, and the way back to the page', async () => {
  const { alice } = await fullQuestion(the.url)
  const page = await browser.visit(pageOf(alice))
  await page.emulateMedia({ media: 'print' })
  const visible = (selector: string) => page.locator(selector).filter({ visible: true }).count()
  for (const selector of ['form', 'button', 'input', 'textarea', '.button', 'nav', '.skip', 'footer'])
    expect(await visible(selector), selector).toBe(0)
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true)
  const lake = ideaRow(page, 'At the lake')
  await lake.getByText('There is water to swim in.', { exact: true }).waitFor()
  await lake.getByText('Bob, Charlie, שרה לוי and 5 more').waitFor()
  expect(await page.getByText(pageOf(alice)).isVisible()).toBe(true)
  expect(await page.getByRole('img', { name: 'QR code of the public link' }).isVisible()).toBe(true)
  expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(1000)
})
