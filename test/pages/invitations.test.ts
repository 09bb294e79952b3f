import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask, type Owner } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, takePicture, useBrowser } from '../support/browser.ts'
import { errorSummary, ideaRow, pageOf, votedButton, voteButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

/** What people see holds for everyone, on a wide screen and on a telephone, in light and dark. */
async function expectFit(page: Page, name: string): Promise<void> {
  await expectAccessible(page)
  await takePicture(page, name)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await takePicture(page, `${name} narrow dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 800 })
}

/** The page on which Alice makes invitations, and a question that needs them, set on its page. */
async function invitations(alice: Owner): Promise<Page> {
  const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
  const section = page.getByRole('region', { name: 'Taking part', exact: true })
  await section.getByRole('radio', { name: 'People with an invitation' }).check()
  await section.getByRole('button', { name: 'Save' }).click()
  await section.getByText('Saved.').waitFor()
  await page.getByRole('link', { name: 'Invitations', exact: true }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Invitations' }).waitFor()
  return page
}

it('lets Bob in by his link with one press of a button, and tells Charlie what is missing instead of dead buttons', async () => {
  const alice = await ask(the.url)
  await alice.addIdea({ title: 'At the lake' })
  const owner = await invitations(alice)
  await owner.getByLabel('For whom or what').fill('Bob')
  await owner.getByRole('button', { name: 'Make the link', exact: true }).click()
  await owner.getByText('The invitation is made.').waitFor()
  await expectFit(owner, 'invitations made')
  const link = await owner.getByLabel('Invitation link').inputValue()

  const charlie = await browser.visit(pageOf(alice))
  await charlie.getByText('Only people with an invitation can take part here.').waitFor()
  expect(await ideaRow(charlie, 'At the lake').getByRole('button').count()).toBe(0)
  for (const name of ['Add idea', 'Add argument', 'Add comment'])
    expect(await charlie.getByRole('button', { name, includeHidden: true }).count()).toBe(0)
  await expectFit(charlie, 'invitation needed')

  const bob = await browser.visit(link)
  // Looking at it has used nothing up, and the field with the link is filled in and out of the way.
  expect(await bob.getByLabel('Invitation link').isVisible()).toBe(false)
  await expectFit(bob, 'invitation opened')
  await bob.getByRole('button', { name: 'Take part on this device' }).click()
  await bob.waitForURL(pageOf(alice))
  await voteButton(bob, 'At the lake').click()
  await votedButton(bob, 'At the lake').waitFor()
  // Charlie, who has looked all along, is told without asking anew.
  await charlie.getByText('1 by invitation').waitFor()
  await bob.reload()
  await votedButton(bob, 'At the lake').waitFor()
  await bob.getByText('1 by invitation').waitFor()
  await bob.getByRole('button', { name: 'Add comment', includeHidden: true }).first().waitFor({ state: 'attached' })

  const mallory = await browser.visit(link)
  await mallory.getByRole('button', { name: 'Take part on this device' }).click()
  await errorSummary(mallory).getByText('was used on another device already').first().waitFor()
  expect(mallory.url()).not.toContain('#')
})

it('makes invitations for a pasted list, says what is wrong with it and keeps what was typed, and prints cards', async () => {
  const alice = await ask(the.url, { title: 'Who shall speak for class 7b, and who shall stand in for them?' })
  const owner = await invitations(alice)
  const typed = 'Anna Beck, anna@example.org\nnot an address@\nAnna, ANNA@example.org'
  const field = owner.getByRole('textbox', { name: 'People', exact: true })
  await field.fill(typed)
  await owner.getByRole('button', { name: 'Make the links' }).click()
  await errorSummary(owner).waitFor()
  expect(await field.inputValue()).toBe(typed)
  await owner
    .getByText(/Line 3: ANNA@example\.org stands there already, on line 1\./)
    .first()
    .waitFor()
  await expectFit(owner, 'invitations wrong list')
  await field.fill('Anna Beck, anna@example.org\nGrandmother\nGrandfather')
  await owner.getByRole('button', { name: 'Make the links' }).click()
  await owner.getByText('3 invitations are made.').waitFor()

  const [download] = await Promise.all([
    owner.waitForEvent('download'),
    owner.getByRole('link', { name: 'Save all as a table (CSV)' }).click(),
  ])
  const table = await readFile(await download.path(), 'utf8')
  expect(table.trimEnd().split('\r\n')).toHaveLength(4)
  expect(table).toContain(`"Anna Beck","anna@example.org","${the.url}/i/${alice.questionId}#`)

  await owner.getByRole('link', { name: 'Cards to print' }).click()
  await owner.getByRole('heading', { level: 1, name: 'Cards' }).waitFor()
  expect(await owner.getByRole('img', { name: 'QR code of this invitation' }).count()).toBe(3)
  await expectFit(owner, 'invitation cards')

  await owner.goBack()
  await owner.getByText('Revoke', { exact: true }).first().click()
  await owner.getByRole('button', { name: 'Revoke this invitation' }).first().click()
  await owner.getByText('revoked, never used').waitFor()
})

it('is opened without a script by pasting the link', async () => {
  const alice = await ask(the.url, { title: 'Lunch?', settings: { takePart: 'invited' } })
  const { body } = await alice.post<{ invitations: { link: string }[] }>('/invitations', { invitations: [{}] })
  const page = await browser.visit(pageOf(alice), { javaScript: false })
  await page.getByRole('link', { name: 'I have an invitation' }).click()
  await page.getByLabel('Invitation link').fill(body.invitations[0]!.link)
  await page.getByRole('button', { name: 'Take part on this device' }).click()
  await page.waitForURL(pageOf(alice))
  await page.getByRole('button', { name: 'Add idea' }).waitFor()
})
