import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, pathIn } from '../db/connect.ts'
import { createDoors } from '../http/doors.ts'
import { engines, houseOf, person, type TestCore } from '../../test/support/core.ts'
import { backUp, type BackupOptions } from './backup.ts'
import { restore, type RestoreOptions } from './restore.ts'

// Only the embedded engine: PostgreSQL has tools of its own for this.
const [sqlite] = engines
const now = Date.parse('2026-05-04T12:00:00Z')
const report = () => undefined

let test: TestCore
let folder: string
let file: string
let questionId: string
beforeEach(async () => {
  test = await sqlite!.open()
  folder = mkdtempSync(join(tmpdir(), 'folkmoot-backup-'))
  file = join(folder, 'monday.backup')
  const bob = person('Bob')
  questionId = (await test.doors.ask(person('Alice'), { title: 'Where shall we meet?' })).question.id
  const idea = await test.doors.addIdea(bob, questionId, { title: 'At the lake' })
  await test.doors.vote(bob, questionId, idea.id)
  writeFileSync(join(test.dataDir, 'secret.key'), 'a key that was made by the server itself\n', { mode: 0o600 })
})
afterEach(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

const backup = (options: Partial<BackupOptions> = {}) =>
  backUp(test.dataDir, file, { force: false, keyIsElsewhere: false, now, report, ...options })
const bringBack = (dataDir: string, options: Partial<RestoreOptions> = {}) =>
  restore(dataDir, file, { force: false, now, report, ...options })

/** What everyone sees of the question in a data folder. */
async function snapshotIn(dataDir: string) {
  const store = await connect({ kind: 'sqlite', dataDir })
  try {
    return await createDoors(houseOf({ ...test.core, store })).snapshot(questionId)
  } finally {
    await store.close()
  }
}

/** Overwrites some bytes of every page but the first. */
function scratch(path: string): void {
  const handle = openSync(path, 'r+')
  for (let at = 4_096; at < statSync(path).size; at += 4_096) writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, at)
  closeSync(handle)
}

describe('backUp', () => {
  it('makes one file for its owner’s eyes alone and reports how far it is', async () => {
    const steps: string[] = []
    const made = await backup({ report: (step, done, of) => done === of && steps.push(step) })
    expect(made).toEqual({ questions: 1, bytes: statSync(file).size })
    expect(readdirSync(folder)).toEqual(['monday.backup'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(steps).toContain('Checking')
  })

  it('replaces a file only when told to', async () => {
    writeFileSync(file, 'something else')
    await expect(backup()).rejects.toThrow('is there already')
    expect(readFileSync(file, 'utf8')).toBe('something else')
    await backup({ force: true })
    expect(readFileSync(file, 'latin1')).toMatch(/^SQLite format 3/)
  })

  it.each([
    ['a folder that is not there', () => join(folder, 'nowhere', 'monday'), 'is not there. Make it first.'],
    ['a folder', () => folder, 'is a folder. Name a file in it.'],
    ['the database itself', () => pathIn(test.dataDir), 'is the database itself.'],
    ['the log of the database', () => `${pathIn(test.dataDir)}-wal`, 'is the database itself.'],
  ])('refuses %s as its file', async (_what, path, sentence) => {
    file = path()
    await expect(backup({ force: true })).rejects.toThrow(sentence)
    expect((await test.doors.snapshot(questionId)).counts.votes).toBe(1)
  })

  it('leaves nothing behind when what it copied is wrong, and says what', async () => {
    await test.core.store.write.updateTable('questions').set({ votes: 9 }).execute()
    await expect(backup()).rejects.toThrow(`The question ${questionId} counts 9 votes, and there are 1.`)
    expect(readdirSync(folder)).toEqual([])
  })

  it('says where there is nothing to back up, and makes nothing there', async () => {
    const nowhere = join(folder, 'data')
    await expect(backUp(nowhere, file, { force: false, keyIsElsewhere: false, now, report })).rejects.toThrow(
      'There is nothing to back up',
    )
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('restore', () => {
  it('brings the data and the key back into an empty folder, where only the owner can read them', async () => {
    const before = await test.doors.snapshot(questionId)
    await backup()
    const empty = join(folder, 'data')
    const done = await bringBack(empty)
    expect(done).toEqual({ questions: 1, madeAt: '2026-05-04T12:00:00.000Z', aside: [], withKey: true })
    expect(await snapshotIn(empty)).toEqual(before)
    expect(readdirSync(empty).sort()).toEqual(['folkmoot.sqlite', 'secret.key'])
    for (const name of ['folkmoot.sqlite', 'secret.key', '.']) expect(statSync(join(empty, name)).mode & 0o077).toBe(0)
    const key = readFileSync(join(empty, 'secret.key'), 'utf8').trim()
    expect(key).toBe('a key that was made by the server itself')
    expect(readFileSync(pathIn(empty)).includes(key), 'the key lies beside the data, not in them').toBe(false)
  })

  it('has no key where the server gets it from SECRET_KEY', async () => {
    await backup({ keyIsElsewhere: true })
    expect(readFileSync(file).includes('a key that was made')).toBe(false)
    expect(await bringBack(join(folder, 'data'))).toMatchObject({ withKey: false })
    expect(existsSync(join(folder, 'data', 'secret.key'))).toBe(false)
  })

  it('refuses a folder with data unless told to, and then keeps data and key aside', async () => {
    await backup()
    const target = join(folder, 'data')
    await bringBack(target)
    const store = await connect({ kind: 'sqlite', dataDir: target })
    await store.write.updateTable('questions').set({ title: 'What was here before' }).execute()
    await store.close()
    writeFileSync(join(target, 'secret.key'), 'another key\n')

    await expect(bringBack(target)).rejects.toThrow('There is a database at')
    const { aside } = await bringBack(target, { force: true })
    expect(aside).toHaveLength(2)
    const kept = new DatabaseSync(aside[0]!, { readOnly: true })
    expect(kept.prepare('select title from questions').get()?.title).toBe('What was here before')
    kept.close()
    expect(readFileSync(aside[1]!, 'utf8')).toBe('another key\n')
    expect((await snapshotIn(target)).title).toBe('Where shall we meet?')
    expect(readFileSync(join(target, 'secret.key'), 'utf8')).toBe('a key that was made by the server itself\n')
  })

  it('refuses while somebody has the data open, who goes on undisturbed', async () => {
    await backup()
    await expect(bringBack(test.dataDir, { force: true })).rejects.toThrow('is using')
    await test.doors.addIdea(person(), questionId, { title: 'Still open' })
    expect(readdirSync(test.dataDir).filter((name) => /restoring|before/.test(name))).toEqual([])
  })

  it('brings a damaged database back, and keeps the damaged one aside', async () => {
    await backup()
    const target = join(folder, 'data')
    await bringBack(target)
    writeFileSync(pathIn(target), Buffer.alloc(20_000, 0x5a))
    const { aside } = await bringBack(target, { force: true })
    expect(readFileSync(aside[0]!)).toEqual(Buffer.alloc(20_000, 0x5a))
    expect((await snapshotIn(target)).title).toBe('Where shall we meet?')
  })

  it.each<[string, () => void]>([
    ['cut short', () => truncateSync(file, statSync(file).size - 8_192)],
    ['scratched', () => scratch(file)],
    ['something else', () => writeFileSync(file, 'Dear diary, today I made a backup.')],
    ['empty', () => writeFileSync(file, '')],
    [
      'a database of another kind',
      () => {
        rmSync(file)
        const other = new DatabaseSync(file)
        other.exec('create table server (name, value)')
        other.close()
      },
    ],
    [
      'of a newer Folkmoot',
      () => {
        const copy = new DatabaseSync(file)
        copy.exec("insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')")
        copy.close()
      },
    ],
  ])('refuses a backup that is %s, and changes nothing', async (_kind, spoil) => {
    await backup()
    const target = join(folder, 'data')
    await bringBack(target)
    const before = readFileSync(pathIn(target))
    spoil()
    await expect(bringBack(join(folder, 'empty'))).rejects.toThrow(/Nothing was restored|is not a backup/)
    await expect(bringBack(target, { force: true })).rejects.toThrow(/Nothing was restored|is not a backup/)
    expect(existsSync(join(folder, 'empty', 'folkmoot.sqlite'))).toBe(false)
    expect(readdirSync(target).sort()).toEqual(['folkmoot.sqlite', 'secret.key'])
    expect((await snapshotIn(target)).title).toBe('Where shall we meet?')
    expect(before.length).toBe(statSync(pathIn(target)).size)
  })

  it('makes a backup that others could read one that they cannot', async () => {
    await backup()
    chmodSync(file, 0o644)
    await bringBack(join(folder, 'data'))
    expect(statSync(pathIn(join(folder, 'data'))).mode & 0o777).toBe(0o600)
  })
})
