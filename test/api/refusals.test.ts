import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { catalogue } from '../../src/base/refusals.ts'

/**
 * What a test over HTTP cannot bring about: without breaking the server or what it stands on (see test/faults), within
 * a day (see src/verbs/retention.test.ts), or soon enough (see src/entry/entry.test.ts).
 */
const beyond = [
  'internal',
  'database_away',
  'cannot_store',
  'storage_damaged',
  'people_forgotten',
  'entries_spent',
  // Hundreds of letters, or thousands: see src/mail/post.test.ts.
  'letters_spent',
  'mail_full',
]

it('provokes every refusal of the catalogue somewhere over HTTP', () => {
  const files = globSync('../{api,attack,faults,}/*.test.ts', { cwd: import.meta.dirname }).filter(
    (file) => basename(file) !== 'refusals.test.ts',
  )
  const tests = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n')
  const missing = Object.keys(catalogue).filter((code) => !beyond.includes(code) && !tests.includes(`'${code}'`))
  expect(missing, 'Add a test that is refused with this code, or say above why there can be none.').toEqual([])
})
