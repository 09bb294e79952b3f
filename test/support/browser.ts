import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe, { type AxeResults } from 'axe-core'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'

const screens = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  /** The narrowest phone there is; nothing may scroll sideways on it. */
  narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} satisfies Record<string, BrowserContextOptions>

export interface Visit {
  screen?: keyof typeof screens
  scheme?: 'light' | 'dark'
  javaScript?: boolean
  locale?: 'en' | 'de'
  /** Whatever else Playwright's contexts can be told. */
  context?: BrowserContextOptions
}

export interface TestBrowser {
  /**
   * Opens an address as a person on a device of their own: no cookies yet.
   * When the test ends, so does the visit, and the test fails if anything went wrong on the page.
   */
  visit(url: string, visit?: Visit): Promise<Page>
  /** Another page of the same device, with its cookies. */
  another(page: Page, url: string): Promise<Page>
}

/** How each device was set up. */
const devices = new WeakMap<BrowserContext, BrowserContextOptions>()
/** What went wrong on a page, as it happened. */
const problems = new WeakMap<Page, string[]>()
const expected = new WeakMap<Page, RegExp[]>()

/** For a file of tests: starts Chromium before the first of them and closes it after the last. */
export function useBrowser(): TestBrowser {
  let browser: Browser
  let pages: Page[] = []

  beforeAll(async () => {
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath: inject('chromium'), args: [...sandbox, ...quiet] })
  })
  afterAll(async () => {
    await browser.close()
  })
  afterEach(async ({ task }) => {
    const open = pages.filter((page) => !page.isClosed())
    if (task.result?.state === 'fail') {
      for (const [n, page] of open.entries()) await save(page, `failed ${task.name} ${n + 1}`)
    }
    const visited = pages
    pages = []
    for (const page of open) await page.context().close()
    for (const page of visited) expectCleanPage(page)
  })

  async function open(page: Page, url: string): Promise<Page> {
    pages.push(page)
    watch(page, new URL(url).origin)
    await page.addInitScript(tellViolations)
    await page.goto(url)
    return page
  }

  return {
    async visit(url, { screen = 'desktop', scheme = 'light', javaScript = true, locale = 'en', context = {} } = {}) {
      const options = {
        ...screens[screen],
        colorScheme: scheme,
        javaScriptEnabled: javaScript,
        locale: locale === 'de' ? 'de-DE' : 'en-GB',
        timezoneId: 'Europe/Berlin',
        ...context,
      }
      const device = await browser.newContext(options)
      devices.set(device, options)
      device.setDefaultTimeout(15_000)
      return open(await device.newPage(), url)
    },
    async another(page, url) {
      return open(await page.context().newPage(), url)
    },
  }
}

/** Chromium makes requests of its own, for updates and the like; a test wants none of them. */
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Runs in every page before its own scripts: what its Content-Security-Policy stopped counts as an error of the page. */
function tellViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, disposition }) => {
    console.error(`Content-Security-Policy (${disposition}): ${effectiveDirective} stopped ${blockedURI}`)
  })
}

function watch(page: Page, origin: string): void {
  const found: string[] = []
  problems.set(page, found)
  page.on('pageerror', (error) => found.push(`uncaught error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    found.push(`console error: ${message.text()} (${message.location().url})`)
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.origin !== origin && !['data:', 'blob:', 'about:'].includes(url.protocol))
      found.push(`request to another origin: ${request.method()} ${url.href}`)
  })
}

/** Says beforehand what may go wrong on a page, such as Chromium's note that a form was answered with 422. */
export function expectProblem(page: Page, problem: RegExp): void {
  expected.set(page, [...(expected.get(page) ?? []), problem])
}

/** What went wrong on a page so far, expected or not. */
export function problemsOf(page: Page): readonly string[] {
  return problems.get(page) ?? []
}

/** Nothing went wrong on this page so far. Happens by itself at the end of every test. */
export function expectCleanPage(page: Page): void {
  const allowed = expected.get(page) ?? []
  const found = (problems.get(page) ?? []).filter((problem) => !allowed.some((pattern) => pattern.test(problem)))
  failWith(`Something went wrong on ${page.url()}`, found)
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** axe-core finds nothing that WCAG 2.2 A or AA asks for and the page, as it is now, does not do. */
export async function expectAccessible(page: Page): Promise<void> {
  const asked = devices.get(page.context())
  if (asked?.javaScriptEnabled === false) return inTwin(page, asked, expectAccessible)
  // Evaluated rather than added as a script, which the page's Content-Security-Policy would rightly refuse.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ runOnly: ${JSON.stringify(standards)} })`)
  const found = violations.map(
    ({ id, help, helpUrl, nodes }) =>
      `${id}: ${help} (${helpUrl})\n` +
      nodes.map(({ target, failureSummary = '' }) => `  ${target.join(' ')}\n    ${indent(failureSummary)}`).join('\n'),
  )
  failWith(`Barriers on ${page.url()}`, found)
}

/**
 * axe cannot run where JavaScript is switched off. So it looks at a twin: the same page as it stands, without its
 * scripts and with what it says in `noscript`, where JavaScript is on.
 */
async function inTwin(page: Page, asked: BrowserContextOptions, look: (twin: Page) => Promise<void>): Promise<void> {
  const browser = page.context().browser()
  if (!browser) throw new Error('The browser was closed before the page could be looked at.')
  const cookies = await page.context().storageState()
  const device = await browser.newContext({ ...asked, javaScriptEnabled: true, storageState: cookies })
  try {
    const body = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/g, '').replace(/<\/?noscript\b[^>]*>/g, '')
    const twin = await device.newPage()
    await twin.route(page.url(), (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }))
    await twin.goto(page.url())
    await look(twin)
  } finally {
    await device.close()
  }
}

function failWith(what: string, found: string[]): void {
  if (found.length > 0) throw new Error([`${what}:`, ...found].join('\n'))
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n    ')
}

/** The page is not wider than its window. Where it is, names what sticks out. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const sticksOut = await page.evaluate((width) => {
    const { scrollWidth } = document.documentElement
    if (scrollWidth <= width) return []
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > width + 0.5,
    )
    const names = wide.map((element) => {
      const { tagName, id, className } = element
      const classes = typeof className === 'string' ? className.trim().replace(/(^|\s+)(?=\S)/g, '.') : ''
      return `${tagName.toLowerCase()}${id && `#${id}`}${classes}`
    })
    return [`${scrollWidth} px in a window of ${width} px`, ...names.slice(0, 10)]
  }, page.viewportSize()?.width ?? 0)
  failWith(`Sideways scrolling on ${page.url()}`, sticksOut)
}

const shots = join(import.meta.dirname, '..', 'shots')

/** Keeps a picture of the whole page in test/shots when the tests run with SHOTS=1. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS === '1') await save(page, name)
}

async function save(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true })
  const file = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-')
  await page.screenshot({ path: join(shots, `${file}.png`), fullPage: true })
}
