import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { findDecision } from '../decision/store.ts'
import { phaseOf, settingsOf } from '../question/rules.ts'
import { inOrder } from './rules.ts'
import * as store from './store.ts'
import type { ArgumentView, Author, CommentView, DecisionView, IdeaView, Snapshot } from './wire.ts'

/** How many comments a page of the discussion has. */
export const commentsPerPage = 50

/** For each view, which idea came first, by id. Ideas of one millisecond look alike in the view itself. */
const births = new WeakMap<Snapshot, Map<string, number>>()

/** Builds the public view of a question, consistent at the revision of `question` when `db` is one transaction. */
export async function buildSnapshot(db: Db, question: QuestionRow, now: number): Promise<Snapshot> {
  const settings = settingsOf(question)
  const phase = phaseOf(question, now)
  const ideas = await buildIdeas(db, question)
  const comments = await store.findComments(db, question.id, null, commentsPerPage)
  const decision = phase === 'closed' ? await findDecision(db, question.id) : null
  const snapshot: Snapshot = {
    id: question.public_id,
    revision: question.revision,
    title: question.title,
    description: question.description,
    phase,
    createdAt: rfc3339(question.created_at),
    closesAt: timeOrNull(question.closes_at),
    closedAt: timeOrNull(question.closed_at),
    settings,
    counts: countsOf(question),
    ideas: inOrder(ideas, settings.order, question.public_id),
    comments: comments.reverse().map(viewComment),
    decision: decision && viewDecision(decision, ideas),
  }
  births.set(snapshot, new Map(inOrder(ideas, 'oldest', '').map(({ id }, birth) => [id, birth])))
  return snapshot
}

/** How often an idea was voted for, and by whom first. */
export type IdeaTally = Pick<IdeaView, 'id' | 'votes' | 'voters'>

/**
 * The tallies of some ideas as everyone may see them now, in no order; of what is hidden, merged or gone there is none.
 * @param ideaIds public ids
 */
export async function readTallies(db: Db, question: QuestionRow, ideaIds: string[]): Promise<IdeaTally[]> {
  const rows = await store.findTallies(db, question.id, ideaIds)
  return rows.map((row) => ({ id: row.public_id, votes: row.votes, voters: votersOf(row) }))
}

/**
 * A public view brought up to a revision before which nothing but tallies and counts has changed, as building it anew
 * would: in so few steps that a vote costs little where there are thousands of ideas.
 * @param question as it stands at the new revision, read in one transaction with the tallies
 * @param tallies at least of the ideas whose tallies moved
 */
export function withTallies(before: Snapshot, question: QuestionRow, tallies: IdeaTally[]): Snapshot {
  const moved = new Map(tallies.map((tally) => [tally.id, tally]))
  const ideas = before.ideas.map((idea) => {
    const tally = moved.get(idea.id)
    return tally ? { ...idea, ...tally } : idea
  })
  const born = births.get(before) ?? new Map<string, number>()
  const birthOf = (idea: IdeaView) => born.get(idea.id) ?? 0
  if (before.settings.order === 'votes') ideas.sort((a, b) => b.votes - a.votes || birthOf(a) - birthOf(b))
  const snapshot = { ...before, revision: question.revision, counts: countsOf(question), ideas }
  births.set(snapshot, born)
  return snapshot
}

/** All ideas that everyone may see, earliest first. */
async function buildIdeas(db: Db, question: QuestionRow): Promise<IdeaView[]> {
  const rows = await store.findIdeas(db, question.id)
  const merged = Map.groupBy(await store.findMerged(db, question.id), (row) => row.merged_into)
  const reasons = Map.groupBy(await store.findArguments(db, question.id), (row) => row.idea_id)
  return rows.map((row) => {
    // By agreement, the earlier first on a tie.
    const mine = (reasons.get(row.id) ?? []).sort((a, b) => b.agreements - a.agreements || a.id - b.id)
    return {
      id: row.public_id,
      title: row.title,
      description: row.description,
      image:
        row.image_id === null || row.width === null || row.height === null
          ? null
          : { url: imageUrl(question.public_id, row.image_id), width: row.width, height: row.height },
      link: row.link,
      author: authorOf(row),
      createdAt: rfc3339(row.created_at),
      editedAt: timeOrNull(row.edited_at),
      votes: row.votes,
      voters: votersOf(row),
      pros: mine.filter((reason) => reason.side === 'pro').map(viewArgument),
      cons: mine.filter((reason) => reason.side === 'con').map(viewArgument),
      merged: (merged.get(row.id) ?? []).map((one) => one.title),
    }
  })
}

export function countsOf({
  participants,
  votes,
  ideas,
  arguments: reasons,
  comments,
}: QuestionRow): Snapshot['counts'] {
  return { participants, votes, ideas, arguments: reasons, comments }
}

function votersOf(row: store.TallyForView): IdeaView['voters'] {
  const first = JSON.parse(row.first_names) as string[]
  return { first, others: row.votes - first.length }
}

/** Where a picture is served. A new picture gets a new id, so what is there never changes. */
export function imageUrl(questionId: string, imageId: string): string {
  return `/api/v1/questions/${questionId}/images/${imageId}`
}

export function viewArgument(row: store.ArgumentForView): ArgumentView {
  return {
    id: row.public_id,
    side: row.side,
    text: row.text,
    author: authorOf(row),
    createdAt: rfc3339(row.created_at),
    editedAt: timeOrNull(row.edited_at),
    agreements: row.agreements,
  }
}

export function viewComment(row: store.CommentForView): CommentView {
  return {
    id: row.public_id,
    text: row.text,
    author: authorOf(row),
    createdAt: rfc3339(row.created_at),
    editedAt: timeOrNull(row.edited_at),
  }
}

/** The decision without the ideas that have gone since; none when nothing of it is left to be seen. */
function viewDecision(
  decision: { ideas: string[]; statement: string; decidedAt: number },
  ideas: IdeaView[],
): DecisionView | null {
  const visible = new Set(ideas.map((idea) => idea.id))
  const chosen = decision.ideas.filter((id) => visible.has(id))
  if (chosen.length === 0 && decision.statement === '') return null
  return {
    ideas: chosen,
    statement: decision.statement,
    decidedAt: rfc3339(decision.decidedAt),
  }
}

function authorOf(row: { has_author: number; author: string | null }): Author {
  return row.has_author ? { name: row.author } : null
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : rfc3339(at)
}
