import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

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

  const page = await browser.visit(pageOf(alice), { screen: 'phone' })
  await ideaRow(page, 'A room for purpose number 24').getByText('Participant 1, Participant 2').waitFor()
  await page.waitForLoadState('networkidle')
  const loaded = await page.evaluate(() =>
    (['navigation', 'resource'] as const)
      .flatMap((type) => performance.getEntriesByType(type))
      .map((entry) => ({ name: entry.name, bytes: (entry as PerformanceResourceTiming).encodedBodySize })),
  )
  const weigh = (kind: RegExp) =>
    loaded.filter(({ name }) => kind.test(name)).reduce((sum, { bytes }) => sum + bytes, 0)
  const [html, css, js, font] = [/\/q\//, /\.css$/, /\.js$/, /\.woff2$/].map(weigh) as [number, number, number, number]
  for (const bytes of [html, css, js, font]) expect(bytes).toBeGreaterThan(1000)
  expect(html + css + js, JSON.stringify({ html, css, js })).toBeLessThanOrEqual(60 * 1024)
  expect(font).toBeLessThanOrEqual(40 * 1024)
})
