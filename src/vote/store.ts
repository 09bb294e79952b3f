import { sql } from 'kysely'
import type { ProvenDelta } from '../db/ballots.ts'
import type { Db } from '../db/connect.ts'
import type { VoteTable } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'

export type VoteRow = Omit<VoteTable, 'question_id'>

/** Rows in one statement; SQLite takes at most 32,766 parameters. */
const rowsPerStatement = 2_000

/** A vote that stands now, and whether its idea can be seen. */
export interface StandingVote {
  participant_id: number
  idea_id: number
  level: string
  value: number
  cast_at: number
  revision: number
  visible: number
}

/** All votes of some participants. */
export async function findVotesOf(
  db: Db | Trx,
  questionKey: number,
  participantKeys: number[],
): Promise<StandingVote[]> {
  return await db
    .selectFrom('votes as v')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'v.question_id').onRef('i.id', '=', 'v.idea_id'),
    )
    .select([
      'v.participant_id',
      'v.idea_id',
      'v.level',
      'v.value',
      'v.cast_at',
      'v.revision',
      sql<number>`case when i.hidden_at is null then 1 else 0 end`.as('visible'),
    ])
    .where('v.question_id', '=', questionKey)
    .where('v.participant_id', 'in', participantKeys)
    .execute()
}

export async function storeVotes(taken: Taken, rows: VoteRow[]): Promise<void> {
  for (const part of inParts(rows))
    await taken.trx
      .insertInto('votes')
      .values(part.map((row) => ({ question_id: taken.question.id, ...row })))
      .execute()
}

export async function deleteVotes(taken: Taken, keys: { participant_id: number; idea_id: number }[]): Promise<void> {
  for (const part of inParts(keys)) {
    const tuples = sql.join(
      part.map((key) => sql`(cast(${key.participant_id} as integer), cast(${key.idea_id} as integer))`),
    )
    await taken.trx
      .deleteFrom('votes')
      .where('question_id', '=', taken.question.id)
      .where(sql<boolean>`(participant_id, idea_id) in (values ${tuples})`)
      .execute()
  }
}

/** Adds to the tallies of ideas, by idea key. @param deltas of all votes, and of those after the first of each voter */
export async function addToTallies(
  taken: Taken,
  deltas: Map<number, { votes: number; further: number }>,
): Promise<void> {
  for (const [ideaKey, { votes, further }] of deltas) {
    if (votes === 0 && further === 0) continue
    await taken.trx
      .updateTable('ideas')
      .set((of) => ({ votes: of('votes', '+', votes), further_votes: of('further_votes', '+', further) }))
      .where('question_id', '=', taken.question.id)
      .where('id', '=', ideaKey)
      .execute()
  }
}

/** Adds to how many votes of ideas were cast at which level. */
export async function addToLevels({ trx, question }: Taken, deltas: ProvenDelta[]): Promise<void> {
  for (const { idea, level, delta } of deltas)
    await trx
      .insertInto('tallies')
      .values({ question_id: question.id, idea_id: idea, level, votes: delta })
      .onConflict((conflict) =>
        conflict
          .columns(['question_id', 'idea_id', 'level'])
          .doUpdateSet((of) => ({ votes: sql<number>`${of.ref('tallies.votes')} + ${of.ref('excluded.votes')}` })),
      )
      .execute()
}

/** Counts the votes of some ideas again, and how many of them come after the first of each voter. */
export async function recountVotes(taken: Taken, ideaKeys: number[]): Promise<void> {
  const { trx, question } = taken
  const of = (what: string) =>
    sql`coalesce((select ${sql.raw(what)} from votes v where v.question_id = ideas.question_id and v.idea_id = ideas.id), 0)`
  await sql`update ideas set votes = ${of('sum(v.value)')}, further_votes = ${of('sum(v.value - 1)')}
    where question_id = ${question.id} and id in (${sql.join(ideaKeys)})`.execute(trx)
  await recountLevels(taken, ideaKeys)
}

/** Counts again how many votes of ideas were cast at which level, after many of them were moved. */
async function recountLevels({ trx, question }: Taken, ideaKeys: number[]): Promise<void> {
  await trx.deleteFrom('tallies').where('question_id', '=', question.id).where('idea_id', 'in', ideaKeys).execute()
  await trx
    .insertInto('tallies')
    .columns(['question_id', 'idea_id', 'level', 'votes'])
    .expression((of) =>
      of
        .selectFrom('votes')
        .select((vote) => ['question_id', 'idea_id', 'level', vote.fn.sum<number>('value').as('votes')])
        .where('question_id', '=', question.id)
        .where('idea_id', 'in', ideaKeys)
        .where('level', '<>', 'open')
        .groupBy(['question_id', 'idea_id', 'level']),
    )
    .execute()
}

/** Where a vote stands among those for an idea. */
export interface VotePlace {
  revision: number
  participant: number
}

/**
 * Who voted for an idea, in the order in which they voted; of votes at one revision, as while votes were hidden, in an
 * order that stays.
 * @param after the last vote already known, null for the beginning
 */
export async function findVoters(
  db: Db,
  questionKey: number,
  ideaKey: number,
  after: VotePlace | null,
  limit: number,
): Promise<(VotePlace & { name: string | null })[]> {
  // Two stretches of the index, each in order already, which the engine merges as far as the limit.
  const { revision, participant } = after ?? { revision: -1, participant: 0 }
  const { rows } = await sql<VotePlace & { name: string | null }>`
    select p.name, v.revision, v.participant_id as participant from votes v
    join participants p on p.question_id = v.question_id and p.id = v.participant_id
    where v.question_id = ${questionKey} and v.idea_id = ${ideaKey} and v.named = 1
      and (v.revision, v.participant_id) > (${revision}, ${participant})
    union all
    select null, revision, participant_id from votes
    where question_id = ${questionKey} and idea_id = ${ideaKey} and named = 0
      and (revision, participant_id) > (${revision}, ${participant})
    order by revision, participant limit ${limit}`.execute(db)
  return rows
}

function* inParts<Row>(rows: Row[]): Generator<Row[]> {
  for (let from = 0; from < rows.length; from += rowsPerStatement) yield rows.slice(from, from + rowsPerStatement)
}

/** The ideas that a participant votes for and everyone can see, in the order of voting. */
export async function findVisibleVotes(
  db: Db | Trx,
  questionKey: number,
  participantKey: number,
): Promise<
  { id: number; public_id: string; title: string; value: number; cast_at: number; closed_at: number | null }[]
> {
  return await db
    .selectFrom('votes as v')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'v.question_id').onRef('i.id', '=', 'v.idea_id'),
    )
    .select(['i.id', 'i.public_id', 'i.title', 'v.value', 'v.cast_at', 'i.closed_at'])
    .where('v.question_id', '=', questionKey)
    .where('v.participant_id', '=', participantKey)
    .where('i.hidden_at', 'is', null)
    .orderBy('v.revision')
    .execute()
}
