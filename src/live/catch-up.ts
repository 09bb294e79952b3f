import { findKeys } from '../db/addresses.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { findChangesSince } from '../feed/changes.ts'
import { newsOf } from '../feed/follow.ts'
import { loadQuestionEvenDeleted } from '../question/store.ts'
import { readCounts, readTallies, shownOf } from '../snapshot/build.ts'
import type { Telling } from './stream.ts'

/** How many changes a listener may have missed to be told of them; who missed more loads the question anew. */
export const farthest = 2_000

/** Everything up to now that somebody missed; `tooMuch` when that is more than is told one by one. */
export type Missed = Telling & { tooMuch: boolean }

/**
 * What happened in a question after a revision, as it stands in the feed, consistent at one revision when `db` is one
 * transaction.
 * @param since the last revision known; null for now, so that nothing was missed
 * @throws question_not_found when there never was one; one that is deleted has no tallies
 */
export async function readMissed(db: Db, questionId: string, since: number | null): Promise<Missed> {
  const question = await loadQuestionEvenDeleted(db, questionId)
  const { revision } = question
  const missed = since === null ? 0 : revision - since
  // Ahead of the feed is who was here before the database was put back from a backup.
  const tooMuch = missed < 0 || missed > farthest
  const isTold = missed > 0 && !tooMuch
  const feed = isTold ? await findChangesSince(db, question.id, revision - missed, farthest) : []
  const { changes, tallied } = newsOf(questionId, feed, feed.at(-1)?.revision ?? 0)
  return { revision, changes, tallies: await readCounted(db, question, tallied), tooMuch }
}

/** What is only counted, as everyone may see it now. @param ideas public ids of those whose tallies moved */
export async function readCounted(db: Db, question: QuestionRow, ideas: string[]): Promise<Telling['tallies']> {
  if (question.deleted_at !== null) return null
  const { revision } = question
  // A closing that is due is told as the change that it is, not by tallies that come before it.
  const shown = shownOf(question, -Infinity)
  return {
    revision,
    counts: await readCounts(db, question, shown),
    ideas: ideas.length > 0 ? await readTallies(db, question, ideas, shown) : [],
  }
}

/** At which revision questions are now; those that are not there any more are missing. */
export async function findRevisions(db: Db, questionIds: string[]): Promise<Map<string, number>> {
  const revisions = new Map<string, number>()
  for (let from = 0; from < questionIds.length; from += 1_000) {
    const keys = await findKeys(db, questionIds.slice(from, from + 1_000))
    if (keys.length === 0) continue
    const rows = await db.selectFrom('questions').select(['public_id', 'revision']).where('id', 'in', keys).execute()
    for (const row of rows) revisions.set(row.public_id, row.revision)
  }
  return revisions
}
