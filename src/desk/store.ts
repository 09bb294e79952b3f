import { createHash } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import { refuse } from '../base/refusals.ts'
import { loadArgumentEvenHidden, updateArgument, type ArgumentWithIdea } from '../argument/store.ts'
import { loadComment, updateComment } from '../comment/store.ts'
import { allVotes } from '../contribution/store.ts'
import type { Db } from '../db/connect.ts'
import { lesser } from '../db/spelled.ts'
import type { ActRow, CommentRow, IdeaRow, WaitingRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'
import { loadIdeaEvenMerged, updateIdea } from '../idea/store.ts'
import { findWaiting } from '../moderation/store.ts'
import type { Kind } from '../moderation/wire.ts'
import { recountVotes } from '../vote/store.ts'

/** Any contribution, with what waits of it. */
export type Thing = { waiting: WaitingRow | undefined } & (
  { kind: 'idea'; row: IdeaRow } | { kind: 'argument'; row: ArgumentWithIdea } | { kind: 'comment'; row: CommentRow }
)

export type Texts = Record<string, string | null>

/** Any contribution, whatever its state. @throws idea_not_found, argument_not_found, comment_not_found */
export async function loadThing(db: Db | Trx, questionKey: number, kind: Kind, id: string): Promise<Thing> {
  const waiting = await findWaiting(db, questionKey, id)
  if (kind === 'idea') return { kind, row: await loadIdeaEvenMerged(db, questionKey, id), waiting }
  if (kind === 'argument') return { kind, row: await loadArgumentEvenHidden(db, questionKey, id), waiting }
  return { kind, row: await loadComment(db, questionKey, id), waiting }
}

/** All that a contribution says. */
export function textsOf(thing: Thing): Texts {
  if (thing.kind !== 'idea') return { text: thing.row.text }
  const { title, description, link } = thing.row
  return { title, description, link }
}

/** Tells what an owner has seen from what it is now: the last act, and all that it says or is to say. */
export function versionOf(thing: Thing, last: ActRow | undefined): string {
  const { waiting } = thing
  const said = [textsOf(thing), thing.kind === 'idea' ? thing.row.image_id : null, waiting?.edit, waiting?.image_id]
  return `${last?.public_id ?? ''}.${createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22)}`
}

type Change = Texts & { edited_at?: never } & object

/** Changes a contribution's row, whatever its kind. */
export async function updateThing(
  taken: Taken,
  { kind, row }: Thing,
  change: Partial<IdeaRow> | Change,
): Promise<void> {
  if (kind === 'idea') await updateIdea(taken, row.id, change)
  else if (kind === 'argument') await updateArgument(taken, row.id, change)
  else await updateComment(taken, row.id, change)
}

/** Notes what a merger is about to move. */
export async function storeMoved(taken: Taken, actKey: number, source: IdeaRow, target: IdeaRow): Promise<void> {
  const { trx, question } = taken
  const [key, act] = [question.id, sql`cast(${actKey} as integer)`]
  for (const table of allVotes)
    await sql`
      insert into moved (question_id, act_id, what, key, twice, level, value, cast_at, revision, kept_value,
        kept_cast_at, kept_revision)
      select s.question_id, ${act}, 'vote', s.participant_id, case when t.participant_id is null then 0 else 1 end,
        s.level, s.value, s.cast_at, s.revision, t.value, t.cast_at, t.revision
      from ${sql.table(table)} s left join ${sql.table(table)} t
        on t.question_id = s.question_id and t.participant_id = s.participant_id and t.idea_id = ${target.id}
      where s.question_id = ${key} and s.idea_id = ${source.id}`.execute(trx)
  await sql`
    insert into moved (question_id, act_id, what, key, twice)
    select question_id, ${act}, 'argument', id, 0 from arguments where question_id = ${key} and idea_id = ${source.id}`.execute(
    trx,
  )
  await sql`
    insert into moved (question_id, act_id, what, key, twice)
    select question_id, ${act}, 'idea', id, 0 from ideas where question_id = ${key} and merged_into = ${source.id}`.execute(
    trx,
  )
}

/**
 * Moves back what a merger moved, as far as it is still there: a vote that was taken back since stays so, one that was
 * cast since is for the idea that took the other in. Of votes for both, each idea has as many again as it had, if there are
 * as many yet, and what was added since stays with that idea, too. So do votes that are set aside, whether they were when
 * it was merged or not.
 */
export async function moveBack(taken: Taken, actKey: number, source: IdeaRow, target: IdeaRow): Promise<void> {
  const { trx, question } = taken
  const key = question.id
  const votes = (twice: 0 | 1) =>
    sql`from moved m where m.question_id = ${key} and m.act_id = ${actKey} and m.what = 'vote' and m.twice = ${sql.lit(twice)}`
  const earlier = lesser(sql`m.revision`, sql`m.kept_revision`)
  for (const name of allVotes) {
    const table = sql.table(name)
    const kept = (what: RawBuilder<unknown>) =>
      sql<number>`(select ${what} ${votes(1)} and m.key = ${table}.participant_id)`
    const most = lesser(kept(sql`coalesce(m.kept_value, 1)`), sql`value`)
    const added = sql<number>`value - ${kept(sql`coalesce(m.value, 1)`)}`
    await sql`
      insert into ${table} (question_id, participant_id, idea_id, value, level, named, cast_at, revision)
      select v.question_id, v.participant_id, cast(${source.id} as integer),
        ${lesser(sql`coalesce(m.value, 1)`, sql`v.value`)}, m.level, v.named, m.cast_at, m.revision
      from moved m join ${table} v on v.question_id = m.question_id and v.participant_id = m.key
      where m.question_id = ${key} and m.act_id = ${actKey} and m.what = 'vote' and m.twice = 1
        and v.idea_id = ${target.id} and v.revision = ${earlier}`.execute(trx)
    await sql`
      update ${table} set value = case when ${added} > ${most} then ${added} else ${most} end,
        cast_at = ${kept(sql`m.kept_cast_at`)}, revision = ${kept(sql`m.kept_revision`)}
      where question_id = ${key} and idea_id = ${target.id}
        and (participant_id, revision) in (select m.key, ${earlier} ${votes(1)})`.execute(trx)
    await sql`
      update ${table} set idea_id = ${source.id} where question_id = ${key} and idea_id = ${target.id}
        and (participant_id, revision) in (select m.key, m.revision ${votes(0)})`.execute(trx)
  }
  const others = (what: string) =>
    sql`(select key from moved where question_id = ${key} and act_id = ${actKey} and what = ${what})`
  await sql`update arguments set idea_id = ${source.id}
    where question_id = ${key} and idea_id = ${target.id} and id in ${others('argument')}`.execute(trx)
  await sql`update ideas set merged_into = ${source.id}
    where question_id = ${key} and merged_into = ${target.id} and id in ${others('idea')}`.execute(trx)
  await sql`update ideas set merged_into = null where question_id = ${key} and id = ${source.id}`.execute(trx)
  await recountVotes(taken, [source.id, target.id])
  await trx.deleteFrom('moved').where('question_id', '=', key).where('act_id', '=', actKey).execute()
}

/** Gives what a merger moved the key that an argument has from now on. */
export async function renumberMoved(taken: Taken, from: number, to: number): Promise<void> {
  await taken.trx
    .updateTable('moved')
    .set({ key: to })
    .where('question_id', '=', taken.question.id)
    .where('what', '=', 'argument')
    .where('key', '=', from)
    .execute()
}

/** An act, by public id. @throws act_not_found */
export async function loadAct(db: Db | Trx, questionKey: number, actId: string): Promise<ActRow> {
  const row = await db
    .selectFrom('acts')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('public_id', '=', actId)
    .executeTakeFirst()
  if (!row) throw refuse('act_not_found')
  return row
}

/** What somebody reported of a contribution, and how many of their reports nobody has looked at yet. */
export async function findReports(
  taken: Taken,
  participantKey: number,
  thing: string,
): Promise<{ own: { id: number; settled_by: number | null } | undefined; open: number }> {
  const own = await taken.trx
    .selectFrom('reports')
    .select(['id', 'settled_by'])
    .where('question_id', '=', taken.question.id)
    .where('participant_id', '=', participantKey)
    .where('thing', '=', thing)
    .executeTakeFirst()
  const { open } = await taken.trx
    .selectFrom('reports')
    .select((of) => of.fn.countAll<number>().as('open'))
    .where('question_id', '=', taken.question.id)
    .where('participant_id', '=', participantKey)
    .where('settled_by', 'is', null)
    .executeTakeFirstOrThrow()
  return { own, open }
}

/** Writes a report, or what somebody says of it now in the place of what they said. */
export async function storeReport(
  taken: Taken,
  row: { id: number; participant_id: number; thing: string; kind: string; reason: string; text: string },
): Promise<void> {
  const { reason, text } = row
  await taken.trx
    .insertInto('reports')
    .values({ question_id: taken.question.id, at: taken.now, settled_by: null, ...row })
    .onConflict((conflict) =>
      conflict.columns(['question_id', 'participant_id', 'thing']).doUpdateSet({ reason, text }),
    )
    .execute()
}
