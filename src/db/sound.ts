import type { DatabaseSync } from 'node:sqlite'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { asRefusal, damagedSentence, StorageError } from './failures.ts'
import { Refusal } from '../base/refusals.ts'
import { openWriter } from './sqlite.ts'

/**
 * Opens the database file for the writer and makes sure that it can be written to and has not been tampered with or torn.
 * What a look at its head and its length does not show, SQLite finds where it reads it; see StorageWatch.
 * @throws StorageError
 */
export function openSound(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    expectLog(`${path}-wal`, path)
    database = openWriter(path)
    // A folder that is read-only lets the file be opened; only a transaction that means to write is refused.
    database.exec('begin immediate; rollback')
    expectLength(database, path)
    return database
  } catch (failure) {
    if (database?.isOpen === true) database.close()
    if (failure instanceof StorageError) throw failure
    const refused = asRefusal(failure)
    if (!(refused instanceof Refusal)) throw failure
    throw new StorageError(sentenceFor(refused, path), { cause: failure })
  }
}

function sentenceFor({ code, cause }: Refusal, path: string): string {
  if (code === 'storage_damaged') return damagedSentence(path)
  const reason = cause instanceof Error ? cause.message : ''
  if (code === 'overloaded') return `DATA_DIR: another process keeps ${path} to itself (${reason}).`
  return `DATA_DIR: ${path} cannot be written to (${reason}). Look at the disk's room, its mount and its permissions.`
}

/** The file has every page that its head says. @throws StorageError */
function expectLength(database: DatabaseSync, path: string): void {
  // Pages that are in the log alone are not in the file yet.
  database.exec('pragma wal_checkpoint(truncate)')
  const pages = Number(database.prepare('pragma page_count').get()?.page_count)
  const pageSize = Number(database.prepare('pragma page_size').get()?.page_size)
  if (statSync(path).size < pages * pageSize) throw new StorageError(damagedSentence(path))
}

/**
 * A log with a head that is no head of SQLite's was overwritten: SQLite would take it for an empty one, and what was
 * acknowledged and is only there would be gone without a word (https://sqlite.org/fileformat2.html#walformat).
 * @throws StorageError
 */
function expectLog(log: string, path: string): void {
  if (!existsSync(log)) return
  const head = Buffer.alloc(32)
  const file = openSync(log, 'r')
  const read = readSync(file, head)
  closeSync(file)
  // Shorter, or nothing but zeros: a crash came before the first commit was on the disk.
  if (read < head.length || head.every((byte) => byte === 0)) return
  const magic = head.readUInt32BE(0)
  if ((magic & 0xff_ff_ff_fe) >>> 0 !== 0x37_7f_06_82 || !isChecked(head, magic & 1))
    throw new StorageError(damagedSentence(path))
}

/** Whether the head's own checksum is right. @param bigEndian 1 or 0, as the log's machine counted */
function isChecked(head: Buffer, bigEndian: number): boolean {
  let [one, two] = [0, 0]
  for (let at = 0; at < 24; at += 8) {
    const word = (from: number) => (bigEndian ? head.readUInt32BE(from) : head.readUInt32LE(from))
    one = (one + word(at) + two) >>> 0
    two = (two + word(at + 4) + one) >>> 0
  }
  return head.readUInt32BE(24) === one && head.readUInt32BE(28) === two
}
