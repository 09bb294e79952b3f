import { sql } from 'kysely'
import { refuse } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import { among, lesser } from '../db/spelled.ts'
import type { IdeaRow, RoomEntryRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'

/** Rows in one statement; SQLite takes at most 32,766 parameters. */
const rowsPerStatement = 2_000

/** Those of some ideas that everyone can see. @param ideaIds public ids */
export async function findIdeas(
  taken: Taken,
  ideaIds: string[],
): Promise<Pick<IdeaRow, 'id' | 'public_id' | 'closed_at'>[]> {
  return await taken.trx
    .selectFrom('ideas')
    .select(['id', 'public_id', 'closed_at'])
    .where('question_id', '=', taken.question.id)
    .where('public_id', 'in', among(ideaIds))
    .where('hidden_at', 'is', null)
    .where('merged_into', 'is', null)
    .execute()
}

export async function storeEntry(
  taken: Taken,
  row: Pick<RoomEntryRow, 'id' | 'public_id' | 'how' | 'people' | 'note'>,
  votes: { idea_id: number; votes: number }[],
): Promise<void> {
  const question_id = taken.question.id
  await taken.trx
    .insertInto('room_entries')
    .values({ question_id, entered_at: taken.now, withdrawn_at: null, ...row })
    .execute()
  const rows = votes.map((one) => ({ question_id, entry_id: row.id, ...one }))
  for (let from = 0; from < rows.length; from += rowsPerStatement)
    await taken.trx
      .insertInto('room_votes')
      .values(rows.slice(from, from + rowsPerStatement))
      .execute()
}

/** @throws entry_not_found */
export async function loadEntry(trx: Trx, questionKey: number, entryId: string): Promise<RoomEntryRow> {
  const row = await trx
    .selectFrom('room_entries')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('public_id', '=', entryId)
    .executeTakeFirst()
  if (!row) throw refuse('entry_not_found')
  return row
}

export async function withdrawEntry(taken: Taken, entryKey: number): Promise<void> {
  await taken.trx
    .updateTable('room_entries')
    .set({ withdrawn_at: taken.now })
    .where('question_id', '=', taken.question.id)
    .where('id', '=', entryKey)
    .execute()
}

/**
 * What counts of every entry, by idea, whether that can be seen or not: the votes for what was merged are its new idea's.
 * Who raised a hand for both may be in both numbers, so an idea has at the most as many as there were people.
 */
export const roomTallies = (questionKey: number) => sql`
  select idea, sum(votes) as votes from (
    select coalesce(i.merged_into, i.id) as idea, ${lesser(sql<number>`sum(v.votes)`, sql<number>`e.people`)} as votes
    from room_votes v
    join room_entries e on e.question_id = v.question_id and e.id = v.entry_id
    join ideas i on i.question_id = v.question_id and i.id = v.idea_id
    where v.question_id = ${questionKey} and e.withdrawn_at is null
    group by e.id, e.people, coalesce(i.merged_into, i.id)) counted
  group by idea`

/** Counts the votes in the room anew, for each idea and for the question: no act leaves anything of them to be moved. */
export async function tallyRoom({ trx, question }: Taken): Promise<void> {
  const key = question.id
  const now = sql`coalesce((select t.votes from counted_now t where t.idea = ideas.id), 0)`
  await sql`
    with counted_now as (${roomTallies(key)})
    update ideas set room_votes = ${now} where question_id = ${key} and room_votes <> ${now}`.execute(trx)
  const { votes } = await trx
    .selectFrom('ideas')
    .select((of) => of.fn.sum<number | null>('room_votes').as('votes'))
    .where('question_id', '=', key)
    .where('hidden_at', 'is', null)
    .where('merged_into', 'is', null)
    .executeTakeFirstOrThrow()
  question.room_votes = votes ?? 0
}

/** Lets an idea keep the votes in the room that it took over from one that is about to be deleted. */
export async function handOn(taken: Taken, ideaKey: number): Promise<void> {
  const key = taken.question.id
  await sql`
    insert into room_votes (question_id, entry_id, idea_id, votes)
    select v.question_id, v.entry_id, i.merged_into, v.votes
    from room_votes v join ideas i on i.question_id = v.question_id and i.id = v.idea_id
    where v.question_id = ${key} and v.idea_id = ${ideaKey} and i.merged_into is not null
    on conflict (question_id, entry_id, idea_id) do update set votes = room_votes.votes + excluded.votes`.execute(
    taken.trx,
  )
}

export async function countEntries(db: Db | Trx, questionKey: number): Promise<number> {
  const { total } = await db
    .selectFrom('room_entries')
    .select((of) => of.fn.countAll<number>().as('total'))
    .where('question_id', '=', questionKey)
    .executeTakeFirstOrThrow()
  return total
}

/** Entries, newest first. @param before key of the last one already known; null for the newest */
export async function findEntries(
  db: Db,
  questionKey: number,
  before: number | null,
  limit: number,
): Promise<RoomEntryRow[]> {
  return await db
    .selectFrom('room_entries')
    .selectAll()
    .where('question_id', '=', questionKey)
    .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** The votes of some entries for ideas that everyone can see, most first; counted as in `roomTallies`. */
export async function findEntryVotes(
  db: Db,
  questionKey: number,
  entryKeys: number[],
): Promise<{ entry: number; idea: string; title: string; votes: number }[]> {
  if (entryKeys.length === 0) return []
  const { rows } = await sql<{ entry: number; idea: string; title: string; votes: number }>`
    select e.id as entry, t.public_id as idea, t.title,
      ${lesser(sql<number>`sum(v.votes)`, sql<number>`e.people`)} as votes
    from room_votes v
    join room_entries e on e.question_id = v.question_id and e.id = v.entry_id
    join ideas i on i.question_id = v.question_id and i.id = v.idea_id
    join ideas t on t.question_id = i.question_id and t.id = coalesce(i.merged_into, i.id)
    where v.question_id = ${questionKey} and v.entry_id in (${sql.join(entryKeys)}) and t.hidden_at is null
    group by e.id, e.people, t.id, t.public_id, t.title
    order by votes desc, t.id`.execute(db)
  return rows
}
