import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { findEntryVotes } from '../entry/store.ts'
import type { BallotValues, BallotVotes } from './file.ts'

/** Ideas whose votes count, public ids by key. @param shown public ids of those that the page shows */
export async function findCountedIdeas(db: Db, questionKey: number, shown: Set<string>): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom('ideas')
    .select(['id', 'public_id'])
    .where('question_id', '=', questionKey)
    .where('hidden_at', 'is', null)
    .where('merged_into', 'is', null)
    .execute()
  return new Map(rows.filter((row) => shown.has(row.public_id)).map((row) => [row.id, row.public_id]))
}

/** Keys of participants with a vote that counts, in order. @param after the last key already known */
export async function findVoters(db: Db, questionKey: number, after: number, limit: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select p.id from participants p
    where p.question_id = ${questionKey} and p.id > ${after} and exists (
      select 1 from votes v join ideas i on i.question_id = v.question_id and i.id = v.idea_id
      where v.question_id = ${questionKey} and v.participant_id = p.id
        and i.hidden_at is null and i.merged_into is null)
    order by p.id limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** The votes of a ballot that are counted. */
export interface CountedBallot {
  votes: BallotVotes
  values: BallotValues
}

/** The counted votes of some participants, by participant. @param ideas whose votes count */
export async function findBallots(
  db: Db,
  questionKey: number,
  participantKeys: number[],
  ideas: Map<number, string>,
): Promise<Map<number, CountedBallot>> {
  const rows = await db
    .selectFrom('votes')
    .select(['participant_id', 'idea_id', 'level', 'value'])
    .where('question_id', '=', questionKey)
    .where('participant_id', 'in', participantKeys)
    .execute()
  const ballots = new Map<number, CountedBallot>()
  for (const { participant_id, idea_id, level, value } of rows) {
    const idea = ideas.get(idea_id)
    if (idea === undefined) continue
    const ballot = ballots.get(participant_id) ?? { votes: {}, values: {} }
    ballot.votes[idea] = level
    if (value > 1) ballot.values[idea] = value
    ballots.set(participant_id, ballot)
  }
  return ballots
}

/** Keys of the entries of votes in the room that count, in order; there are never very many. */
export async function findRoomKeys(db: Db, questionKey: number): Promise<number[]> {
  const rows = await db
    .selectFrom('room_entries')
    .select('id')
    .where('question_id', '=', questionKey)
    .where('withdrawn_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Some of these entries, in the order of their keys. @param shown public ids of the ideas whose votes count */
export async function findRoom(
  db: Db,
  questionKey: number,
  keys: number[],
  shown: Set<string>,
): Promise<{ how: string; people: number; votes: Record<string, number> }[]> {
  const entries = await db
    .selectFrom('room_entries')
    .select(['id', 'how', 'people'])
    .where('question_id', '=', questionKey)
    .where('id', 'in', keys)
    .orderBy('id')
    .execute()
  const votes = Map.groupBy(await findEntryVotes(db, questionKey, keys), (row) => row.entry)
  return entries.map(({ id, how, people }) => {
    const counted = (votes.get(id) ?? []).filter(({ idea }) => shown.has(idea))
    return { how, people, votes: Object.fromEntries(counted.map(({ idea, votes }) => [idea, votes])) }
  })
}
