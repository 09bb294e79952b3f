import { closeSync, existsSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { rfc3339 } from '../base/clock.ts'
import { pathIn } from '../db/connect.ts'
import { openReader } from '../db/sqlite.ts'
import { labelName, settle, verifyCopy, type Label } from './copy.ts'
import { reason, UpkeepError } from './failure.ts'

/** Pages copied before others get a turn: 16 MiB. */
const pagesAtOnce = 4_096

export interface BackupOptions {
  /** Replace a file that is there. */
  force: boolean
  /** Whether the key that seals kept replies is SECRET_KEY, so that no file holds it. */
  keyIsElsewhere: boolean
  now: number
  /** Told how much of how much is copied, then checked. */
  report: (step: 'Copying' | 'Checking', done: number, of: number) => void
}

/**
 * Copies the store into one file, also while a server writes to it: the copy is the store as it was when copying began.
 * The file appears under its name only when it is whole, checked and on the disk.
 * @throws UpkeepError
 */
export async function backUp(
  dataDir: string,
  file: string,
  { force, keyIsElsewhere, now, report }: BackupOptions,
): Promise<{ bytes: number; questions: number }> {
  const source = pathIn(dataDir)
  const target = resolve(file)
  refuseTarget(source, target, force)
  const partial = `${target}.partial-${process.pid}`
  try {
    // The engine takes an empty file as it is, and with it who may read it.
    closeSync(openSync(partial, 'wx', 0o600))
    await copyPages(source, partial, (done, of) => report('Copying', done, of))
    const key = join(dataDir, 'secret.key')
    const secretKey = keyIsElsewhere || !existsSync(key) ? null : readFileSync(key, 'utf8').trim()
    labelCopy(partial, { madeAt: rfc3339(now), secretKey })
    const questions = await verifyCopy(partial, (done, of) => report('Checking', done, of))
    settle(partial)
    renameSync(partial, target)
    settle(target)
    return { bytes: statSync(target).size, questions }
  } catch (cause) {
    const advice =
      cause instanceof UpkeepError
        ? '“folkmoot doctor” says more.'
        : 'Is there enough room, and may this user write there?'
    throw new UpkeepError(`No backup was made at ${target}: ${reason(cause)} ${advice}`, { cause })
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(partial + end, { force: true })
  }
}

function refuseTarget(source: string, target: string, force: boolean): void {
  if (!existsSync(source))
    throw new UpkeepError(`There is nothing to back up: ${source} is not there. Is DATA_DIR right?`)
  if (!existsSync(dirname(target))) throw new UpkeepError(`The folder ${dirname(target)} is not there. Make it first.`)
  if (!existsSync(target)) return
  if (statSync(target).isDirectory()) throw new UpkeepError(`${target} is a folder. Name a file in it.`)
  if (
    ['', '-wal', '-shm'].some((end) => existsSync(source + end) && realpathSync(target) === realpathSync(source + end))
  )
    throw new UpkeepError(`${target} is the database itself. Name another file.`)
  if (!force) throw new UpkeepError(`${target} is there already. Name another file, or replace it with --force.`)
}

async function copyPages(source: string, partial: string, report: (done: number, of: number) => void): Promise<void> {
  const reader = openReader(source)
  try {
    // Within a read transaction every page is as of its beginning. Otherwise each write of the server would make the
    // engine begin the copy anew, and on a busy evening it would never end.
    reader.exec('begin; select count(*) from sqlite_schema')
    await backup(reader, partial, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) => report(totalPages - remainingPages, totalPages),
    })
  } finally {
    reader.close()
  }
}

/** Makes the copy one file without a log beside it, and writes on it what it is. */
function labelCopy(partial: string, label: Label): void {
  const copy = new DatabaseSync(partial)
  try {
    copy.exec('pragma journal_mode = delete')
    copy
      .prepare('insert into server (name, value) values (?, ?) on conflict (name) do update set value = excluded.value')
      .run(labelName, JSON.stringify(label))
  } finally {
    copy.close()
  }
}
