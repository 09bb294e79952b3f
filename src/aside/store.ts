import { sql } from 'kysely'
import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import type { AsideTable, ParticipantRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'
import { burstSpan, fewest } from './rules.ts'
import type { AsideReason, AsideView } from './wire.ts'

type AsideRow = AsideTable

const voteColumns = sql`question_id, participant_id, idea_id, value, level, cast_at, revision, named`

/** Marks who began from a network within one span and is not set aside yet. @returns how many; none where too few */
export async function markBurst(taken: Taken, asideKey: number, network: string, from: number): Promise<number> {
  const { trx, question } = taken
  const { people } = await trx
    .selectFrom('participants')
    .select((of) => of.fn.countAll<number>().as('people'))
    .where('question_id', '=', question.id)
    .where('network', '=', network)
    .where('created_at', '>=', from)
    .where('created_at', '<', from + burstSpan)
    .where('set_aside', 'is', null)
    .executeTakeFirstOrThrow()
  if (people < fewest) return 0
  await trx
    .updateTable('participants')
    .set({ set_aside: asideKey })
    .where('question_id', '=', question.id)
    .where('network', '=', network)
    .where('created_at', '>=', from)
    .where('created_at', '<', from + burstSpan)
    .where('set_aside', 'is', null)
    .execute()
  return people
}

export async function markPerson(taken: Taken, asideKey: number, participantKey: number): Promise<void> {
  await taken.trx
    .updateTable('participants')
    .set({ set_aside: asideKey })
    .where('question_id', '=', taken.question.id)
    .where('id', '=', participantKey)
    .execute()
}

/** Takes the mark of one setting aside from everyone who has it. @returns how many that were */
export async function unmark(taken: Taken, asideKey: number): Promise<number> {
  const result = await taken.trx
    .updateTable('participants')
    .set({ set_aside: null })
    .where('question_id', '=', taken.question.id)
    .where('set_aside', '=', asideKey)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/**
 * Moves the votes of all who are marked out of the count or back into it, in a constant number of statements, and the
 * tallies of ideas with them.
 */
export async function moveVotes(taken: Taken, asideKey: number, to: 'votes' | 'votes_aside'): Promise<void> {
  const { trx, question } = taken
  const key = question.id
  const from = sql.table(to === 'votes' ? 'votes_aside' : 'votes')
  const marked = sql`(select id from participants where question_id = ${key} and set_aside = ${asideKey})`
  const sign = sql.raw(to === 'votes' ? '+' : '-')
  await sql`
    update ideas set votes = ideas.votes ${sign} moved.votes,
      further_votes = ideas.further_votes ${sign} (moved.votes - moved.people) from (
      select idea_id, sum(value) as votes, count(*) as people from ${from} where question_id = ${key} and participant_id in ${marked}
      group by idea_id) as moved
    where ideas.question_id = ${key} and ideas.id = moved.idea_id`.execute(trx)
  await sql`
    insert into tallies (question_id, idea_id, level, votes)
    select question_id, idea_id, level, ${sign} sum(value) from ${from}
    where question_id = ${key} and participant_id in ${marked} and level <> 'open'
    group by question_id, idea_id, level
    on conflict (question_id, idea_id, level) do update set votes = tallies.votes + excluded.votes`.execute(trx)
  await sql`
    insert into ${sql.table(to)} (${voteColumns})
    select ${voteColumns} from ${from} where question_id = ${key} and participant_id in ${marked}`.execute(trx)
  await sql`delete from ${from} where question_id = ${key} and participant_id in ${marked}`.execute(trx)
  // A name may have been given or taken away while the votes lay aside.
  if (to === 'votes')
    await sql`
      update votes set named = (select case when p.name is null then 0 else 1 end from participants p
        where p.question_id = ${key} and p.id = votes.participant_id)
      where question_id = ${key} and participant_id in ${marked}`.execute(trx)
}

export async function storeAside(taken: Taken, row: Omit<AsideRow, 'question_id' | 'undone_at'>): Promise<void> {
  await taken.trx
    .insertInto('asides')
    .values({ question_id: taken.question.id, undone_at: null, ...row })
    .execute()
}

export async function markUndone(taken: Taken, asideKey: number): Promise<void> {
  await taken.trx
    .updateTable('asides')
    .set({ undone_at: taken.now })
    .where('question_id', '=', taken.question.id)
    .where('id', '=', asideKey)
    .execute()
}

export async function findAside(db: Db | Trx, questionKey: number, asideId: string): Promise<AsideRow | undefined> {
  return await db
    .selectFrom('asides')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('public_id', '=', asideId)
    .executeTakeFirst()
}

/** With what the votes of a participant were set aside; none where they count. */
export async function findAsideOf(
  db: Db | Trx,
  questionKey: number,
  participantKey: number,
): Promise<AsideView | undefined> {
  const row = await db
    .selectFrom('participants as p')
    .innerJoin('asides as a', (join) =>
      join.onRef('a.question_id', '=', 'p.question_id').onRef('a.id', '=', 'p.set_aside'),
    )
    .selectAll('a')
    .where('p.question_id', '=', questionKey)
    .where('p.id', '=', participantKey)
    .executeTakeFirst()
  return row && viewOf(row)
}

/** The votes of a participant that were set aside, on ideas that everyone can see. */
export async function findVotesAside(
  db: Db,
  questionKey: number,
  participantKey: number,
): Promise<{ idea: string; title: string; votes: number; castAt: string }[]> {
  const rows = await db
    .selectFrom('votes_aside as v')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'v.question_id').onRef('i.id', '=', 'v.idea_id'),
    )
    .select(['i.public_id', 'i.title', 'v.value', 'v.cast_at'])
    .where('v.question_id', '=', questionKey)
    .where('v.participant_id', '=', participantKey)
    .where('i.hidden_at', 'is', null)
    .orderBy('v.revision')
    .execute()
  return rows.map(({ public_id, title, value, cast_at }) => ({
    ...{ idea: public_id, title, votes: value },
    castAt: rfc3339(cast_at),
  }))
}

/** All that was set aside, newest first. @param before cursor, by key */
export async function findAsides(
  db: Db,
  questionKey: number,
  before: number | null,
  limit: number,
): Promise<(AsideView & { key: number })[]> {
  const rows = await db
    .selectFrom('asides')
    .selectAll()
    .where('question_id', '=', questionKey)
    .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ key: row.id, ...viewOf(row) }))
}

/** A participant by public id. */
export async function findPerson(taken: Taken, participantId: string): Promise<ParticipantRow | undefined> {
  return await taken.trx
    .selectFrom('participants')
    .selectAll()
    .where('question_id', '=', taken.question.id)
    .where('public_id', '=', participantId)
    .executeTakeFirst()
}

export function viewOf(row: AsideRow): AsideView {
  return {
    id: row.public_id,
    about: row.about,
    people: row.people,
    votes: row.votes,
    reason: row.reason as AsideReason,
    note: row.note,
    at: rfc3339(row.at),
    undoneAt: row.undone_at === null ? null : rfc3339(row.undone_at),
  }
}
