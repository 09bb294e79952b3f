import { sql } from 'kysely'
import { findAsideOf, findVotesAside } from '../aside/store.ts'
import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import type { IdeaRow, QuestionRow } from '../db/tables.ts'
import { areNamesHidden, imagePath, settingsOf } from '../question/rules.ts'
import type { ActName, Kind, Reason } from '../moderation/wire.ts'
import type { ArgumentView, CommentView, IdeaView, OwnContributions } from './wire.ts'

/** What waits of everything that one participant wrote, by public id. */
export async function findOwnWaiting(
  db: Db,
  questionKey: number,
  participantKey: number,
): Promise<Map<string, { held: boolean; editHeld: boolean }>> {
  const found = new Map<string, { held: boolean; editHeld: boolean }>()
  for (const table of ['ideas', 'arguments', 'comments'] as const) {
    const { rows } = await sql<{ thing: string; held: number; edit: string | null }>`
      select w.thing, w.held, w.edit from ${sql.table(table)} c
      join waiting w on w.question_id = c.question_id and w.thing = c.public_id
      where c.question_id = ${questionKey} and c.author_id = ${participantKey}`.execute(db)
    for (const { thing, held, edit } of rows) found.set(thing, { held: held === 1, editHeld: edit !== null })
  }
  return found
}

/** Why the votes of one participant do not count, and which they are; null where they do. */
export async function findOwnAside(
  db: Db,
  questionKey: number,
  participantKey: number,
): Promise<OwnContributions['setAside']> {
  const aside = await findAsideOf(db, questionKey, participantKey)
  if (!aside) return null
  const { reason, note, at } = aside
  return { reason, note, at, votes: await findVotesAside(db, questionKey, participantKey) }
}

/** What the owner did about what one participant wrote, and has not undone. */
export async function findOwnActs(
  db: Db,
  questionKey: number,
  participantKey: number,
): Promise<OwnContributions['acts']> {
  const rows = await db
    .selectFrom('acts')
    .select(['kind', 'thing', 'act', 'reason', 'note', 'at'])
    .where('question_id', '=', questionKey)
    .where('author_id', '=', participantKey)
    .where('undone_at', 'is', null)
    .orderBy('id', 'desc')
    .execute()
  return rows.map(({ kind, thing, act, reason, note, at }) => ({
    kind: kind as Kind,
    contribution: thing,
    act: act as ActName,
    reason: reason as Reason | null,
    note,
    at: rfc3339(at),
  }))
}

/** An idea as its author alone sees it while it is held; null where this author has none that is. */
export async function findHeldIdea(db: Db, question: QuestionRow, ideaId: string): Promise<IdeaView | null> {
  const row = await findHeld(db, question.id, 'ideas', ideaId)
  if (!row) return null
  const idea = row as Held & IdeaRow
  const image = await db
    .selectFrom('images')
    .select(['public_id', 'width', 'height'])
    .where('question_id', '=', question.id)
    .where('id', '=', idea.image_id ?? 0)
    .executeTakeFirst()
  return {
    ...sharedOf(question, idea),
    title: idea.title,
    description: idea.description,
    link: idea.link,
    image: image
      ? { url: imagePath(question.public_id, image.public_id), width: image.width, height: image.height }
      : null,
    votes: 0,
    votesInRoom: 0,
    voters: { first: [], others: 0 },
    pros: [],
    cons: [],
    merged: [],
    closed: null,
  }
}

export async function findHeldArgument(db: Db, question: QuestionRow, id: string): Promise<ArgumentView | null> {
  const row = await findHeld(db, question.id, 'arguments', id)
  if (!row) return null
  const { side, text } = row as unknown as { side: 'pro' | 'con'; text: string }
  return { ...sharedOf(question, row), side, text, agreements: 0 }
}

export async function findHeldComment(db: Db, question: QuestionRow, id: string): Promise<CommentView | null> {
  const row = await findHeld(db, question.id, 'comments', id)
  return row ? { ...sharedOf(question, row), text: (row as unknown as { text: string }).text } : null
}

interface Held {
  public_id: string
  author_id: number | null
  name: string | null
  created_at: number
  edited_at: number | null
  owner_edited: number
}

async function findHeld(
  db: Db,
  questionKey: number,
  table: 'ideas' | 'arguments' | 'comments',
  id: string,
): Promise<Held | undefined> {
  const { rows } = await sql<Held>`
    select c.*, p.name from ${sql.table(table)} c
    join waiting w on w.question_id = c.question_id and w.thing = c.public_id and w.held = 1
    left join participants p on p.question_id = c.question_id and p.id = c.author_id
    where c.question_id = ${questionKey} and c.public_id = ${id}`.execute(db)
  return rows[0]
}

function sharedOf(question: QuestionRow, row: Held) {
  return {
    id: row.public_id,
    author: row.author_id === null ? null : { name: areNamesHidden(settingsOf(question)) ? null : row.name },
    createdAt: rfc3339(row.created_at),
    editedAt: null,
    ownerEdited: row.owner_edited === 1,
    held: true as const,
  }
}
