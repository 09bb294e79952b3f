import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import * as first from './migrations/0001-first-road.ts'
import * as whoIsNamed from './migrations/0002-who-is-named.ts'
import * as namedVotes from './migrations/0003-named-votes.ts'
import * as recount from './migrations/0009-recount.ts'
import { NodeSqliteDialect, openWriter } from './sqlite.ts'
import { findBreak } from '../feed/chain.ts'
import type { Db } from './store.ts'
import type { QuestionRow } from './tables.ts'

let folder: string
let db: Kysely<unknown>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folkmoot-migrate-'))
  db = new Kysely<unknown>({ dialect: new NodeSqliteDialect(() => openWriter(join(folder, 'folkmoot.sqlite'))) })
})
afterEach(async () => {
  await db.destroy()
  await rm(folder, { recursive: true, force: true })
})

it('finds out of the votes that were cast before which are of somebody with a name', async () => {
  await first.up(db)
  await whoIsNamed.up(db)
  for (const rows of [
    sql`insert into questions (id, public_id, title, description, settings, admin_hash, created_at)
      values (1, 'q', 'Where shall we meet?', '', '{}', x'00', 0)`,
    sql`insert into participants (question_id, id, public_id, name, token_hash, level, created_at)
      values (1, 1, 'a', null, x'01', 'open', 0), (1, 2, 'b', 'Bob', x'02', 'open', 0)`,
    sql`insert into ideas (question_id, id, public_id, title, description, created_at)
      values (1, 3, 'i', 'At the lake', '', 0)`,
    sql`insert into votes (question_id, participant_id, idea_id, value, level, cast_at, revision)
      values (1, 1, 3, 1, 'open', 0, 4), (1, 2, 3, 1, 'open', 0, 5)`,
  ])
    await rows.execute(db)

  await namedVotes.up(db)

  expect((await sql`select participant_id, named from votes order by participant_id`.execute(db)).rows).toEqual([
    { participant_id: 1, named: 0 },
    { participant_id: 2, named: 1 },
  ])
})

it('hangs the changes that were there before one onto the other, and gives each question the key of its receipts', async () => {
  await first.up(db)
  const feeds = { one: 3, two: 1_203, none: 0 }
  for (const [n, [id, length]] of Object.entries(feeds).entries()) {
    await sql`insert into questions (id, public_id, title, description, settings, admin_hash, created_at, revision)
      values (${n + 1}, ${id}, 'Where shall we meet?', '', '{}', ${Buffer.from([n])}, 0, ${length})`.execute(db)
    for (let revision = 1; revision <= length; revision++)
      await sql`insert into changes (question_id, revision, type, data, at)
        values (${n + 1}, ${revision}, 'idea.merged', '{"into":"b","idea":"a"}', ${revision})`.execute(db)
  }
  await recount.up(db)
  for (const [id, length] of Object.entries(feeds)) {
    const found = await sql<QuestionRow>`select * from questions where public_id = ${id}`.execute(db)
    const question = found.rows[0]!
    expect(question).toMatchObject({ head_revision: length })
    expect(question.receipt_key).toHaveLength(32)
    expect(await findBreak(db as unknown as Db, question)).toBeNull()
  }
})
