import { brotliCompressSync, constants } from 'node:zlib'
import type { Response } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** What an answer weighs on the line: as it came, or as it would come compressed. */
async function weigh(response: Response): Promise<number> {
  if (await response.headerValue('content-encoding')) return (await response.request().sizes()).responseBodySize
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }
  return brotliCompressSync(await response.body(), quality).length
}

it('is a first visit of at most 60 KB, with 24 ideas and 50 voters for each', async () => {
  const alice = await ask(the.url, {
    title: 'How should we use the empty room on the ground floor?',
    description:
      'It has been empty since spring, and the rent is paid until next year.\n\nPlease vote for three ideas.',
  })
  const ideas: string[] = []
  for (let n = 1; n <= 24; n++) {
    const description = `Idea ${n} comes with a few words that say what it is about, and why that might be good.`
    const { body } = await alice.addIdea({ title: `A room for purpose number ${n}`, description })
    ideas.push(body.id)
    await alice.argue(body.id, { side: 'pro', text: `It is worth a try, for reason ${n * 7}.` })
    await alice.argue(body.id, { side: 'con', text: `It costs more than it seems: ${n * 13} € a month.` })
  }
  for (let n = 1; n <= 50; n++)
    expect((await (await alice.invite(`Participant ${n}`)).castBallot(ideas)).status).toBe(200)

  const page = await browser.visit(`${the.url}/favicon.svg`, { screen: 'phone' })
  const answers: Response[] = []
  page.on('response', (response) => answers.push(response))
  await page.goto(pageOf(alice), { waitUntil: 'networkidle' })
  await ideaRow(page, 'A room for purpose number 24').getByText('Participant 1, Participant 2').waitFor()
  const weights: Record<string, number> = { document: 0, stylesheet: 0, script: 0, font: 0 }
  for (const answer of answers) {
    const type = answer.request().resourceType()
    if (type === 'font') weights.font = (weights.font ?? 0) + (await answer.body()).length
    else weights[type] = (weights[type] ?? 0) + (await weigh(answer))
  }
  const { document = 0, stylesheet = 0, script = 0, font = 0 } = weights
  expect(document).toBeGreaterThan(1000)
  expect(stylesheet).toBeGreaterThan(1000)
  expect(script).toBeGreaterThan(1000)
  expect(document + stylesheet + script, JSON.stringify(weights)).toBeLessThanOrEqual(60 * 1024)
  expect(font).toBeLessThanOrEqual(40 * 1024)
})
