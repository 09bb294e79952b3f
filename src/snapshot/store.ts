import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { among, jsonArray } from '../db/spelled.ts'
import { told } from '../moderation/rules.ts'
import type { ActName, Reason } from '../moderation/wire.ts'

// Everything here reads what everyone may see: nothing hidden, nothing merged away. The snapshot is the only gate.

/** How many names a row of voters shows before "and N more". */
const namesShown = 3

/** The first names of those who voted for idea `i`, in the order in which they voted, as JSON: a few steps in the index. */
const firstNames = jsonArray(
  sql`name`,
  sql`select p.name from votes v join participants p on p.question_id = v.question_id and p.id = v.participant_id
    where v.question_id = i.question_id and v.idea_id = i.id and v.named = 1 order by v.revision, v.participant_id limit ${sql.lit(namesShown)}`,
)

export interface TallyForView {
  public_id: string
  votes: number
  further_votes: number
  room_votes: number
  first_names: string
}

export interface IdeaForView extends TallyForView {
  id: number
  title: string
  description: string
  link: string | null
  image_id: string | null
  width: number | null
  height: number | null
  has_author: number
  author: string | null
  in_room: number
  room_name: string | null
  created_at: number
  edited_at: number | null
  owner_edited: number
  closed_at: number | null
  closed_why: string | null
}

/** Keys of ideas of a question by their public ids. */
const keysOf = (questionKey: number, ids: string[]) =>
  sql<number>`(select id from ideas where question_id = ${questionKey} and public_id in ${among(ids)})`

/** Visible ideas with author and picture, in no order. @param only these, by public id; null for all */
export async function findIdeas(db: Db, questionKey: number, only: string[] | null): Promise<IdeaForView[]> {
  return await db
    .selectFrom('ideas as i')
    .leftJoin('participants as p', (join) =>
      join.onRef('p.question_id', '=', 'i.question_id').onRef('p.id', '=', 'i.author_id'),
    )
    .leftJoin('images as m', (join) =>
      join.onRef('m.question_id', '=', 'i.question_id').onRef('m.id', '=', 'i.image_id'),
    )
    .select(['i.id', 'i.public_id', 'i.title', 'i.description', 'i.link', 'i.created_at', 'i.edited_at', 'i.votes'])
    .select([
      'i.further_votes',
      'i.room_votes',
      'i.in_room',
      'i.room_name',
      'i.owner_edited',
      'i.closed_at',
      'i.closed_why',
    ])
    .select(['m.public_id as image_id', 'm.width', 'm.height', 'p.name as author'])
    .select([sql<number>`case when p.id is null then 0 else 1 end`.as('has_author'), firstNames.as('first_names')])
    .where('i.question_id', '=', questionKey)
    .where('i.hidden_at', 'is', null)
    .where('i.merged_into', 'is', null)
    .$if(only !== null, (query) => query.where('i.public_id', 'in', among(only ?? [])))
    .execute()
}

/**
 * Public ids of the ideas on which a name of some participants stands: theirs, those of their arguments and those they
 * voted for.
 * @param people public ids
 * @returns null when one of them is gone, and nobody knows any more
 */
export async function findIdeasOf(db: Db, questionKey: number, people: string[]): Promise<string[] | null> {
  if (people.length === 0) return []
  const participants = await db
    .selectFrom('participants')
    .select('id')
    .where('question_id', '=', questionKey)
    .where('public_id', 'in', among(people))
    .execute()
  if (participants.length < people.length) return null
  const ids: string[] = []
  for (const { id } of participants) {
    const rows = await sql<{
      public_id: string
    }>`select public_id from ideas where question_id = ${questionKey} and id in (
      select id from ideas where question_id = ${questionKey} and author_id = ${id}
      union select idea_id from arguments where question_id = ${questionKey} and author_id = ${id}
      union select idea_id from votes where question_id = ${questionKey} and participant_id = ${id})
      and hidden_at is null and merged_into is null`.execute(db)
    ids.push(...rows.rows.map((row) => row.public_id))
  }
  return ids
}

/** Tallies of those of some ideas that are visible. @param ideaIds public ids; null for all */
export async function findTallies(db: Db, questionKey: number, ideaIds: string[] | null): Promise<TallyForView[]> {
  return await db
    .selectFrom('ideas as i')
    .select(['i.public_id', 'i.votes', 'i.further_votes', 'i.room_votes', firstNames.as('first_names')])
    .where('i.question_id', '=', questionKey)
    .$if(ideaIds !== null, (query) => query.where('i.public_id', 'in', among(ideaIds ?? [])))
    .where('i.hidden_at', 'is', null)
    .where('i.merged_into', 'is', null)
    .execute()
}

/** How many votes on ideas that everyone can see were cast at each level above `open`; at most one row an idea and level. */
export async function countByLevel(db: Db, questionKey: number): Promise<{ level: string; votes: number }[]> {
  return await db
    .selectFrom('tallies as t')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 't.question_id').onRef('i.id', '=', 't.idea_id'),
    )
    .select((of) => ['t.level', of.fn.sum<number>('t.votes').as('votes')])
    .where('t.question_id', '=', questionKey)
    .where('i.hidden_at', 'is', null)
    .where('i.merged_into', 'is', null)
    .groupBy('t.level')
    .execute()
}

/** Titles of merged ideas with the key of the idea that took them in. @param into one of these; null for any */
export async function findMerged(
  db: Db,
  questionKey: number,
  into: string[] | null,
): Promise<{ title: string; merged_into: number }[]> {
  return await db
    .selectFrom('ideas')
    .select(['title', 'merged_into'])
    .$narrowType<{ merged_into: number }>()
    .where('question_id', '=', questionKey)
    .where('merged_into', 'is not', null)
    .$if(into !== null, (query) => query.where('merged_into', 'in', keysOf(questionKey, into ?? [])))
    .orderBy('id')
    .execute()
}

export interface ArgumentForView {
  id: number
  public_id: string
  idea_id: number
  side: 'pro' | 'con'
  text: string
  has_author: number
  author: string | null
  in_room: number
  room_name: string | null
  created_at: number
  edited_at: number | null
  owner_edited: number
  agreements: number
}

/**
 * Visible arguments, in no order: sorting all of a large question's would cost more than reading them.
 * @param of these ideas, by public id; null for all
 */
export async function findArguments(db: Db, questionKey: number, of: string[] | null): Promise<ArgumentForView[]> {
  return await db
    .selectFrom('arguments as a')
    .leftJoin('participants as p', (join) =>
      join.onRef('p.question_id', '=', 'a.question_id').onRef('p.id', '=', 'a.author_id'),
    )
    .select(['a.id', 'a.public_id', 'a.idea_id', 'a.text', 'a.created_at', 'a.edited_at', 'a.agreements', 'a.side'])
    .select(['a.owner_edited', 'a.in_room', 'a.room_name'])
    .$narrowType<{ side: 'pro' | 'con' }>()
    .select(['p.name as author', sql<number>`case when p.id is null then 0 else 1 end`.as('has_author')])
    .where('a.question_id', '=', questionKey)
    .where('a.hidden_at', 'is', null)
    .$if(of !== null, (query) => query.where('a.idea_id', 'in', keysOf(questionKey, of ?? [])))
    .execute()
}

export interface CommentForView {
  id: number
  public_id: string
  text: string
  has_author: number
  author: string | null
  created_at: number
  edited_at: number | null
  owner_edited: number
}

/**
 * The newest visible comments before one, newest first.
 * @param before key of the comment where the page after begins, or null for the newest of all
 */
export async function findComments(
  db: Db,
  questionKey: number,
  before: number | null,
  limit: number,
): Promise<CommentForView[]> {
  return await db
    .selectFrom('comments as c')
    .leftJoin('participants as p', (join) =>
      join.onRef('p.question_id', '=', 'c.question_id').onRef('p.id', '=', 'c.author_id'),
    )
    .select(['c.id', 'c.public_id', 'c.text', 'c.created_at', 'c.edited_at', 'c.owner_edited', 'p.name as author'])
    .select(sql<number>`case when p.id is null then 0 else 1 end`.as('has_author'))
    .where('c.question_id', '=', questionKey)
    .where('c.hidden_at', 'is', null)
    .$if(before !== null, (query) => query.where('c.id', '<', before))
    .orderBy('c.id', 'desc')
    .limit(limit)
    .execute()
}

/** How many acts that everyone is told of were not undone, by act and reason, in no order. */
export async function countActs(
  db: Db,
  questionKey: number,
): Promise<{ act: ActName; reason: Reason | null; count: number }[]> {
  return await db
    .selectFrom('acts')
    .select((of) => ['act', 'reason', of.fn.countAll<number>().as('count')])
    .$narrowType<{ act: ActName; reason: Reason | null }>()
    .where('question_id', '=', questionKey)
    .where('undone_at', 'is', null)
    .where('act', 'in', told)
    .groupBy(['act', 'reason'])
    .execute()
}
