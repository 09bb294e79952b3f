import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectAccessible,
  expectCleanPage,
  expectNoSidewaysScroll,
  expectProblem,
  useBrowser,
} from './support/browser.ts'

/** A small site that does what ours must never do, to show that the tests would notice. */
const site: Record<string, string> = {
  '/good': '<h1>Good</h1><p>Nothing is wrong here.</p>',
  '/wide': '<h1>Wide</h1><p class="banner" style="width: 1400px">This is too wide.</p>',
  '/unlabelled': '<h1>Unlabelled</h1><input>',
  '/broken': '<h1>Broken</h1><script src="/broken.js"></script>',
  '/inline': '<h1>Inline</h1><style>h1 { color: red }</style>',
  '/calling': '<h1>Calling</h1><img alt="" src="http://localhost:9/pixel.gif">',
}

let server: Server
let url: string

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    if (path === '/broken.js') return response.setHeader('content-type', 'text/javascript').end('missing()')
    response.statusCode = path in site ? 200 : 404
    response.setHeader('content-type', 'text/html')
    if (path !== '/wide')
      response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; img-src * data:")
    response.end(
      `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>Site</title>${site[path] ?? ''}`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

describe('the browser of the tests', () => {
  const browser = useBrowser()

  it.each([true, false])('finds nothing wrong with a good page, JavaScript %s', async (javaScript) => {
    const page = await browser.visit(`${url}/good`, { screen: 'narrow', javaScript })
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    expectCleanPage(page)
  })

  it.each(['narrow', 'desktop'] as const)(
    'notices a page that scrolls sideways on %s, and names what sticks out',
    async (screen) => {
      const page = await browser.visit(`${url}/wide`, { screen })
      await expect(expectNoSidewaysScroll(page)).rejects.toThrow('p.banner')
    },
  )

  it('notices a barrier, and names where it is', async () => {
    const page = await browser.visit(`${url}/unlabelled`)
    await expect(expectAccessible(page)).rejects.toThrow(/label: .*\n {2}input/)
  })

  it.each([
    ['an uncaught error', '/broken', /uncaught error: missing is not defined/],
    ['a request that leaves the site', '/calling', /request to another origin: GET http:\/\/localhost:9\/pixel.gif/],
    ['what its policy forbids', '/inline', /style-src-elem stopped inline|inline style violates/],
    ['an answer that is an error', '/nowhere', /console error: .*404/],
  ])('notices %s', async (_what, path, problem) => {
    const page = await browser.visit(url + path)
    expect(() => expectCleanPage(page)).toThrow('Something went wrong on')
    expectProblem(page, problem)
    expectProblem(page, /ERR_(CONNECTION_REFUSED|UNSAFE_PORT)|404/)
    expectCleanPage(page)
  })
})
