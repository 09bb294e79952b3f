import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines, person, type TestCore } from '../../test/support/core.ts'
import { exportFrom, importInto, linesOf, play, type Played } from '../../test/support/played.ts'
import { onceFrom } from '../feed/once.ts'
import { findFaults } from '../upkeep/verify.ts'
import { importAll } from './import.ts'

const silent = () => undefined
const [sqlite] = engines
let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-transfer-'))
  file = join(folder, 'all.folkmoot')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(engines)('importAll on $engine', ({ open }) => {
  let source: TestCore
  let target: TestCore
  beforeEach(async () => {
    source = await sqlite!.open()
    target = await open()
  })
  afterEach(async () => {
    await Promise.all([source.close(), target.close()])
  })

  it('goes on where it broke off, and shows no question before it is whole', async () => {
    const played: Played[] = []
    for (let n = 0; n < 40; n++) played.push(await play(source, []))
    await exportFrom(source, file)
    const dones: number[] = []
    const breaking = importAll(target.core.store, file, (step, done) => {
      if (step === 'Importing' && dones.push(done) > 1) throw new Error('The power is gone.')
    })
    await expect(breaking).rejects.toThrow('The power is gone.')
    const shown = await target.core.store.read.selectFrom('questions').select('public_id').orderBy('id').execute()
    expect(shown.length).toBeGreaterThan(2)
    expect(shown.length).toBeLessThan(40)
    const { public_id: last } = shown.pop()!
    expect(shown.map((row) => row.public_id)).toEqual(played.slice(0, shown.length).map((one) => one.q))
    expect(last).not.toBe(played[shown.length]!.q)
    await expect(exportFrom(target, join(folder, 'half.folkmoot'))).rejects.toThrow('is not finished')

    const reports: number[] = []
    await importAll(target.core.store, file, (step, done) => step === 'Importing' && reports.push(done))
    expect(reports[0], 'what was in is not brought in again').toBeGreaterThan(dones.at(-1)!)
    const again = join(folder, 'again.folkmoot')
    await exportFrom(target, again)
    expect(linesOf(again)).toEqual(linesOf(file))
  })

  it('does nothing when the same export is in, whatever people have done since', async () => {
    const played = await play(source, [])
    await exportFrom(source, file)
    expect(await importInto(target, file)).toMatchObject({ alreadyThere: false, questions: 1 })
    const asked = await target.doors.ask(person(), { title: 'And when?' })
    await target.doors.addIdea(person('Eve'), played.q, { title: 'In the barn' })
    const before = await target.doors.snapshot(played.q)
    expect(await importInto(target, file)).toMatchObject({ alreadyThere: true })
    expect(await target.doors.snapshot(played.q)).toEqual(before)
    expect((await target.doors.snapshot(asked.question.id)).title).toBe('And when?')
  })

  it('brings pictures, answers kept for retries and what was imported from elsewhere', async () => {
    const { q, people } = await play(source, [])
    const png = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a54' } })
      .png()
      .toBuffer()
    const { image } = await source.doors.addIdea(people[0]!, q, { title: 'On the roof' }, png)
    const once = onceFrom('a key', 'POST', 'the body', 'the secret key of this server')
    const comment = await source.doors.addComment({ ...people[0]!, once }, q, { text: 'Once.' })
    await sql`insert into imports (source, question_id, position, finished_at)
      select 'polis:abc', id, 7, 8 from questions`.execute(source.core.store.write)
    await exportFrom(source, file)
    await importInto(target, file)

    const picture = image!.url.split('/').at(-1)!
    const bytes = async (test: TestCore) => Buffer.from((await test.doors.image(person(), q, picture)).bytes)
    expect((await bytes(target)).equals(await bytes(source))).toBe(true)
    expect((await target.doors.addComment({ ...people[0]!, once }, q, { text: 'Once.' })).id).toBe(comment.id)
    expect(await target.core.store.read.selectFrom('imports').select(['source', 'position']).execute()).toEqual([
      { source: 'polis:abc', position: 7 },
    ])
  })

  it('refuses a store with questions of its own, and one in which another import was begun', async () => {
    for (let n = 0; n < 20; n++) await play(source, [])
    await exportFrom(source, file)
    const other = join(folder, 'other.folkmoot')
    await play(source, [])
    await exportFrom(source, other)
    await target.doors.ask(person(), { title: 'Mine?' })
    await expect(importInto(target, file)).rejects.toThrow('There is 1 question here already.')
    await sql`delete from changes`.execute(target.core.store.write)
    await sql`delete from questions`.execute(target.core.store.write)

    const breaking = importAll(target.core.store, file, (step) => {
      if (step === 'Importing') throw new Error('The power is gone.')
    })
    await expect(breaking).rejects.toThrow('The power is gone.')
    await expect(importInto(target, other)).rejects.toThrow('The import of another file was begun here')
    await target.doors.ask(person(), { title: 'Meanwhile?' })
    await expect(importInto(target, file)).rejects.toThrow('others have asked questions here')
  })

  it('lets only one of two that run at the same time write', async () => {
    for (let n = 0; n < 30; n++) await play(source, [])
    await exportFrom(source, file)
    const results = await Promise.allSettled([importInto(target, file), importInto(target, file)])
    const failed = results.filter((one) => one.status === 'rejected')
    expect(failed.map((one) => (one.reason as Error).message)).toEqual(['Another import is running. Let it finish.'])
    expect(await findFaults(target.core.store.read, silent)).toEqual([])
  })

  it('shows no question that came out other than the file says', async () => {
    const { q } = await play(source, [{ verb: 'vote', who: 0, idea: 1, into: 0 }])
    await exportFrom(source, file)
    const [trailer, ...lines] = linesOf(file).reverse()
    const text = lines.reverse().map((line) => `${line.replace('"At the lake"', '"At the sea"')}\n`).join('') // prettier-ignore
    const sha256 = createHash('sha256').update(text).digest('hex')
    const forged = join(folder, 'forged.folkmoot')
    writeFileSync(forged, gzipSync(text + trailer!.replace(/[0-9a-f]{64}/, sha256) + '\n'))
    await expect(importInto(target, forged)).rejects.toThrow(`The question ${q} is not what it was`)
    await expect(target.doors.snapshot(q)).rejects.toMatchObject({ code: 'question_not_found' })
  })
})
