import { chromium, type Browser, type Page } from 'playwright-core'
import { ensureChromium } from '../../scripts/chromium.ts'
import { requestBytes } from '../support/connection.ts'
import { deviceOf, fill } from '../support/fill.ts'
import { once } from '../support/load.ts'
import { newFolder, startFolkmoot } from '../support/processes.ts'
import { expectCount, type Row, type Scale } from '../support/row.ts'
import { fromPage } from '../support/votes.ts'
import { usualQuestion } from './views.ts'

const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: 'en-GB',
}
/** Bob's device; he takes part and has not voted yet. */
const bob = 1_000_000

/** What a first visit loads, and how soon a tap on a phone shows, with a real Chromium. */
export async function measureBrowser({ taps }: Scale): Promise<Row[]> {
  const folder = await newFolder()
  const [question] = await fill(folder, [usualQuestion])
  if (!question) return []
  const server = await startFolkmoot(folder)
  const join = requestBytes('POST', `/api/v1/questions/${question.id}/participants`, fromPage(bob), '{"name":"Bob"}')
  expectCount('status of taking part', (await once(server.port, join)).status, 201)
  const url = `http://127.0.0.1:${server.port}/q/${question.id}`
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  })
  try {
    const { page: loaded, font } = await firstVisit(browser, url)
    const painted = await tapAll(browser, url, question.ideas.slice(0, taps))
    return [
      {
        ...{ what: 'first visit: HTML, CSS and JavaScript, compressed, 24 ideas', unit: 'KB', ours: [loaded] },
        target: { is: 'at most', value: 60 },
      },
      { what: 'first visit: font', unit: 'KB', ours: [font], target: { is: 'at most', value: 40 } },
      {
        ...{ what: 'tap on vote to the painted change, Chromium at a quarter of its speed', unit: 'ms', ours: painted },
        target: { is: 'at most', value: 100 },
        notes: [`${painted.length} taps, each on another idea`],
      },
    ]
  } finally {
    await browser.close()
    await server.stop()
  }
}

async function firstVisit(browser: Browser, url: string): Promise<{ page: number; font: number }> {
  const page = await visit(browser, url)
  const loaded = await page.evaluate(async () => {
    await document.fonts.ready
    return (['navigation', 'resource'] as const)
      .flatMap((type) => performance.getEntriesByType(type) as PerformanceResourceTiming[])
      .map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }))
  })
  await page.context().close()
  const weigh = (kind: RegExp) => {
    const bytes = loaded.filter(({ name }) => kind.test(name)).reduce((sum, one) => sum + one.bytes, 0)
    if (bytes === 0) throw new Error(`The page loaded nothing like ${kind}.`)
    return bytes / 1024
  }
  return { page: weigh(/\/q\/[^/]+$/) + weigh(/\.css$/) + weigh(/\.js$/), font: weigh(/\.woff2$/) }
}

/** Votes for one idea after the other. @returns for each the milliseconds from the tap until the change is on screen */
async function tapAll(browser: Browser, url: string, ideas: string[]): Promise<number[]> {
  const page = await visit(browser, url, deviceOf(bob))
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const painted: number[] = []
  for (const idea of ideas) {
    const id = `vote-${idea}`
    // The button is looked at while the page works, rather than asked for from outside, which would slow it down.
    await page.evaluate((button) => {
      const pressed = () => document.getElementById(button)?.getAttribute('aria-pressed') === 'true'
      const shown = Promise.withResolvers<number>()
      Object.assign(window, { shown: shown.promise })
      const begin = (event: Event) => {
        const tapped = event.timeStamp
        const observer = new MutationObserver(() => {
          if (!pressed()) return
          observer.disconnect()
          // A message that is sent while a frame is being made arrives when that frame is painted.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => shown.resolve(performance.now() - tapped)
            port2.postMessage(null)
          })
        })
        observer.observe(document.body, { subtree: true, childList: true, attributes: true })
      }
      addEventListener('pointerup', begin, { capture: true, once: true })
    }, id)
    await page.locator(`[id="${id}"]`).tap()
    painted.push(await page.evaluate(() => (window as unknown as { shown: Promise<number> }).shown))
    // What the tap set off has ended before the next.
    await page.waitForTimeout(1_000)
  }
  await page.context().close()
  return painted
}

async function visit(browser: Browser, url: string, device?: string): Promise<Page> {
  const context = await browser.newContext(phone)
  if (device !== undefined)
    await context.addCookies([{ name: 'folkmoot', value: device, url, httpOnly: true, sameSite: 'Lax' }])
  const page = await context.newPage()
  await page.goto(url)
  return page
}
