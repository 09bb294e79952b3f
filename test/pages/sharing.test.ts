import type { Page } from 'playwright-core'
import { encode } from 'uqr'
import { beforeAll, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectProblem, useBrowser } from '../support/browser.ts'
import { fullQuestion, ideaRow, pageOf, type Full } from './stage.ts'

const the = useServer({ PUBLIC_URL: 'https://moot.example' })
const local = useServer()
const browser = useBrowser()

let full: Full
beforeAll(async () => {
  full = await fullQuestion(local.url)
})

const meta = (page: Page, name: string) =>
  page.locator(`meta[property="${name}"], meta[name="${name}"]`).getAttribute('content')

it('previews well where its link is pasted', async () => {
  const { questionId } = full.alice
  const page = await browser.visit(pageOf(full.alice), { javaScript: false })
  const title = 'Where shall we meet for the summer party, and what shall we do there?'
  expect(await page.title()).toBe(`${title} · Folkmoot`)
  expect(await page.locator('link[rel=canonical]').getAttribute('href')).toBe(`${local.url}/q/${questionId}`)
  expect(await meta(page, 'og:title')).toBe(title)
  expect(await meta(page, 'og:url')).toBe(`${local.url}/q/${questionId}`)
  expect(await meta(page, 'og:type')).toBe('website')
  expect(await meta(page, 'og:site_name')).toBe('Folkmoot')
  const description = await meta(page, 'description')
  expect(description).toMatch(/^Everybody is welcome: see https:\/\/example.org\/party/)
  expect([...(description ?? '')].length).toBeLessThanOrEqual(200)
  expect(await meta(page, 'og:description')).toBe(description)
  // Half a character is none.
  const emoji = await ask(local.url, { title: 'Which?', description: `x${'🌊'.repeat(300)}` })
  await page.goto(pageOf(emoji))
  expect((await meta(page, 'description'))?.isWellFormed()).toBe(true)
  expect(await meta(page, 'description')).not.toContain('\uFFFD')
})

it('names the public address rather than the one that the server happens to be asked at', async () => {
  const alice = await ask(the.url, { title: 'Where shall we meet?' })
  const page = await (await fetch(pageOf(alice))).text()
  expect(page).toContain(`<link rel="canonical" href="https://moot.example/q/${alice.questionId}"`)
  expect(page).not.toContain('127.0.0.1')
})

it('has a QR code of the public link', async () => {
  const page = await browser.visit(pageOf(full.alice))
  const code = page.getByRole('img', { name: 'QR code of the public link' }).filter({ visible: true })
  const [path, size] = await code.evaluate((svg) => [
    svg.querySelector('path:last-of-type')?.getAttribute('d') ?? '',
    Number(svg.getAttribute('viewBox')?.split(' ')[2]),
  ])
  const dots = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+/g))
    dots[Number(y)]?.fill(true, Number(x), Number(x) + Number(width))
  const { data, version } = encode(pageOf(full.alice), { ecc: 'M', border: 2 })
  expect(dots).toEqual(data)
  // Small enough to be read from a wall.
  expect(version).toBeLessThanOrEqual(5)
})

it('is handed on with its title and hashtags, by links that load nothing', async () => {
  const page = await browser.visit(pageOf(full.alice))
  const share = page.getByRole('region', { name: 'Share', exact: true })
  const title = 'Where shall we meet for the summer party, and what shall we do there?'
  const url = pageOf(full.alice)
  for (const [name, host] of [
    ['WhatsApp', 'wa.me'],
    ['Mastodon', 'share.joinmastodon.org'],
    ['Bluesky', 'bsky.app'],
    ['X', 'x.com'],
    ['Facebook', 'www.facebook.com'],
    ['LinkedIn', 'www.linkedin.com'],
  ] as const) {
    const link = share.getByRole('link', { name, exact: true })
    const href = new URL((await link.getAttribute('href')) ?? '')
    expect(href.host).toBe(host)
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await link.getAttribute('rel')).toContain('noreferrer')
    const said = [...href.searchParams.values()].join(' ')
    expect(said).toContain(url)
    if (name === 'Facebook' || name === 'LinkedIn') continue
    expect(said).toContain(title)
    expect(said).toMatch(/#?summer[ ,]#?party/)
  }
  const mail = (await share.getByRole('link', { name: 'E-mail' }).getAttribute('href')) ?? ''
  expect(new URL(mail).protocol).toBe('mailto:')
  expect(decodeURIComponent(mail)).toContain(`subject=${title}`)
  expect(decodeURIComponent(mail)).toContain(url)
})

it('copies the link', async () => {
  const page = await browser.visit(pageOf(full.alice), {
    context: { permissions: ['clipboard-read', 'clipboard-write'] },
  })
  const share = page.getByRole('region', { name: 'Share', exact: true })
  await share.getByRole('button', { name: 'Copy' }).click()
  await share.getByRole('status').getByText('Copied').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(pageOf(full.alice))
})

it('says when it copied, for a while, and in words when the browser does not let it', async () => {
  const page = await browser.visit(pageOf(full.alice), {
    context: { permissions: ['clipboard-read', 'clipboard-write'] },
  })
  await page.clock.install()
  const share = page.getByRole('region', { name: 'Share', exact: true })
  await share.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.clock.runFor(2000)
  await share.getByRole('button', { name: 'Copied' }).click()
  await page.clock.runFor(3000)
  await share.getByRole('button', { name: 'Copied' }).waitFor()
  await page.clock.runFor(2000)
  await share.getByRole('button', { name: 'Copy', exact: true }).waitFor()

  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('No', 'NotAllowedError'))
  })
  await share.getByRole('button', { name: 'Copy', exact: true }).click()
  await share.getByText('Your browser did not allow copying.').waitFor()
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(pageOf(full.alice))
})

it('marks links of people as theirs, and hands nothing over to where they lead', async () => {
  const page = await browser.visit(pageOf(full.alice))
  for (const name of ['https://example.org/party', '#summer', 'example.org']) {
    const link = page.getByRole('main').getByRole('link', { name, exact: true }).first()
    for (const word of ['nofollow', 'noopener', 'noreferrer', 'ugc'])
      expect(await link.getAttribute('rel'), name).toContain(word)
  }
})

it('asks a video’s host for nothing until it is tapped', async () => {
  const page = await browser.visit(pageOf(full.alice), { screen: 'phone' })
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(local.url)) elsewhere.push(request.url())
  })
  await page.route('https://www.youtube-nocookie.com/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Video</title>' }),
  )
  expectProblem(page, /request to another origin: GET https:\/\/www\.youtube-nocookie\.com\/embed\//)
  const row = ideaRow(page, 'On top of the water tower')
  await row.scrollIntoViewIfNeeded()
  await row.getByText(/www\.youtube-nocookie\.com.*Until then nothing is sent there/).waitFor()
  expect(await page.locator('iframe').count()).toBe(0)
  expect(elsewhere).toEqual([])
  await row.getByRole('link', { name: /^Play here/ }).tap()
  await page.locator('iframe').waitFor()
  const frame = page.locator('iframe')
  expect(await frame.getAttribute('title')).toBe('Video for: On top of the water tower')
  // The player has to see from which site it is shown, and may not lead the page elsewhere.
  expect(await frame.getAttribute('referrerpolicy')).toBe('strict-origin-when-cross-origin')
  const allowed = (await frame.getAttribute('sandbox'))?.split(' ').sort()
  expect(allowed).toEqual(['allow-popups', 'allow-presentation', 'allow-same-origin', 'allow-scripts'])
  await expect.poll(() => elsewhere).toEqual(['https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'])
})
