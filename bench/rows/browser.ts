import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core'
import { ensureChromium } from '../../scripts/chromium.ts'
import { requestBytes } from '../support/connection.ts'
import { deviceOf, fill } from '../support/fill.ts'
import { once } from '../support/load.ts'
import { newFolder, pinLoad, startFolkmoot, unpinLoad } from '../support/processes.ts'
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
/** A tap that takes less than this, in milliseconds, a browser tells nothing of. */
const shortest = 16

interface Tapped {
  pressedAt: number | null
  clicks: Pick<PerformanceEventTiming, 'duration' | 'processingEnd'>[]
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
  // A phone has several cores too. On one, painting would wait for the page, which is slowed down by being kept busy.
  unpinLoad()
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
    const notes = [
      `${painted.ours.length} taps, in turn, each on another idea; the browser says in steps of 8 ms when a tap is on screen`,
    ]
    return [
      {
        ...{ what: 'first visit: HTML, CSS and JavaScript, compressed, 24 ideas', unit: 'KB', ours: [loaded] },
        target: { is: 'at most', value: 60 },
      },
      { what: 'first visit: font', unit: 'KB', ours: [font], target: { is: 'at most', value: 40 } },
      {
        ...{
          what: 'tap on vote to the painted change, Chromium at a quarter of its speed',
          unit: 'ms',
          ours: painted.ours,
        },
        target: { is: 'at most', value: 100 },
        notes,
      },
      { what: 'the same tap on a page with nothing but buttons', unit: 'ms', ours: painted.floor, notes },
    ]
  } finally {
    await browser.close()
    pinLoad()
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

/**
 * Votes for one idea after the other, in turn with a page that has nothing but such buttons.
 * @returns for each the milliseconds from the tap until the change is on screen
 */
async function tapAll(browser: Browser, url: string, ideas: string[]): Promise<{ ours: number[]; floor: number[] }> {
  const buttons = ideas.map((idea) => `vote-${idea}`)
  const page = await visit(browser, url, deviceOf(bob))
  const bare = await (await browser.newContext(phone)).newPage()
  await bare.setContent(pageOf(buttons))
  const [slow, slowBare] = [await slowDown(page), await slowDown(bare)]
  const painted = { ours: [] as number[], floor: [] as number[] }
  for (const button of buttons) {
    painted.ours.push(await tap(page, slow, button))
    painted.floor.push(await tap(bare, slowBare, button))
  }
  await page.context().close()
  await bare.context().close()
  return painted
}

/** As little as a page can be on which a tap presses a button. */
function pageOf(buttons: string[]): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Buttons</title>
    <style>button { inline-size: 100%; block-size: 52px } [aria-pressed='true'] { background: #14594a; color: #fff }</style>
    ${buttons.map((id) => `<p><button id="${id}" aria-pressed="false">Vote</button>`).join('')}
    <script>onclick = ({ target }) => { target.ariaPressed = 'true'; target.textContent = 'Voted' }</script>`
}

async function slowDown(page: Page): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  return devtools
}

/** Taps as a finger does. @returns milliseconds from its leaving the glass until the frame is shown that it brought about */
async function tap(page: Page, devtools: CDPSession, button: string): Promise<number> {
  const place = page.locator(`[id="${button}"]`)
  await place.scrollIntoViewIfNeeded()
  await page.waitForTimeout(300)
  const arm = ({ id, shortest }: { id: string; shortest: number }) => {
    const tapped: Tapped = { pressedAt: null, clicks: [] }
    Object.assign(window, { tapped })
    new MutationObserver((_, observer) => {
      if (document.getElementById(id)?.ariaPressed !== 'true') return
      observer.disconnect()
      tapped.pressedAt = performance.now()
    }).observe(document.body, { subtree: true, attributes: true })
    new PerformanceObserver((list) => {
      const clicks = (list.getEntries() as PerformanceEventTiming[]).filter(({ name }) => name === 'click')
      tapped.clicks.push(...clicks.map(({ duration, processingEnd }) => ({ duration, processingEnd })))
    }).observe({ type: 'event', durationThreshold: shortest } as PerformanceObserverInit)
  }
  await page.evaluate(arm, { id: button, shortest })
  const { x, y, width, height } = (await place.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const touchPoints = [{ x: x + width / 2, y: y + height / 2 }]
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
  await page.waitForTimeout(80)
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  // What the tap set off has ended before the next.
  await page.waitForTimeout(1_000)
  const { pressedAt, clicks } = await page.evaluate(() => (window as unknown as { tapped: Tapped }).tapped)
  const [click] = clicks
  // Else the frame would not show it.
  if (pressedAt === null || (click && pressedAt > click.processingEnd))
    throw new Error('The tap was answered before the button was pressed.')
  return click?.duration ?? shortest
}

async function visit(browser: Browser, url: string, device?: string): Promise<Page> {
  const context = await browser.newContext(phone)
  if (device !== undefined)
    await context.addCookies([{ name: 'folkmoot', value: device, url, httpOnly: true, sameSite: 'Lax' }])
  const page = await context.newPage()
  await page.goto(url)
  return page
}
