import { randomBytes } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { canonicalJson, Chain } from '../../base/chain.ts'

/** Changes read and written at once. */
const atOnce = 500

/**
 * Hangs the changes of each feed one onto the other, and gives each question the key from which the receipts of those who
 * vote follow. A release from before that still runs beside this one appends changes without a hash: those are hung on
 * before the next one, since the question says up to which revision its head is.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table changes add column hash blob',
    'alter table questions add column head blob',
    'alter table questions add column head_revision integer not null default 0',
    'alter table questions add column receipt_key blob',
  ])
    await sql.raw(statement).execute(db)
  for (let after = 0; ;) {
    const { rows } = await sql<{ id: number; public_id: string }>`
      select id, public_id from questions where id > ${after} order by id limit ${atOnce}`.execute(db)
    for (const { id, public_id } of rows) await hangOn(db, id, public_id)
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}

interface Row {
  revision: number
  type: string
  data: string
  at: number
}

async function hangOn(db: Kysely<unknown>, key: number, publicId: string): Promise<void> {
  const chain = new Chain(publicId, null)
  let [head, revision]: [Uint8Array | null, number] = [null, 0]
  for (;;) {
    const { rows }: { rows: Row[] } = await sql<Row>`
      select revision, type, data, at from changes where question_id = ${key} and revision > ${revision}
      order by revision limit ${atOnce}`.execute(db)
    if (rows.length === 0) break
    const hashes = rows.map((row) => {
      const data = canonicalJson(JSON.parse(row.data) as Record<string, unknown>)
      head = chain.add(row.revision, row.type, data, row.at)
      return sql`(cast(${row.revision} as integer), cast(${head} as blob))`
    })
    revision = rows.at(-1)?.revision ?? revision
    await sql`
      update changes set hash = hung.column2 from (values ${sql.join(hashes)}) as hung
      where changes.question_id = ${key} and changes.revision = hung.column1`.execute(db)
  }
  await sql`
    update questions set head = ${head}, head_revision = ${revision}, receipt_key = ${randomBytes(32)}
    where id = ${key}`.execute(db)
}
