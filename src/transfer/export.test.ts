import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectPatiently } from '../db/connect.ts'
import { engines, type TestCore } from '../../test/support/core.ts'
import { exportFrom, linesOf, play } from '../../test/support/played.ts'
import { exportAll } from './export.ts'

const silent = () => undefined
const [sqlite] = engines
let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-transfer-'))
  file = join(folder, 'all.folkmoot')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('exportAll', () => {
  let source: TestCore
  beforeEach(async () => {
    source = await sqlite!.open()
    await play(source, [])
  })
  afterEach(() => source.close())
  const exporting = (to: string, force = false) => exportAll(source.core.store.read, source.engine.kind, to, { force, report: silent }) // prettier-ignore

  it('writes one file, for its owner’s eyes alone, and nothing else', async () => {
    const own = mkdtempSync(join(folder, 'own-'))
    const { bytes } = await exporting(join(own, 'all'))
    expect(readdirSync(own)).toEqual(['all'])
    expect(statSync(join(own, 'all'))).toMatchObject({ size: bytes })
    expect(statSync(join(own, 'all')).mode & 0o777).toBe(0o600)
  })

  it('has no token in it that would let anyone in', async () => {
    const { owner, people } = await play(source, [])
    await exportFrom(source, file)
    const text = gunzipSync(readFileSync(file)).toString('utf8')
    for (const secret of [owner.bearer, ...people.map((one) => one.device)]) expect(text).not.toContain(secret)
  })

  it('replaces a file only when told to, and says where it cannot write', async () => {
    const there = join(folder, 'there')
    writeFileSync(there, 'a diary')
    await expect(exporting(there)).rejects.toThrow('is there already')
    await expect(exporting(folder)).rejects.toThrow('is a folder')
    await expect(exporting(join(folder, 'no', 'such'))).rejects.toThrow('is not there. Make it first.')
    expect(readFileSync(there, 'utf8')).toBe('a diary')
    await exporting(there, true)
    expect(linesOf(there).length).toBeGreaterThan(5)
  })

  it('refuses data of another release', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(source.core.store.write)
    await expect(exporting(join(folder, 'later'))).rejects.toThrow('of a newer Folkmoot')
    await sql`delete from kysely_migration where name >= '0004'`.execute(source.core.store.write)
    await expect(exporting(join(folder, 'later'))).rejects.toThrow('of an older Folkmoot')
  })
})

describe.each(engines)('exportAll on $engine', ({ open }) => {
  it('writes all as it was at one moment, however much is written meanwhile', async () => {
    const source = await open()
    for (let n = 0; n < 30; n++) await play(source, [])
    const reader = await connectPatiently(source.engine)
    const { write } = source.core.store
    let writing: Promise<unknown> | undefined
    await exportAll(reader, source.engine.kind, file, {
      force: true,
      report: () => void (writing ??= write.updateTable('questions').set({ title: 'Changed' }).execute()),
    })
    await writing
    await reader.destroy()
    expect(linesOf(file).join('\n')).not.toContain('Changed')
    await exportFrom(source, file)
    expect(linesOf(file).join('\n')).toContain('Changed')
    await source.close()
  })
})
