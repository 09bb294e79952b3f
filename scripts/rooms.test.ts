import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkRooms } from './rooms.ts'

const folders: string[] = []

/** Writes a small house into a temporary folder and checks it. */
function check(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'folkmoot-rooms-'))
  folders.push(root)
  const house = {
    'package.json': '{"dependencies": {"kysely": "1", "@sveltejs/kit": "1"}, "devDependencies": {"vitest": "1"}}',
    'src/base/text.ts': 'export const tidy = 1',
    ...files,
  }
  for (const [path, text] of Object.entries(house)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkRooms(root)
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('the room check', () => {
  it('finds nothing wrong with this repository', () => {
    expect(checkRooms(join(import.meta.dirname, '..'))).toEqual([])
  })

  it('lets a room import from the rooms below it, and a file from the words before its own', () => {
    const found = check({
      'src/db/tables.ts': 'export interface Tables {}',
      'src/question/wire.ts': "import Type from 'kysely'",
      'src/question/rules.ts': "import { tidy } from '../base/text.ts'\nimport type { Tables } from '../db/tables.ts'",
      'src/question/seat.ts': "import './rules.ts'",
      'src/question/store.ts': "import { Kysely } from 'kysely'\nimport './wire.ts'",
      'src/vote/actions.ts': "import '../question/seat.ts'\nimport './store.ts'\nimport '../idea/store.ts'",
      'src/vote/store.ts': "import { hash } from 'node:crypto'",
      'src/idea/store.ts': '',
      'src/cli/folkmoot.ts': "const { serve } = await import('../http/server.ts')",
      'src/http/server.ts': "import '../vote/actions.ts'",
    })
    expect(found).toEqual([])
  })

  it.each([
    ['a room above', 'src/idea/store.ts', "import { cast } from '../vote/store.ts'", 'vote stands above idea'],
    ['a sibling', 'src/vote/store.ts', "import { add } from '../comment/store.ts'", 'siblings'],
    [
      'a room above, even only its types',
      'src/feed/follow.ts',
      "import type { A } from '../live/hub.ts'",
      'live stands',
    ],
    [
      'a room above, passed on',
      'src/db/connect.ts',
      "export { a } from '../feed/a.ts'\nexport const b = 1",
      'feed stands',
    ],
    ['a room above, named in a type', 'src/db/connect.ts', "let a: import('../feed/a.ts').A", 'feed stands above db'],
    ['a room above, through its alias', 'src/db/connect.ts', "import '#src/feed/a.ts'", 'feed stands above db'],
    ['a room above, while running', 'src/db/connect.ts', "await import('../feed/a.ts')", 'feed stands above db'],
    ['something outside of src', 'src/http/pages.ts', "import '../../web/lib/names.ts'", 'src does not know'],
    ['a word after its own', 'src/vote/rules.ts', "import './store.ts'", 'store stands above rules'],
    ['a word after its own in another room', 'src/vote/store.ts', "import '../idea/actions.ts'", 'actions stands'],
    ['what only verbs may have, by another name', 'src/vote/wire.ts', "import '../question/seat.ts'", 'store stands'],
    ['a database into rules', 'src/vote/rules.ts', "import { connect } from '../db/connect.ts'", 'rules are pure'],
    ['tables into rules as a value', 'src/vote/rules.ts', "import { tables } from '../db/tables.ts'", 'rules are pure'],
    ['input and output into rules', 'src/vote/rules.ts', "import { readFile } from 'node:fs/promises'", 'are pure'],
    [
      'a development dependency',
      'src/http/app.ts',
      "import { it } from 'vitest'",
      'imports vitest, which is not among',
    ],
  ])('refuses importing %s', (_what, file, text, sentence) => {
    const found = check({ [file]: `// A first line.\n${text}` })
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${file}:2: `)
    expect(found[0]).toContain(sentence)
  })

  it.each([
    ['web/routes/+page.server.ts', "import { takeSeat } from '../../src/question/seat.ts'"],
    ['web/lib/votes.ts', "import { storeBallots } from '#src/vote/store.ts'"],
    ['web/lib/Idea.svelte', '<script lang="ts">import { id } from \'../../src/base/ids.ts\'</script>\n<p>{id}</p>'],
  ])('refuses the pages %s more of src than types, wire, rules and text', (file, text) => {
    expect(check({ [file]: text })).toEqual([expect.stringContaining(`${file}:1: the pages take only`)])
  })

  it('lets the pages take types, wire, rules and text', () => {
    const text = [
      "import type { Doors } from '../../src/http/doors.ts'",
      "import { limits } from '../../src/question/wire.ts'",
      "import { phaseOf } from '../../src/question/rules.ts'",
      "import { tidy } from '../../src/base/text.ts'",
      "import { fail } from '@sveltejs/kit'",
      "import { page } from '$app/state'",
      "import Name from '#lib/Name.svelte'",
    ].join('\n')
    expect(check({ 'web/lib/names.ts': text })).toEqual([])
  })

  it('says on which line of a component the import stands', () => {
    const text = "<h1>Votes</h1>\n\n<script>\n  import { tidy } from '../../src/db/connect.ts'\n</script>"
    expect(check({ 'web/lib/Votes.svelte': text })).toEqual([expect.stringContaining('web/lib/Votes.svelte:4: ')])
  })

  it('refuses a room that it does not know, and a file outside of every room', () => {
    const found = check({ 'src/utils/dates.ts': '', 'src/main.ts': '' })
    expect(found).toEqual([
      expect.stringContaining('src/main.ts: stands outside of every room'),
      expect.stringContaining('src/utils: is a room that nobody knows'),
    ])
  })

  it('refuses other names in the rooms of the domain than the five, but not in the other rooms', () => {
    const found = check({ 'src/vote/helpers.ts': '', 'src/vote/old/store.ts': '', 'src/snapshot/build.ts': '' })
    expect(found).toEqual([
      expect.stringContaining('src/vote/helpers.ts: a room of the domain holds only'),
      expect.stringContaining('src/vote/old/store.ts: a room of the domain holds only'),
    ])
  })

  it('refuses barrels by their name and by what they do', () => {
    const found = check({ 'src/live/index.ts': 'export const a = 1', 'web/lib/all.ts': "export * from './one.ts'" })
    expect(found).toEqual([
      expect.stringContaining('src/live/index.ts: is a barrel'),
      expect.stringContaining('web/lib/all.ts: is a barrel'),
    ])
  })

  it('refuses a file of more than 300 lines that gives no reason for it', () => {
    const lines = 'export {}\n'.repeat(300)
    expect(check({ 'src/http/app.ts': lines })).toEqual([])
    expect(check({ 'src/http/app.ts': `${lines}export {}` })).toEqual([expect.stringContaining('has 301 lines')])
    expect(check({ 'web/lib/look.css': `${lines}export {}` })).toEqual([expect.stringContaining('has 301 lines')])
    expect(check({ 'src/http/app.ts': `// Over 300 lines: it maps every route.\n${lines}` })).toEqual([])
  })

  it('lets tests import what they need to set their scene', () => {
    const text = "import { it } from 'vitest'\nimport '../decision/actions.ts'\nimport '../../test/support/core.ts'"
    expect(check({ 'src/vote/actions.test.ts': text })).toEqual([])
  })
})
