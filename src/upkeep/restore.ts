import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connect, pathIn } from '../db/connect.ts'
import { labelName, settle, verifyCopy, type Label } from './copy.ts'
import { reason, UpkeepError } from './failure.ts'

export interface RestoreOptions {
  /** Put it in the place of a database that is there, which is kept aside. */
  force: boolean
  now: number
  report: (step: 'Checking', done: number, of: number) => void
}

export interface Restored {
  questions: number
  /** When the backup was made, RFC 3339. */
  madeAt: string
  /** Where what was there before now lies. */
  aside: string[]
  /** Whether the key for kept replies came with it; otherwise SECRET_KEY must be what it was. */
  withKey: boolean
}

/**
 * Makes a backup the store of a data folder. It is copied beside the database, checked and migrated there, and takes its
 * place in one step, so that a restore that fails changes nothing.
 * @throws UpkeepError
 */
export async function restore(
  dataDir: string,
  file: string,
  { force, now, report }: RestoreOptions,
): Promise<Restored> {
  const source = resolve(file)
  refuseSource(source)
  const target = pathIn(dataDir)
  if (existsSync(target) && !force)
    throw new UpkeepError(
      `There is a database at ${target} already. Restore into an empty DATA_DIR, or put it in its place with --force; ` +
        `what is there is then kept aside.`,
    )
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const scratch = join(dataDir, `restoring-${process.pid}`)
  const release = holdAlone(target)
  try {
    mkdirSync(scratch, { mode: 0o700 })
    const copy = pathIn(scratch)
    copyFileSync(source, copy)
    chmodSync(copy, 0o600)
    const label = takeLabel(copy)
    await verifyCopy(copy, () => undefined)
    await (await connect({ kind: 'sqlite', dataDir: scratch })).close()
    const questions = await verifyCopy(copy, (done, of) => report('Checking', done, of))
    settle(copy)
    const aside = putInPlace(dataDir, copy, label.secretKey, now)
    return { questions, madeAt: label.madeAt, aside, withKey: label.secretKey !== null }
  } catch (cause) {
    throw new UpkeepError(`Nothing was restored from ${source}: ${reason(cause)}`, { cause })
  } finally {
    release()
    rmSync(scratch, { recursive: true, force: true })
  }
}

function refuseSource(source: string): void {
  if (!existsSync(source) || !statSync(source).isFile()) throw new UpkeepError(`There is no file ${source}.`)
  const head = Buffer.alloc(16)
  const handle = openSync(source, 'r')
  readSync(handle, head)
  closeSync(handle)
  if (head.toString('latin1') !== 'SQLite format 3\0')
    throw new UpkeepError(`${source} is not a backup. It must be a file that “folkmoot backup” has made.`)
}

/**
 * Holds a database so that no server can open it meanwhile; what is in its log is carried over into it.
 * @returns how to let go. @throws UpkeepError when somebody has it open
 */
function holdAlone(path: string): () => void {
  if (!existsSync(path)) return () => {}
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    // A server keeps a shared lock on the file from its start to its end, which this cannot be had beside.
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = delete; begin exclusive; commit')
  } catch (cause) {
    database.close()
    if ((cause as { errcode?: number }).errcode === 5)
      throw new UpkeepError(`A server or a command is using ${path}. Stop it first.`, { cause })
    // It is too damaged to be held, which may well be why there is something to restore.
    return () => {}
  }
  return () => database.close()
}

/** Reads what the backup says about itself, and takes it off the copy. */
function takeLabel(copy: string): Label {
  const database = new DatabaseSync(copy)
  try {
    database.exec('pragma secure_delete = on')
    const row = database.prepare('delete from server where name = ? returning value').get(labelName)
    if (typeof row?.value !== 'string')
      throw new UpkeepError('It is a database, but not a backup that “folkmoot backup” has made.')
    return JSON.parse(row.value) as Label
  } finally {
    database.close()
  }
}

/** @returns where what was there before now lies */
function putInPlace(dataDir: string, copy: string, secretKey: string | null, now: number): string[] {
  const target = pathIn(dataDir)
  const key = join(dataDir, 'secret.key')
  const before = `.before-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
  const aside: string[] = []
  const keep = (path: string) => {
    if (!existsSync(path)) return
    // A second name rather than another one: at no moment is there no database.
    linkSync(path, path + before)
    aside.push(path + before)
  }
  keep(target)
  for (const end of ['-wal', '-shm']) if (existsSync(target + end)) renameSync(target + end, target + before + end)
  const isOtherKey = secretKey !== null && !(existsSync(key) && readFileSync(key, 'utf8').trim() === secretKey)
  if (isOtherKey) {
    keep(key)
    writeFileSync(`${copy}.key`, `${secretKey}\n`, { mode: 0o600 })
    settle(`${copy}.key`)
    renameSync(`${copy}.key`, key)
  }
  renameSync(copy, target)
  settle(target)
  return aside
}
