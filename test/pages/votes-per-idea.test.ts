import { describe, expect, it } from 'vitest'
import { expectTalliesRight, useServer } from '../api/expectations.ts'
import { ask } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, useBrowser } from '../support/browser.ts'
import { ideaRow, pageOf } from './stage.ts'

const the = useServer()
const browser = useBrowser()

describe.each([true, false])('several votes on one idea, JavaScript %s', (javaScript) => {
  it('are given and taken back one by one, up to the limit, and told apart from people', async () => {
    const alice = await ask(the.url, { title: 'What shall we plant?', settings: { names: 'hidden', votesPerIdea: 3 } })
    const { body: apples } = await alice.addIdea({ title: 'Apples' })
    await alice.addIdea({ title: 'Pears' })
    await alice.vote(apples.id, 2)

    const page = await browser.visit(pageOf(alice), { javaScript })
    const row = ideaRow(page, 'Apples')
    await row.getByText('from 1 person').waitFor()
    const stand = row.getByRole('group', { name: 'Your votes: Apples' }).getByRole('paragraph')
    const step = async (name: 'One vote more' | 'One vote fewer', then: string) => {
      await row.getByRole('button', { name: `${name}: Apples` }).click()
      await expect.poll(() => stand.innerText()).toBe(then)
    }
    for (const then of ['1 of 3', '2 of 3', '3 of 3']) await step('One vote more', then)
    await row.getByText('5 votes', { exact: true }).waitFor()
    await row.getByText('from 2 people').waitFor()
    const more = row.getByRole('button', { name: 'One vote more: Apples, 3 of 3' })
    expect(await more.getAttribute('aria-disabled')).toBe('true')
    await step('One vote fewer', '2 of 3')
    await expect.poll(async () => (await alice.snapshot()).body.ideas[0]?.votes).toBe(4)
    await page.reload()
    await expect.poll(() => stand.innerText()).toBe('2 of 3')
    await expectAccessible(page)
    await page.setViewportSize({ width: 320, height: 700 })
    await expectNoSidewaysScroll(page)
    await expectTalliesRight(alice)
  })
})
