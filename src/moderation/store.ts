import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { ActRow, WaitingRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'
import type { ActName } from './wire.ts'

/** Words that hold back what contains one; the owner alone is told them. */
export async function findHeldWords(db: Db | Trx, questionKey: number): Promise<string[]> {
  const row = await db
    .selectFrom('held_words')
    .select('words')
    .where('question_id', '=', questionKey)
    .executeTakeFirst()
  return row ? (JSON.parse(row.words) as string[]) : []
}

export async function storeHeldWords(taken: Taken, words: string[]): Promise<void> {
  const text = JSON.stringify(words)
  await taken.trx
    .insertInto('held_words')
    .values({ question_id: taken.question.id, words: text })
    .onConflict((conflict) => conflict.column('question_id').doUpdateSet({ words: text }))
    .execute()
}

/** What waits of a contribution; none where nothing does. @param thing its public id */
export async function findWaiting(db: Db | Trx, questionKey: number, thing: string): Promise<WaitingRow | undefined> {
  return await db
    .selectFrom('waiting')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('thing', '=', thing)
    .executeTakeFirst()
}

/** Writes what waits of a contribution, in the place of what did. */
export async function storeWaiting(taken: Taken, row: Omit<WaitingRow, 'question_id'>): Promise<void> {
  const { since, held, edit, image_id } = row
  await taken.trx
    .insertInto('waiting')
    .values({ question_id: taken.question.id, ...row })
    .onConflict((conflict) => conflict.columns(['question_id', 'thing']).doUpdateSet({ since, held, edit, image_id }))
    .execute()
}

export async function deleteWaiting(taken: Taken, thing: string): Promise<void> {
  await taken.trx
    .deleteFrom('waiting')
    .where('question_id', '=', taken.question.id)
    .where('thing', '=', thing)
    .execute()
}

/** Since when a contribution is reported without the owner having looked at it; null where it is not. */
export async function findReportedSince(taken: Taken, thing: string): Promise<number | null> {
  const row = await taken.trx
    .selectFrom('reports')
    .select((of) => of.fn.min('at').as('since'))
    .where('question_id', '=', taken.question.id)
    .where('thing', '=', thing)
    .where('settled_by', 'is', null)
    .executeTakeFirst()
  return row?.since ?? null
}

export async function storeAct(taken: Taken, row: Omit<ActRow, 'question_id' | 'undone_at'>): Promise<void> {
  await taken.trx
    .insertInto('acts')
    .values({ question_id: taken.question.id, undone_at: null, ...row })
    .execute()
}

/** Says of an act that it was undone. */
export async function markUndone(taken: Taken, actKey: number): Promise<void> {
  await taken.trx
    .updateTable('acts')
    .set({ undone_at: taken.now })
    .where('question_id', '=', taken.question.id)
    .where('id', '=', actKey)
    .execute()
}

/** Notes with which act the reports of a contribution were dealt with. */
export async function settleReports(taken: Taken, thing: string, actKey: number): Promise<void> {
  await taken.trx
    .updateTable('reports')
    .set({ settled_by: actKey })
    .where('question_id', '=', taken.question.id)
    .where('thing', '=', thing)
    .where('settled_by', 'is', null)
    .execute()
}

export async function unsettleReports(taken: Taken, actKey: number): Promise<void> {
  await taken.trx
    .updateTable('reports')
    .set({ settled_by: null })
    .where('question_id', '=', taken.question.id)
    .where('settled_by', '=', actKey)
    .execute()
}

/** The last act on a contribution that was not undone; none where there is none. @param act of this kind alone */
export async function findLiveAct(
  db: Db | Trx,
  questionKey: number,
  thing: string,
  act?: ActName,
): Promise<ActRow | undefined> {
  return await db
    .selectFrom('acts')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('thing', '=', thing)
    .where('undone_at', 'is', null)
    .$if(act !== undefined, (query) => query.where('act', '=', act ?? ''))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Forgets who somebody was: what they reported goes, and what was done about theirs is nobody's. */
export async function forgetParticipant(taken: Taken, participantKey: number): Promise<void> {
  const { trx, question } = taken
  await trx
    .deleteFrom('reports')
    .where('question_id', '=', question.id)
    .where('participant_id', '=', participantKey)
    .execute()
  await trx
    .updateTable('acts')
    .set({ author_id: null })
    .where('question_id', '=', question.id)
    .where('author_id', '=', participantKey)
    .execute()
  await trx
    .deleteFrom('moved')
    .where('question_id', '=', question.id)
    .where('what', '=', 'vote')
    .where('key', '=', participantKey)
    .execute()
}

/**
 * Forgets what was said in contributions that are gone: acts about them stay, and can no longer be undone; nothing of
 * them waits any more. What is not held, changed or reported any more leaves the desk, too.
 */
export async function forgetGone(taken: Taken): Promise<void> {
  const { trx, question } = taken
  const key = question.id
  const there = sql`(select public_id from ideas where question_id = ${key}
    union all select public_id from arguments where question_id = ${key}
    union all select public_id from comments where question_id = ${key})`
  const pictures = await sql<{ image_id: number }>`
    select image_id from acts where question_id = ${key} and image_id is not null and thing not in ${there}
    union all
    select image_id from waiting where question_id = ${key} and image_id is not null and thing not in ${there}`.execute(
    trx,
  )
  await sql`update acts set before = null, note = '', image_id = null
    where question_id = ${key} and before is not null and thing not in ${there}`.execute(trx)
  await sql`delete from reports where question_id = ${key} and thing not in ${there}`.execute(trx)
  await sql`delete from waiting where question_id = ${key} and (thing not in ${there} or held = 0 and edit is null
    and thing not in (select thing from reports where question_id = ${key} and settled_by is null))`.execute(trx)
  await sql`delete from moved where question_id = ${key} and act_id in
    (select id from acts where question_id = ${key} and before is null)`.execute(trx)
  for (const { image_id } of pictures.rows)
    await trx.deleteFrom('images').where('question_id', '=', key).where('id', '=', image_id).execute()
}

/** Lets go the picture that an act held: it is shown or waits again, or nothing needs it any more. */
export async function dropPicture(taken: Taken, actKey: number): Promise<void> {
  await taken.trx
    .updateTable('acts')
    .set({ image_id: null })
    .where('question_id', '=', taken.question.id)
    .where('id', '=', actKey)
    .execute()
}
