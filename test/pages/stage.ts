import sharp from 'sharp'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ask, type Owner, type Person } from '../support/api.ts'

/** A small picture as a camera or a program might have made it. */
export function picture(width = 640, height = 400, colour = '#c0803a'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer()
}

/** The page of a question. */
export function pageOf(owner: Pick<Owner, 'server' | 'questionId'>): string {
  return `${owner.server}/q/${owner.questionId}`
}

/** The row of one idea. */
export function ideaRow(page: Page, title: string) {
  return page.getByRole('article', { name: title, exact: true })
}

/** The button that votes for an idea, or takes the vote back. */
export function voteButton(page: Page, title: string) {
  return ideaRow(page, title).getByRole('button', { name: /^Vote\s*:/ })
}

/** The same, once the vote is cast. */
export function votedButton(page: Page, title: string) {
  return ideaRow(page, title).getByRole('button', { name: /^Vote\s*:/, pressed: true })
}

export function errorSummary(page: Page) {
  return page.getByRole('alert').filter({ hasText: 'That did not go through yet' })
}

/** The summary stands on top and has the focus; the field says what is wrong and still holds what was typed. */
export async function expectFieldRefused(page: Page, label: string, message: RegExp, typed: string): Promise<void> {
  const summary = errorSummary(page)
  await summary.waitFor()
  const field = page.getByRole('textbox', { name: label }).and(page.locator('[aria-invalid="true"]'))
  expect(await field.inputValue()).toBe(typed)
  expect(await describedBy(page, await field.getAttribute('aria-describedby'))).toMatch(message)
  const link = summary.getByRole('link', { name: message })
  expect(await link.getAttribute('href')).toBe(`#${await field.getAttribute('id')}`)
}

/** The text that describes a control. */
export async function describedBy(page: Page, ids: string | null): Promise<string> {
  const texts = (ids ?? '').split(' ').filter(Boolean)
  return (await Promise.all(texts.map((id) => page.locator(`[id="${id}"]`).innerText()))).join(' ')
}

/** The cookies of a device that may go back to a server, without those that every page sets anew. */
export async function cookieOf(page: Page) {
  return (await page.context().cookies()).find(({ name }) => name === 'folkmoot')
}

export const longName = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter Maximilian'
export const longWord = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz'.repeat(3)

export interface Full {
  alice: Owner
  bob: Person
  ideas: { lake: string; tower: string; hebrew: string; long: string }
}

/**
 * A question with everything that a page can show: pictures, links, a video, ideas merged, reasons on both sides, names
 * from right to left, words that do not end, and a long discussion.
 */
export async function fullQuestion(server: string, closesAt?: string): Promise<Full> {
  const alice = await ask(server, {
    title: 'Where shall we meet for the summer party, and what shall we do there?',
    description:
      'Everybody is welcome: see https://example.org/party for last year. #summer #party\n\n' +
      'The hall is taken until June.\nWe have 500 €.\n\nPlease add one idea, and vote for those that you like.',
    ...(closesAt !== undefined && { closesAt }),
  })
  const bob = await alice.invite('Bob')
  const charlie = await alice.invite('Charlie')
  const sara = await alice.invite('שרה לוי')
  const long = await alice.invite(longName)
  const quiet = await Promise.all(Array.from({ length: 4 }, () => alice.invite()))

  const add = async (person: Person, title: string, description = '', link: string | null = null) => {
    const { status, body } = await person.addIdea({ title, description, link })
    expect(status).toBe(201)
    return body.id
  }
  const lake = await add(
    bob,
    'At the lake',
    'Bring a towel.\n\nThe bus goes at 10.',
    'https://www.example.org/lake/map',
  )
  const tower = await add(
    charlie,
    'On top of the water tower',
    'It has a view.',
    'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
  )
  const hebrew = await add(sara, 'נפגשים בגן הציבורי', 'בשעה 18:00, ליד המזרקה.')
  const endless = await add(long, longWord, longWord)
  const pond = await add(alice, 'By the pond')
  expect((await bob.setImage(lake, await picture())).status).toBe(200)

  for (const person of [bob, charlie, sara, long, ...quiet]) await person.vote(lake)
  for (const person of [sara, long]) await person.vote(tower)
  for (const person of [charlie, bob]) await person.vote(hebrew)
  await long.vote(endless)
  await quiet[0]?.vote(pond)
  expect((await alice.merge(pond, lake)).status).toBe(200)

  const argue = async (person: Person, idea: string, side: 'pro' | 'con', text: string) => {
    const { status, body } = await person.argue(idea, { side, text })
    expect(status).toBe(201)
    return body.id
  }
  const water = await argue(bob, lake, 'pro', 'There is water to swim in.')
  for (const person of [charlie, sara]) await person.agree(water)
  for (const n of [1, 2, 3, 4, 5]) await argue(charlie, lake, 'pro', `Reason number ${n} to go there.`)
  await argue(charlie, lake, 'con', 'It may rain.')
  await argue(long, lake, 'con', longWord)
  await argue(sara, hebrew, 'pro', 'קרוב לתחנת הרכבת')
  for (const n of [1, 2]) expect((await bob.comment(`Thought number ${n}: see example.org #summer`)).status).toBe(201)
  await long.comment(longWord)
  return { alice, bob, ideas: { lake, tower, hebrew, long: endless } }
}
