import { describe, expect, it } from 'vitest'
import { useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, takePicture, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf, picture, votedButton } from './stage.ts'

const the = useServer()
const browser = useBrowser()

const withIdeas = async () => {
  const alice = await ask(the.url, { title: 'What shall we build?', settings: { names: 'hidden' } })
  for (const title of ['A playground behind the school', 'More buses at night', 'A playground for the smallest'])
    await alice.addIdea({ title })
  return alice
}

describe('similar ideas', () => {
  it('are shown while Bob types, without moving the field, and he votes for one of them instead', async () => {
    const alice = await withIdeas()
    const page = await browser.visit(pageOf(alice), { screen: 'phone' })
    const form = page.getByRole('region', { name: 'Add an idea' })
    const title = form.getByRole('textbox', { name: 'Your idea in one line' })
    await title.focus()
    const before = (await title.boundingBox())?.y
    await title.pressSequentially('playground behind school')
    const group = page.locator('#similar')
    await group.getByText('A playground behind the school').first().waitFor()
    expect((await title.boundingBox())?.y).toBe(before)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('idea-title')
    expect(await form.getByRole('status').textContent()).toBe('2 similar ideas are here already')
    await expectAccessible(page)
    await takePicture(page, 'similar ideas while typing')

    // Somebody else's idea brings the page anew; what Bob sees and types stays.
    await alice.addIdea({ title: 'A bench' })
    await page.getByText('1 new idea').first().waitFor()
    expect(await group.isVisible()).toBe(true)
    expect(await title.inputValue()).toBe('playground behind school')

    // What is not like anything any more is not shown any more.
    await title.fill('A swimming pool')
    await group.waitFor({ state: 'hidden' })
    await title.fill('playground behind school')
    await group.waitFor()

    // Next from the field by the keyboard: the first of them, and its button.
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('A playground behind the school')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await votedButton(page, 'A playground behind the school').waitFor()
    const { body } = await alice.snapshot()
    expect(body.ideas[0]).toMatchObject({ title: 'A playground behind the school', votes: 1 })
    expect(body.counts.ideas).toBe(4)
    await group.waitFor({ state: 'hidden' })
  })

  it('do not keep Bob from adding his own by Enter', async () => {
    const alice = await withIdeas()
    const page = await browser.visit(pageOf(alice))
    const title = page.getByRole('textbox', { name: 'Your idea in one line' })
    await title.pressSequentially('A playground behind the church')
    await page.locator('#similar').waitFor()
    await takePicture(page, 'similar ideas, desktop')
    await title.press('Enter')
    await ideaRow(page, 'A playground behind the church').waitFor()
    expect((await alice.snapshot()).body.counts).toMatchObject({ ideas: 4, votes: 0 })
    expect(await page.locator('#similar').isVisible()).toBe(false)
  })

  it('come first, once, where no script runs; what was typed and the picture are kept', async () => {
    const alice = await withIdeas()
    const page = await browser.visit(pageOf(alice), { javaScript: false, screen: 'narrow' })
    const title = page.getByRole('textbox', { name: 'Your idea in one line' })
    const form = page.getByRole('region', { name: 'Add an idea' })
    await title.fill('A playground, behind the school')
    await form.getByText('Add a description, link, video or picture').click()
    await form.getByRole('textbox', { name: 'Description' }).fill('With swings.')
    await form.getByLabel('Picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await picture() })
    await form.getByRole('button', { name: 'Add idea' }).click()
    const group = page.getByRole('group', { name: 'Is it one of these?' })
    await group.getByRole('link', { name: 'A playground behind the school' }).waitFor()
    expect((await alice.snapshot()).body.counts.ideas).toBe(3)
    expect(await title.inputValue()).toBe('A playground, behind the school')
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await takePicture(page, 'similar ideas without script')
    await form.getByRole('button', { name: 'Add mine all the same' }).click()
    const row = ideaRow(page, 'A playground, behind the school')
    await row.getByRole('img', { name: /^Picture/ }).waitFor()
    await row.getByText('With swings.').waitFor()

    // Another one; this time the one that is there will do.
    await title.fill('More buses at night!')
    await form.getByRole('button', { name: 'Add idea' }).click()
    await group.getByRole('button', { name: /^Vote for this one\s*: *More buses at night$/ }).click()
    await votedButton(page, 'More buses at night').waitFor()
    expect((await alice.snapshot()).body.counts).toMatchObject({ ideas: 4, votes: 1 })
  })

  it('are offered first where Alice merges', async () => {
    const alice = await withIdeas()
    const { body } = await alice.snapshot()
    const [, , smallest] = body.ideas
    const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`)
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await page.goto(`${pageOf(alice)}/ideas/${smallest?.id}/edit`)
    await page.getByText('Merge with another idea').click()
    const groups = page.getByLabel('Merge into').locator('optgroup')
    expect(await groups.evaluateAll((all) => all.map((one) => one.getAttribute('label')))).toEqual([
      'Possible duplicates',
      'Other ideas',
    ])
    expect(await groups.first().locator('option').allInnerTexts()).toEqual(['A playground behind the school'])
    expect(await page.getByLabel('Merge into').inputValue()).toBe(body.ideas[0]?.id)
  })
})
