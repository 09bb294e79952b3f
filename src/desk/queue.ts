import { sql } from 'kysely'
import { findAsides } from '../aside/store.ts'
import type { AsideView } from '../aside/wire.ts'
import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import { among } from '../db/spelled.ts'
import type { ActRow, QuestionRow, WaitingRow } from '../db/tables.ts'
import { findLiveAct } from '../moderation/store.ts'
import type { ActName, Kind, Reason } from '../moderation/wire.ts'
import type { OwnerSeat } from '../question/seat.ts'
import { imagePath } from '../question/rules.ts'
import { loadThing, textsOf, versionOf, type Thing } from './store.ts'
import type { ActPage, ActView, AsideActView, Fields, QueueItem, QueuePage } from './wire.ts'

/** How many contributions and acts a page of the desk has, and how many words of reporters it shows of each. */
export const perPage = 25
const textsShown = 10

/** What waits for the owner, oldest first. @param after cursor from the page before */
export async function buildQueue(
  db: Db,
  question: QuestionRow,
  _seat: OwnerSeat,
  { after, limit = perPage }: { after?: string; limit?: number },
): Promise<QueuePage> {
  const [since = 0, id = 0] = (after ?? '').split('.').map(Number)
  const rows = await db
    .selectFrom('waiting')
    .selectAll()
    .where('question_id', '=', question.id)
    .where((of) => of.or([of('since', '>', since), of.and([of('since', '=', since), of('id', '>', id)])]))
    .orderBy('since')
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  const { total } = await db
    .selectFrom('waiting')
    .select((of) => of.fn.countAll<number>().as('total'))
    .where('question_id', '=', question.id)
    .executeTakeFirstOrThrow()
  const shown = rows.slice(0, limit)
  const items: QueueItem[] = []
  for (const row of shown) items.push(await buildItem(db, question, row))
  const last = shown.at(-1)
  return { items, total, next: last && rows.length > limit ? `${last.since}.${last.id}` : null }
}

async function buildItem(db: Db, question: QuestionRow, waiting: WaitingRow): Promise<QueueItem> {
  const thing = await loadThing(db, question.id, waiting.kind as Kind, waiting.thing)
  const imageOf = async (key: number | null) => {
    if (key === null) return null
    const row = await db
      .selectFrom('images')
      .select('public_id')
      .where('question_id', '=', question.id)
      .where('id', '=', key)
      .executeTakeFirst()
    return row ? imagePath(question.public_id, row.public_id) : null
  }
  return {
    kind: thing.kind,
    id: waiting.thing,
    version: versionOf(thing, await findLiveAct(db, question.id, waiting.thing)),
    since: rfc3339(waiting.since),
    held: waiting.held === 1,
    fields: textsOf(thing),
    image: thing.kind === 'idea' ? await imageOf(thing.row.image_id) : null,
    idea:
      thing.kind === 'argument' ? { id: thing.row.idea_public_id, title: await titleOf(db, question.id, thing) } : null,
    side: thing.kind === 'argument' ? (thing.row.side as 'pro' | 'con') : null,
    author: await authorOf(db, question.id, thing),
    ...(isInRoom(thing) && { inRoom: true }),
    edit:
      waiting.edit === null
        ? null
        : { fields: JSON.parse(waiting.edit) as Fields, image: await imageOf(waiting.image_id) },
    reports: await reportsOf(db, question.id, waiting.thing),
  }
}

async function titleOf(db: Db, questionKey: number, thing: Thing & { kind: 'argument' }): Promise<string> {
  const row = await db
    .selectFrom('ideas')
    .select('title')
    .where('question_id', '=', questionKey)
    .where('id', '=', thing.row.idea_id)
    .executeTakeFirstOrThrow()
  return row.title
}

function isInRoom(thing: Thing): boolean {
  return thing.kind !== 'comment' && thing.row.in_room === 1
}

async function authorOf(db: Db, questionKey: number, thing: Thing): Promise<{ name: string | null } | null> {
  if (thing.kind !== 'comment' && thing.row.in_room === 1) return { name: thing.row.room_name }
  const key = thing.row.author_id
  if (key === null) return null
  const row = await db
    .selectFrom('participants')
    .select('name')
    .where('question_id', '=', questionKey)
    .where('id', '=', key)
    .executeTakeFirst()
  return row ?? null
}

async function reportsOf(db: Db, questionKey: number, thing: string): Promise<QueueItem['reports']> {
  const reasons = await db
    .selectFrom('reports')
    .select((of) => ['reason', of.fn.countAll<number>().as('count')])
    .$narrowType<{ reason: Reason }>()
    .where('question_id', '=', questionKey)
    .where('thing', '=', thing)
    .where('settled_by', 'is', null)
    .groupBy('reason')
    .execute()
  const texts = await db
    .selectFrom('reports')
    .select('text')
    .where('question_id', '=', questionKey)
    .where('thing', '=', thing)
    .where('settled_by', 'is', null)
    .where('text', '<>', '')
    .orderBy('id')
    .limit(textsShown)
    .execute()
  return {
    count: reasons.reduce((sum, { count }) => sum + count, 0),
    reasons: reasons.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    texts: texts.map(({ text }) => text),
  }
}

/** Every act, setting votes aside among them, newest first. @param before cursor from the page before */
export async function buildActs(
  db: Db,
  question: QuestionRow,
  _seat: OwnerSeat,
  { before, limit = perPage }: { before?: string; limit?: number },
): Promise<ActPage> {
  const acts = await db
    .selectFrom('acts')
    .selectAll()
    .where('question_id', '=', question.id)
    .$if(before !== undefined, (query) => query.where('id', '<', Number(before)))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const asides = await findAsides(db, question.id, before === undefined ? null : Number(before), limit + 1)
  const texts = await textsNow(db, question.id, [...new Set(acts.map(({ thing }) => thing))])
  // Both have their keys from the question's one counter, so the newest is that with the highest.
  const rows = [
    ...acts.map((row) => ({ key: row.id, view: viewAct(row, texts) })),
    ...asides.map(({ key, ...aside }) => ({ key, view: viewAside(aside) })),
  ].sort((a, b) => b.key - a.key)
  const shown = rows.slice(0, limit)
  return {
    acts: shown.map(({ view }) => view),
    total: (await countOf(db, question.id, 'acts')) + (await countOf(db, question.id, 'asides')),
    next: rows.length > limit ? String(shown.at(-1)?.key) : null,
  }
}

async function countOf(db: Db, questionKey: number, table: 'acts' | 'asides'): Promise<number> {
  const { total } = await db
    .selectFrom(table)
    .select((of) => of.fn.countAll<number>().as('total'))
    .where('question_id', '=', questionKey)
    .executeTakeFirstOrThrow()
  return total
}

function viewAct(row: ActRow, texts: Map<string, string>): ActView {
  return {
    id: row.public_id,
    kind: row.kind as Kind,
    contribution: row.thing,
    text: texts.get(row.thing) ?? null,
    act: row.act as ActName,
    reason: row.reason as Reason | null,
    note: row.note,
    into: row.into_thing,
    at: rfc3339(row.at),
    undoneAt: row.undone_at === null ? null : rfc3339(row.undone_at),
    canUndo: row.before !== null && row.undone_at === null,
  }
}

function viewAside({ id, reason, note, people, votes, at, undoneAt }: AsideView): AsideActView {
  const canUndo = undoneAt === null
  return { id, kind: 'votes', act: 'setAside', reason, note, people, votes, at, undoneAt, canUndo }
}

/** What some contributions say now, in a line. */
async function textsNow(db: Db, questionKey: number, things: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ public_id: string; text: string }>`
    select public_id, title as text from ideas where question_id = ${questionKey} and public_id in ${among(things)}
    union all select public_id, text from arguments where question_id = ${questionKey} and public_id in ${among(things)}
    union all select public_id, text from comments where question_id = ${questionKey} and public_id in ${among(things)}`.execute(
    db,
  )
  return new Map(rows.map(({ public_id, text }) => [public_id, text]))
}
