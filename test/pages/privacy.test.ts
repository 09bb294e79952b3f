import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

it('keeps the secret link out of the Referer, the addresses, the public pages and the log', async () => {
  const page = await browser.visit(the.url)
  const told: string[] = []
  page.on('request', (request) => told.push(`${request.url()} ${request.headers().referer ?? ''}`))
  await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill('Where shall we meet?')
  await page.getByRole('button', { name: 'Ask this question' }).click()
  const link = await page.getByRole('textbox', { name: 'Owner link, secret' }).inputValue()
  const [address = '', token = ''] = link.split('/admin#')
  const id = address.slice(-11)
  await page.goto(link)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await page.getByRole('link', { name: 'See the question' }).click()
  await page.getByRole('heading', { level: 1, name: 'Where shall we meet?' }).waitFor()
  expect(told.length).toBeGreaterThan(3)
  expect(told.filter((line) => line.includes(token))).toEqual([])

  // On a second device: by the fragment, and by the address that has the token in it.
  for (const way of [link, `${the.url}/admin/${id}/${token}`]) {
    const device = await browser.visit(the.url)
    const referers: string[] = []
    device.on('request', (request) => referers.push(request.headers().referer ?? ''))
    await device.goto(way)
    await device.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await device.getByRole('link', { name: 'See the question' }).click()
    await device.getByRole('heading', { level: 1, name: 'Where shall we meet?' }).waitFor()
    expect(referers.filter((referer) => referer.includes(token))).toEqual([])
    expect(device.url()).not.toContain(token)
    // Going back leads to no address with the token either.
    const history = await device.evaluate(() =>
      (window as unknown as { navigation: { entries: () => { url: string }[] } }).navigation
        .entries()
        .map(({ url }) => url),
    )
    expect(history.length).toBeGreaterThan(1)
    expect(history.filter((url) => url.includes(token))).toEqual([])
  }
  for (const path of [`/q/${id}`, `/q/${id}/admin`, `/q/${id}/me`, `/api/v1/questions/${id}`]) {
    const answer = await fetch(the.url + path)
    expect(await answer.text()).not.toContain(token)
    expect(JSON.stringify([...answer.headers])).not.toContain(token)
  }
  expect(the.server.output()).not.toContain(token)
})

it('shows the secret link once over plain http too, where browsers take nothing from a Secure cookie', async () => {
  const asked = await fetch(the.url, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: the.url, accept: 'text/html' },
    body: new URLSearchParams({ title: 'Where shall we meet?' }),
  })
  const given = asked.headers.getSetCookie()
  const cookie = given.map((one) => one.split(';')[0]).join('; ')
  const shown = await fetch(the.url + (asked.headers.get('location') ?? ''), { headers: { cookie } })
  expect(await shown.text()).toContain('/admin#')
  const link = (cookies: string[]) => cookies.find((one) => one.startsWith('folkmoot_admin_link=')) ?? ''
  const properties = (one: string) =>
    one
      .split('; ')
      .slice(1)
      .filter((property) => !/^(max-age|expires)=/i.test(property))
      .sort()
  expect(link(shown.headers.getSetCookie())).toMatch(/max-age=0|expires=Thu, 01 Jan 1970/i)
  expect(properties(link(shown.headers.getSetCookie()))).toEqual(properties(link(given)))
})

it('sets no cookie for reading, and one necessary cookie for taking part', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const page = await browser.visit(pageOf(alice))
  await page.goto(`${pageOf(alice)}?order=newest`)
  expect(await page.context().cookies()).toEqual([])
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0)

  await voteButton(page, 'At the lake').click()
  await ideaRow(page, 'At the lake').getByRole('button', { name: 'Vote', exact: true }).click()
  await votedButton(page, 'At the lake').waitFor()
  const device = async () => (await page.context().cookies()).filter(({ name }) => name === 'folkmoot')
  expect(await device()).toMatchObject([
    // Without a domain of its own: for this host alone.
    { name: 'folkmoot', httpOnly: true, sameSite: 'Lax', path: '/', domain: new URL(the.url).hostname },
  ])
  // With each contribution the device is remembered for longer.
  const given = (await device())[0]?.expires ?? 0
  await votedButton(page, 'At the lake').click()
  await expect.poll(async () => (await device())[0]?.expires).toBeGreaterThan(given)
  // The script says on this page alone, and for an hour, that it runs. That is all it can see, and it tells nobody apart.
  expect(await page.evaluate(() => document.cookie)).toBe('folkmoot_script=1')
  const script = (await page.context().cookies()).filter(({ name }) => name !== 'folkmoot')
  expect(script).toMatchObject([{ name: 'folkmoot_script', path: `/q/${alice.questionId}`, sameSite: 'Lax' }])
  // Who has one is not told to the page either.
  const [cookie] = await device()
  expect(await page.content()).not.toContain(cookie?.value)
  expect(the.server.output()).not.toContain(cookie?.value)
})

it('gives every page its protection', async () => {
  const alice = await ask(the.url)
  for (const path of ['/', `/q/${alice.questionId}`, `/q/${alice.questionId}/admin`, '/q/nothing0000']) {
    const { headers } = await fetch(the.url + path)
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('referrer-policy'), path).toBe('same-origin')
    // The page of a question is the same for everyone who is not known; no other may be kept on the way.
    if (path !== `/q/${alice.questionId}`) expect(headers.get('cache-control'), path).toMatch(/no-store|private/)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy, path).toContain("default-src 'none'")
    expect(policy, path).toContain("frame-ancestors 'none'")
    expect(policy, path).not.toMatch(/unsafe-inline|unsafe-eval/)
    expect(/script-src ([^;]*)/.exec(policy)?.[1], path).not.toMatch(/https?:|\*/)
  }
  const token = await fetch(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, { redirect: 'manual' })
  expect(token.status).toBe(303)
  expect(token.headers.get('referrer-policy')).toBe('no-referrer')
  expect(token.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax|; SameSite=Lax; HttpOnly/i)
})
