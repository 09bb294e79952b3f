import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { startServer } from '../support/server.ts'
import { pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

describe('the privacy page', () => {
  it('is one step from every page, and says what this server does with what it learns of people', async () => {
    const alice = await ask(the.url)
    const page = await browser.visit(pageOf(alice))
    await page.getByRole('contentinfo').getByRole('link', { name: 'Privacy' }).click()
    await page.getByRole('heading', { level: 1, name: 'Privacy' }).waitFor()
    await page.getByText(`Whoever runs ${new URL(the.url).host}.`).waitFor()
    await page.getByText('Names and devices are kept as long as their question is').waitFor()
  })

  it('names the cookie that is really set, and for how long', async () => {
    const alice = await ask(the.url)
    const answer = await fetch(`${alice.server}/api/v1/questions/${alice.questionId}/participants`, { method: 'POST' })
    const [, name, seconds] = /^([^=]+)=.*Max-Age=(\d+)/i.exec(answer.headers.get('set-cookie') ?? '') ?? []
    const page = await browser.visit(`${the.url}/privacy`, { javaScript: false })
    await page.getByText(`“${name ?? '?'}” recognises this device`).waitFor()
    await page.getByText(`It lasts ${Number(seconds) / 86_400} days.`).waitFor()
  })

  it('says who runs the server, and how long they keep names, where they have set it', async () => {
    const operator = 'Leadership Academy, 1 High Street, privacy@example.org'
    const server = await startServer({ OPERATOR: operator, RETENTION_DAYS: '90', CLIENT_LIMITS: 'off' })
    try {
      const page = await browser.visit(`${server.url}/privacy`)
      await page.getByText(operator, { exact: true }).waitFor()
      await page.getByText('Names and devices are forgotten 90 days after a question closes').waitFor()
      await page.getByText('The server itself does not look at network addresses.').waitFor()

      const alice = await ask(server.url, { title: 'Lunch?' })
      const own = await browser.another(page, pageOf(alice))
      await own.getByRole('textbox', { name: 'Your comment' }).fill('On Sunday.')
      await own.getByRole('button', { name: 'Add comment' }).click()
      await own.getByText('On Sunday.').waitFor()
      await own.goto(`${pageOf(alice)}/me`)
      await own.getByText('Names and devices are forgotten 90 days after the close.').waitFor()
    } finally {
      await server.stop()
    }
  })
})

it('tells whoever takes part how long names are kept, and the owner that it cannot become longer', async () => {
  const alice = await ask(the.url)
  const owner = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  const section = owner.getByRole('region', { name: 'How long names are kept', exact: true })
  const save = async (days: string) => {
    await section.getByRole('textbox', { name: /^Days after the close/ }).fill(days)
    await section.getByRole('button', { name: 'Save' }).click()
  }
  await save('30')
  await section.getByText('Saved.').waitFor()

  const page = await browser.visit(pageOf(alice))
  await page.getByText('Names and devices are forgotten 30 days after the close.').waitFor()
  await (await alice.invite('Bob')).comment('On Sunday.')
  await save('60')
  await owner.getByRole('alert').getByText('rely on names being forgotten after 30 days').waitFor()
  expect((await alice.snapshot()).body.settings.retention).toBe(30)
})
