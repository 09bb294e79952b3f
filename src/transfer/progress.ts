import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { UpkeepError } from '../upkeep/failure.ts'

/** How far the import of a whole server has come. */
export interface Progress {
  /** Of the file's lines. */
  sha256: string
  /** Lines of the file that are in. */
  lines: number
  /** Questions that are in, or begun. */
  questions: number
  finished: boolean
}

/** Name under which the table `server` keeps it. */
const name = 'import'

/** @returns null where no server was ever imported */
export async function findProgress(db: Db): Promise<Progress | null> {
  const row = await db.selectFrom('server').select('value').where('name', '=', name).executeTakeFirst()
  return row ? (JSON.parse(row.value) as Progress) : null
}

/**
 * Notes how far it has come, in the transaction that brought it there.
 * @param before what was noted last; null when nothing was
 * @throws UpkeepError when somebody else has noted something since
 */
export async function noteProgress(trx: Db, before: Progress | null, now: Progress): Promise<void> {
  const value = JSON.stringify(now)
  const { rows } = before
    ? await sql`update server set value = ${value} where name = ${name} and value = ${JSON.stringify(before)}
        returning name`.execute(trx)
    : await sql`insert into server (name, value) values (${name}, ${value}) on conflict do nothing
        returning name`.execute(trx)
  if (rows.length === 0) throw new UpkeepError('Another import is running. Let it finish.')
}

/** A store takes an import only when it is empty, or is its own, begun before. @throws UpkeepError */
export async function refuseOthers(db: Db, begun: Progress | null, sha256: string): Promise<void> {
  if (begun?.finished === true && begun.sha256 === sha256) return
  const { n } = await db
    .selectFrom('questions')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  if (begun !== null && !begun.finished && begun.sha256 !== sha256)
    throw new UpkeepError(
      'The import of another file was begun here and is not finished. Start it again with that file, or import into an ' +
        'empty database.',
    )
  const own = begun === null || begun.finished ? 0 : begun.questions
  if (n !== own)
    throw new UpkeepError(
      own === 0
        ? `There ${n === 1 ? 'is 1 question' : `are ${n} questions`} here already. A whole server can be imported only into an empty database.`
        : `Since the import was begun, ${n > own ? 'others have asked questions' : 'questions were removed'} here. ` +
            `Import into an empty database, and start no server before it is finished.`,
    )
}
