import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { sql } from 'kysely'
import { asOfOne, type Db } from '../db/connect.ts'
import { schemaGap } from '../db/migrate.ts'
import type { Engine } from '../db/engine.ts'
import { settle } from '../upkeep/copy.ts'
import { reason, UpkeepError } from '../upkeep/failure.ts'
import { findProgress } from './progress.ts'
import { line, readLines } from './read.ts'

/** Text handed on to be compressed at once, in characters. */
const pieceLength = 65_536

export interface ExportOptions {
  /** Replace a file that is there. */
  force: boolean
  /** Told how many rows of about how many are written. */
  report: (done: number, of: number) => void
}

/**
 * Writes a whole server into one file, also while it serves: everything as it was at one moment. The file appears under
 * its name only when it is whole and on the disk.
 * @param db for reading alone
 * @throws UpkeepError
 */
export async function exportAll(
  db: Db,
  engine: Engine['kind'],
  file: string,
  { force, report }: ExportOptions,
): Promise<{ questions: number; rows: number; bytes: number }> {
  const target = resolve(file)
  refuseTarget(target, force)
  const { missing, unknown } = await schemaGap(db, engine)
  if (unknown.length > 0) throw new UpkeepError('These data are of a newer Folkmoot. Export them with that release.')
  if (missing.length > 0)
    throw new UpkeepError('These data are of an older Folkmoot. Make a backup, start this release once, then export.')
  if ((await findProgress(db))?.finished === false)
    throw new UpkeepError('The import of another server was begun here and is not finished. Finish it first.')
  const partial = `${target}.partial-${process.pid}`
  try {
    const written = await asOfOne(db, async (trx) => {
      const about = await rowsAbout(trx)
      let [rows, questions] = [0, 0]
      await pipeline(
        pieces(
          readLines(trx, (more) => report((rows += more), Math.max(rows, about))),
          (text) => {
            if (text.startsWith('{"end":')) questions++
          },
          (sha256) => line({ trailer: { questions, rows, sha256 } }),
        ),
        // Quick rather than small: the rows wait in a transaction meanwhile.
        createGzip({ level: 3 }),
        createWriteStream(partial, { flags: 'wx', mode: 0o600 }),
      )
      return { questions, rows }
    })
    settle(partial)
    renameSync(partial, target)
    settle(target)
    return { ...written, bytes: statSync(target).size }
  } catch (cause) {
    throw new UpkeepError(
      `No export was made at ${target}: ${reason(cause)}. Is there enough room, may this user write there, and is the ` +
        `database well? “folkmoot doctor” says more.`,
      { cause },
    )
  } finally {
    rmSync(partial, { force: true })
  }
}

function refuseTarget(target: string, force: boolean): void {
  if (!existsSync(dirname(target))) throw new UpkeepError(`The folder ${dirname(target)} is not there. Make it first.`)
  if (!existsSync(target)) return
  if (statSync(target).isDirectory()) throw new UpkeepError(`${target} is a folder. Name a file in it.`)
  if (!force) throw new UpkeepError(`${target} is there already. Name another file, or replace it with --force.`)
}

/** How many rows there will be, from what questions count of themselves; what is hidden is not in it. */
async function rowsAbout(db: Db): Promise<number> {
  const { rows } = await sql<{
    n: number | null
  }>`select sum(revision + next_id + votes + room_votes) as n from questions`.execute(db)
  return rows[0]?.n ?? 0
}

/** Lines gathered into pieces of a size that streams like, with the trailer after them. */
async function* pieces(
  lines: AsyncIterable<string>,
  see: (line: string) => void,
  trailer: (sha256: string) => string,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let gathered = ''
  const piece = () => {
    const bytes = Buffer.from(gathered)
    gathered = ''
    return bytes
  }
  for await (const text of lines) {
    see(text)
    hash.update(text)
    gathered += text
    if (gathered.length >= pieceLength) yield piece()
  }
  gathered += trailer(hash.digest('hex'))
  yield piece()
}
