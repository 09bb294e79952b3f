import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../../test/support/core.ts'
import { exportFrom, importInto, play, step, told, type Played } from '../../test/support/played.ts'
import { findFaults } from '../upkeep/verify.ts'

const silent = () => undefined
let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-transfer-'))
  file = join(folder, 'all.folkmoot')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(engines)('from $engine', ({ open: openSource }) => {
  describe.each(engines)('to $engine', ({ open: openTarget }) => {
    it('moves whatever people have done, so that nobody can tell the difference', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { maxLength: 25 }), { minLength: 1, maxLength: 3 }), async (plays) => {
          const [source, target] = [await openSource(), await openTarget()]
          try {
            const played: Played[] = []
            for (const steps of plays) played.push(await play(source, steps))
            target.time.now = source.time.now
            const { questions } = await exportFrom(source, file)
            expect(questions).toBe(plays.length)
            await importInto(target, file)

            for (const one of played) expect(await told(target, one)).toEqual(await told(source, one))
            expect(await findFaults(target.core.store.read, silent)).toEqual([])
            const again = join(folder, 'again.folkmoot')
            await exportFrom(target, again)
            expect(readFileSync(again).equals(readFileSync(file)), 'the same bytes').toBe(true)
          } finally {
            await Promise.all([source.close(), target.close()])
          }
        }),
        { numRuns: process.env.CI ? 20 : 6 },
      )
    }, 120_000)
  })
})
