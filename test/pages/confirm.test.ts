import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import { openMailbox, type Mailbox } from '../support/mailbox.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { errorSummary, pageOf, votedButton, voteButton } from './stage.ts'

const browser = useBrowser()
let mailbox: Mailbox
let server: TestServer
beforeAll(async () => {
  mailbox = await openMailbox()
  server = await startServer({ SMTP_URL: mailbox.url })
})
afterAll(async () => {
  await server.stop()
  await mailbox.close()
})

/** Where the next letter leads. */
async function linkIn(address: string): Promise<string> {
  const letter = await mailbox.next(address)
  expect(letter.to).toEqual([address])
  return /http\S+/.exec(letter.text)?.[0] ?? ''
}

async function stage() {
  const alice = await ask(server.url, { title: 'Where shall we meet?', settings: { vote: 'email' } })
  await alice.addIdea({ title: 'At the lake' })
  return alice
}

describe('confirming an e-mail address', () => {
  it('on one device: the letter leads to a button, and the button to the vote', async () => {
    const alice = await stage()
    const page = await browser.visit(pageOf(alice), { screen: 'phone' })
    await page.getByText('At the lake').first().waitFor()
    expect(await voteButton(page, 'At the lake').count()).toBe(0)
    await takePicture(page, 'confirm needed')
    await page.getByRole('link', { name: 'Confirm your e-mail address' }).click()
    await expectAccessible(page)
    await takePicture(page, 'confirm asks')
    await page.getByRole('textbox', { name: 'Your e-mail address' }).fill('bob@example.org')
    await page.getByRole('button', { name: 'Send the letter' }).click()
    await page.getByRole('heading', { name: 'A letter is on its way' }).waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    await takePicture(page, 'confirm sent')
    await page.goto(await linkIn('bob@example.org'))
    await page.getByText('by this device').waitFor()
    await expectAccessible(page)
    await takePicture(page, 'confirm here')
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByText('Your e-mail address is confirmed.').waitFor()
    await takePicture(page, 'confirm done')
    await page.getByRole('link', { name: 'To the question' }).click()
    await voteButton(page, 'At the lake').click()
    await votedButton(page, 'At the lake').waitFor()
    await expect.poll(async () => (await alice.snapshot()).body.counts.votes).toBe(1)
  })

  it('on two devices, without script and in German: the other one asks for the number', async () => {
    const alice = await stage()
    const asking = await browser.visit(`${pageOf(alice)}/confirm`, {
      screen: 'narrow',
      javaScript: false,
      locale: 'de',
    })
    await asking.getByRole('textbox', { name: 'Deine E-Mail-Adresse' }).fill('carol@example.org')
    await asking.getByRole('button', { name: 'Brief senden' }).click()
    const number = (await asking.locator('.number').innerText()).trim()
    expect(number).toMatch(/^\d{4}$/)
    await expectNoSidewaysScroll(asking)
    const link = await linkIn('carol@example.org')
    expect(mailbox.letters.at(-1)?.text).toContain('Jemand, wahrscheinlich du')
    expect(mailbox.letters.at(-1)?.raw).not.toContain(number)

    const opening = await browser.visit(link, { screen: 'narrow', javaScript: false, locale: 'de', scheme: 'dark' })
    await opening.getByText('von einem anderen Gerät').waitFor()
    await expectAccessible(opening)
    await expectNoSidewaysScroll(opening)
    await takePicture(opening, 'confirm elsewhere in the dark')
    expectProblem(opening, /422/)
    await opening.getByRole('textbox', { name: 'Zahl auf dem anderen Gerät' }).fill('none')
    await opening.getByRole('button', { name: 'Adresse bestätigen' }).click()
    await opening.getByText('Du kannst es noch 4 Mal versuchen.').first().waitFor()
    await takePicture(opening, 'confirm with a wrong number')
    await opening.getByRole('textbox', { name: 'Zahl auf dem anderen Gerät' }).fill(number)
    await opening.getByRole('button', { name: 'Adresse bestätigen' }).click()
    await opening.getByText('Mach an dem Gerät weiter').waitFor()
    await takePicture(opening, 'confirm done elsewhere')
    await asking.reload()
    await asking.getByText('Deine E-Mail-Adresse ist bestätigt.').waitFor()
  })

  it('says what is wrong with an address, and keeps what was typed', async () => {
    const alice = await stage()
    const page = await browser.visit(`${pageOf(alice)}/confirm`, { screen: 'desktop' })
    await page.getByRole('textbox', { name: 'Your e-mail address' }).fill('bob@nowhere')
    await page.getByRole('button', { name: 'Send the letter' }).click()
    await errorSummary(page).waitFor()
    expect(await page.getByRole('textbox', { name: 'Your e-mail address' }).inputValue()).toBe('bob@nowhere')
    await expectAccessible(page)
    await takePicture(page, 'confirm with a wrong address')
  })

  it('has nothing to ask for on a question that asks for none', async () => {
    const alice = await ask(server.url)
    const page = await browser.visit(`${pageOf(alice)}/confirm`)
    await page.getByText('asks for no e-mail address').waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
  })
})
