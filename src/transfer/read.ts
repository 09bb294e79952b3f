import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { buildSnapshot } from '../snapshot/build.ts'
import {
  columnsByName,
  encode,
  formatName,
  formatVersion,
  questions,
  replies,
  sections,
  type End,
  type Line,
  type Section,
} from './format.ts'

/**
 * Everything that is worth moving, line by line, as of one moment when `db` is one transaction. Two stores with the same
 * rows give the same lines, on whatever engine. The trailer is left to whoever writes the file.
 * @param counted is told of rows as they are read
 */
export async function* readLines(db: Db, counted: (rows: number) => void): AsyncGenerator<string> {
  yield line({ format: formatName, version: formatVersion, columns: columnsByName() })
  for (let after = 0; ;) {
    const row = await db
      .selectFrom('questions')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (!row) break
    after = row.id
    yield* readQuestion(db, row, counted)
  }
  for await (const rows of readRows(db, replies, null)) {
    counted(rows.length)
    yield line({ table: replies.name, rows: rows.map((row) => encode(replies, row)) })
  }
}

/** All of one question, and at its end what lets anyone prove that it is all, and the same. */
export async function* readQuestion(db: Db, row: QuestionRow, counted: (rows: number) => void): AsyncGenerator<string> {
  const digest = createHash('sha256')
  const counts: End['rows'] = {}
  const put = ({ name }: Section, rows: Line & { rows: unknown[] }) => {
    const text = line(rows)
    digest.update(text)
    counts[name] = (counts[name] ?? 0) + rows.rows.length
    counted(rows.rows.length)
    return text
  }
  yield put(questions, { table: questions.name, rows: [encode(questions, { ...row })] })
  for (const section of sections)
    for await (const rows of readRows(db, section, row.id))
      yield put(section, { table: section.name, rows: rows.map((one) => encode(section, one)) })
  yield line({
    end: row.public_id,
    rows: counts,
    digest: digest.digest('hex'),
    snapshot: await snapshotDigest(db, row),
  })
}

/** Rows of a section in the order of their key, some at a time. @param question its key; null for what belongs to none */
async function* readRows(db: Db, section: Section, question: number | null): AsyncGenerator<Record<string, unknown>[]> {
  const { table, key, columns, atOnce, only } = section
  const names = sql.join(key.map((name) => sql.ref(name)))
  let last: unknown[] | null = null
  for (;;) {
    const { rows }: { rows: Record<string, unknown>[] } = await sql<Record<string, unknown>>`
      select ${sql.join(columns.map((name) => sql.ref(name)))} from ${sql.table(table)}
      where ${question === null ? sql`1 = 1` : sql`question_id = ${question}`}
      ${only === undefined ? sql`` : sql`and ${sql.ref(only)} is not null`}
      ${last === null ? sql`` : sql`and (${names}) > (${sql.join(last)})`}
      ${key.length === 0 ? sql`` : sql`order by ${names}`} limit ${atOnce}`.execute(db)
    if (rows.length > 0) yield rows
    const end = rows.at(-1)
    if (end === undefined || key.length === 0 || rows.length < atOnce) return
    last = key.map((name) => end[name])
  }
}

/** A fingerprint of what everyone sees; of a moment that is the same before and after, since deadlines pass. */
async function snapshotDigest(db: Db, row: QuestionRow): Promise<string> {
  const snapshot = await buildSnapshot(db, row, row.created_at)
  return createHash('sha256').update(JSON.stringify(snapshot)).digest('hex')
}

export function line(content: Line): string {
  return `${JSON.stringify(content)}\n`
}
