import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ask, type Person } from './support/api.ts'
import { startServer, type TestServer } from './support/server.ts'
import { useBrowser } from './support/browser.ts'

/** A server that lives on the day on which the comment of the original page was written. */
const thatDay = `data:text/javascript,const now = Date.now, shift = Date.UTC(2017, 7, 8, 12) - now(); Date.now = () => now() + shift`

let server: TestServer
const browser = useBrowser()
beforeAll(async () => {
  server = await startServer({ NODE_OPTIONS: `--import="${encodeURI(thatDay)}"` })
})
afterAll(() => server.stop())

it('reads, without JavaScript, line by line as the real page of an NHS leadership academy did', async () => {
  const original = (await readFile(join(import.meta.dirname, 'fixtures', 'tricider-nhs-nwla.txt'), 'utf8')).split('\n')
  const lines = original.filter((line) => / and \d+ more$/.test(line))
  expect(lines).toHaveLength(24)
  const description = original
    .slice(
      0,
      original.findIndex((line) => line === ''),
    )
    .join('\n\n')
  const comment = original.find((line) => line.startsWith('The behaviours above'))!
  const date = original.find((line) => /^\w{3}, \w{3} \d+, \d{4}$/.test(line))!

  const academy = await ask(server.url, { title: 'What makes a system leader?', description })
  const people = new Map<string, Person>()
  const quiet: Person[] = []
  for (const [index, line] of lines.entries()) {
    const [, names = '', more = '0'] = /^(.*) and (\d+) more$/.exec(line) ?? []
    const { body: idea } = await academy.addIdea({ title: `Theme ${index + 1}` })
    for (const name of names.split(', ')) {
      const person = people.get(name) ?? (await academy.invite(name))
      people.set(name, person)
      expect((await person.vote(idea.id)).status).toBe(200)
    }
    while (quiet.length < Number(more)) quiet.push(await academy.invite())
    await Promise.all(quiet.slice(0, Number(more)).map((person) => person.vote(idea.id)))
  }
  expect((await people.get('Karen Shawhan')!.comment(comment)).status).toBe(201)

  const page = await browser.visit(`${server.url}/q/${academy.questionId}`, { javaScript: false })
  const shown = (await page.locator('main').innerText()).split('\n').map((line) => line.trim())
  expect(shown.filter((line) => / and \d+ more$/.test(line))).toEqual(lines)
  expect(shown.filter((line) => /^Theme \d+$/.test(line))).toEqual(lines.map((_, index) => `Theme ${index + 1}`))
  for (const paragraph of description.split('\n\n')) expect(shown).toContain(paragraph)
  expect(shown).toContain(comment)
  // The original's “Tue, Aug 8, 2017”, as this visitor's part of the world writes it. A server on PostgreSQL goes by the
  // clock of the database, on which it is today.
  expect(date).toBe('Tue, Aug 8, 2017')
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'Europe/Berlin' })
  const written = inject('engine') === 'SQLite' ? '8 Aug 2017' : day.format(new Date())
  expect(shown.slice(0, shown.indexOf(comment)).slice(-7).join(' ')).toMatch(new RegExp(`Karen Shawhan .*${written}`))
})
