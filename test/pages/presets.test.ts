import { describe, expect, it } from 'vitest'
import { presets } from '../../web/lib/presets.ts'
import { useServer } from '../api/expectations.ts'
import { ask, request } from '../support/api.ts'
import { expectAccessible, expectNoSidewaysScroll, expectProblem, takePicture, useBrowser } from '../support/browser.ts'
import type { Snapshot } from '../../src/snapshot/wire.ts'
import { errorSummary } from './stage.ts'

const the = useServer()
const browser = useBrowser()

describe.each([true, false])('presets, JavaScript %s', (javaScript) => {
  it('Alice asks with one, which says what it sets, and without any', async () => {
    const page = await browser.visit(the.url, { javaScript, screen: 'narrow' })
    await page.getByText('What is it for?').first().click()
    expect(await page.getByRole('radio', { name: 'Anything' }).isChecked()).toBe(true)
    await page.getByRole('radio', { name: 'Class' }).check()
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await takePicture(page, `presets, asking, script ${javaScript}`)
    // What is refused keeps what was chosen.
    expectProblem(page, /status of 4/)
    await page.getByRole('button', { name: 'Ask this question' }).click()
    await errorSummary(page).waitFor()
    expect(await page.getByRole('radio', { name: 'Class' }).isChecked()).toBe(true)
    await page.getByRole('textbox', { name: 'What do you want to decide?' }).fill('Where does the trip go?')
    await page.getByRole('button', { name: 'Ask this question' }).click()
    await page.getByRole('heading', { level: 1, name: 'Where does the trip go?' }).waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const { body } = await request<Snapshot>('GET', `${the.url}/api/v1/questions/${id}`)
    expect(body.settings).toMatchObject(presets.class)
  })

  it('Alice sets another one with one tap, and is refused one that would break a promise', async () => {
    const alice = await ask(the.url)
    const page = await browser.visit(`${the.url}/admin/${alice.questionId}/${alice.asked.adminToken}`, { javaScript })
    const section = page.getByRole('region', { name: 'What it is for' })
    await section.getByRole('button', { name: 'Idea contest' }).click()
    await section.getByText('Saved.').waitFor()
    await section.getByRole('listitem').filter({ hasText: 'Set now.' }).getByText('Three ideas').waitFor()
    const { body } = await alice.snapshot()
    expect(body.settings).toMatchObject(presets.contest)
    expect((await alice.changes()).body.changes.at(-1)?.type).toBe('question.edited')

    const { body: idea } = await alice.addIdea({ title: 'A skating rink' })
    await (await alice.invite('Bob')).vote(idea.id)
    const before = (await alice.snapshot()).body.settings
    expectProblem(page, /status of 4/)
    await section.getByRole('button', { name: 'Questions at an event' }).click()
    await errorSummary(page).waitFor()
    await expectAccessible(page)
    await takePicture(page, `presets, settings, script ${javaScript}`)
    expect((await alice.snapshot()).body.settings).toEqual(before)
  })
})
