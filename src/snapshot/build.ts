// Over 300 lines: it builds one view, in two ways that have to come to the same.
import { findAsides } from '../aside/store.ts'
import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { findDecision } from '../decision/store.ts'
import { headOf } from '../feed/chain.ts'
import { areNamesHidden, areResultsHidden, imagePath, isDue, phaseOf, settingsOf } from '../question/rules.ts'
import { isTurning, nextStageAt, stagesOf } from '../question/stages.ts'
import { firstOrder, inOrder } from './rules.ts'
import * as store from './store.ts'
import type { ArgumentView, Author, CommentView, DecisionView, IdeaView, Results, Snapshot } from './wire.ts'

/** How many comments a page of the discussion has. */
export const commentsPerPage = 50

/** For each view, the keys of its ideas by id: of two ideas of one millisecond the lower came first. */
const keys = new WeakMap<Snapshot, Map<string, number>>()

/** Builds the public view of a question, consistent at the revision of `question` when `db` is one transaction. */
export async function buildSnapshot(db: Db, question: QuestionRow, now: number): Promise<Snapshot> {
  const shown = shownOf(question, now)
  const { views, keyOf } = await buildIdeas(db, question, null, shown)
  const counts = await readCounts(db, question, shown)
  return putTogether(question, now, views, keyOf, counts, await readRest(db, question, now))
}

/** What of a question everyone is shown. The one place that says so for all that leaves the server. */
export interface Shown {
  /** Sums, tallies and voters. */
  votes: boolean
  names: boolean
}

/** What everyone is shown of a question at a moment; a deadline that has passed has closed it. */
export function shownOf(question: QuestionRow, now: number): Shown {
  return { votes: !areResultsHidden(question, now), names: !areNamesHidden(settingsOf(question)) }
}

/** What has changed since a view was built, by public ids. */
export interface Changed {
  /** Ideas of which nothing but the tally has. */
  tallied: Set<string>
  /** Ideas of which more has, or which came or went. */
  ideas: Set<string>
  /** Participants whose name has. */
  people: Set<string>
  /** Whether anything else has: the question itself, its discussion, its decision. */
  rest: boolean
  /** Whether so much has, or may have without a word in the feed, that it has to be built anew. */
  all: boolean
}

/**
 * A public view brought up to a revision, as building it anew would, in so few steps that what one person does costs
 * little where there are thousands of ideas.
 * @param question as it stands at the new revision, read in one transaction with all else here
 * @param changed all that has changed since, or more
 * @returns null when it has to be built anew
 */
export async function bringUpToDate(
  db: Db,
  before: Snapshot,
  question: QuestionRow,
  now: number,
  changed: Changed,
): Promise<Snapshot | null> {
  const shown = shownOf(question, now)
  // What became of votes while they were hidden, no change tells.
  if (changed.all || shown.votes !== (before.counts.votes !== null)) return null
  const ofPeople = await store.findIdeasOf(db, question.id, [...changed.people])
  if (ofPeople === null) return null
  const touched = new Set([...changed.ideas, ...ofPeople])
  const { views, keyOf } = await buildIdeas(db, question, [...touched], shown)
  const known = keys.get(before) ?? new Map<string, number>()
  // What was not seen before and is not seen now may be a line of another idea, into which it was merged.
  if ([...touched].some((id) => !known.has(id) && !keyOf.has(id))) return null

  const fresh = new Map<string, Partial<IdeaView>>(views.map((view) => [view.id, view]))
  const tallied = [...changed.tallied].filter((id) => !touched.has(id))
  for (const tally of await readTallies(db, question, tallied, shown)) fresh.set(tally.id, tally)
  const ideas = before.ideas.flatMap((idea) => {
    const renewed = fresh.get(idea.id)
    if (renewed) return [{ ...idea, ...renewed }]
    return touched.has(idea.id) ? [] : [idea]
  })
  ideas.push(...views.filter(({ id }) => !known.has(id)))
  const counts = await readCounts(db, question, shown)
  if (touched.size === 0 && changed.people.size === 0 && !changed.rest)
    return putTogether(question, now, ideas, known, counts, before)
  const keyOfAll = new Map(known)
  for (const id of touched) keyOfAll.delete(id)
  for (const [id, key] of keyOf) keyOfAll.set(id, key)
  return putTogether(question, now, ideas, keyOfAll, counts, await readRest(db, question, now))
}

/** How many times that votes were set aside stand in the page. */
const asidesShown = 10

type Rest = Pick<Snapshot, 'comments' | 'decision' | 'moderated' | 'asides'>

/** The newest comments, and the decision once there may be one. */
async function readRest(db: Db, question: QuestionRow, now: number): Promise<Rest> {
  const comments = await store.findComments(db, question.id, null, commentsPerPage)
  const shown = shownOf(question, now)
  const decision = phaseOf(question, now) === 'closed' ? await findDecision(db, question.id) : null
  return {
    comments: comments.reverse().map((row) => viewComment(row, shown)),
    decision: decision && { ...decision, decidedAt: rfc3339(decision.decidedAt) },
    moderated: (await store.countActs(db, question.id)).sort((a, b) =>
      `${a.act} ${a.reason ?? ''}` < `${b.act} ${b.reason ?? ''}` ? -1 : 1,
    ),
    asides: (await findAsides(db, question.id, null, asidesShown)).map(({ key: _, ...view }) => view),
  }
}

/** @param ideas in any order */
function putTogether(
  question: QuestionRow,
  now: number,
  ideas: IdeaView[],
  keyOf: Map<string, number>,
  counts: Snapshot['counts'],
  { comments, decision, moderated, asides }: Rest,
): Snapshot {
  const settings = settingsOf(question)
  const shown = shownOf(question, now)
  const order = firstOrder(settings, !shown.votes)
  const snapshot: Snapshot = {
    id: question.public_id,
    revision: question.revision,
    title: question.title,
    description: question.description,
    phase: phaseOf(question, now),
    createdAt: rfc3339(question.created_at),
    closesAt: timeOrNull(question.closes_at),
    closedAt: timeOrNull(question.closed_at),
    opensAt: timeOrNull(question.opens_at),
    ideasUntil: timeOrNull(question.ideas_until),
    votesFrom: timeOrNull(question.votes_from),
    votesUntil: timeOrNull(question.votes_until),
    timeZone: question.time_zone,
    stages: viewStages(question, now),
    forgottenAt: timeOrNull(question.forgotten_at),
    settings,
    counts,
    ideas: inOrder(ideas, order, question.public_id, (idea) => keyOf.get(idea.id) ?? 0),
    comments,
    decision: decision && withoutGone(decision, keyOf),
    head: phaseOf(question, now) === 'closed' ? headOf(question) : null,
    moderated,
    asides,
  }
  keys.set(snapshot, keyOf)
  if (isDue(question, now) || isTurning(question, now)) ahead.add(snapshot)
  return snapshot
}

/** Views that show what time has done before that was written down. */
const ahead = new WeakSet<Snapshot>()

/** Whether the same revision has been another view before, and will be none for long. */
export function isAhead(snapshot: Snapshot): boolean {
  return ahead.has(snapshot)
}

function viewStages(question: QuestionRow, now: number): Snapshot['stages'] {
  const next = phaseOf(question, now) === 'open' ? nextStageAt(question, now) : null
  return {
    ...stagesOf(question, now),
    next: next === null ? null : { at: rfc3339(next), ...stagesOf(question, next) },
  }
}

/** How often an idea was voted for, and by whom first. */
export type IdeaTally = Pick<IdeaView, 'id' | 'votes' | 'votesInRoom' | 'voters'>

/**
 * The tallies of some ideas as everyone may see them now, in no order; of what is hidden, merged or gone there is none.
 * While votes are hidden there is none at all.
 * @param ideaIds public ids
 */
export async function readTallies(
  db: Db,
  question: QuestionRow,
  ideaIds: string[],
  shown: Shown,
): Promise<IdeaTally[]> {
  if (!shown.votes) return []
  const rows = await store.findTallies(db, question.id, ideaIds)
  return rows.map((row) => ({ id: row.public_id, ...tallyOf(row, shown) }))
}

/** The tallies of all ideas, for who is shown them while they are hidden from others; names only where they are shown. */
export async function readAllTallies(db: Db, question: QuestionRow): Promise<Results['ideas']> {
  const { names } = shownOf(question, -Infinity)
  const rows = await store.findTallies(db, question.id, null)
  return rows.map((row) => ({ id: row.public_id, ...votesOf(row), voters: votersOf(row, names) }))
}

/**
 * Ideas that everyone may see, in no order, and their keys.
 * @param only these, by public id; null for all
 */
async function buildIdeas(
  db: Db,
  question: QuestionRow,
  only: string[] | null,
  shown: Shown,
): Promise<{ views: IdeaView[]; keyOf: Map<string, number> }> {
  if (only?.length === 0) return { views: [], keyOf: new Map() }
  const rows = await store.findIdeas(db, question.id, only)
  const merged = Map.groupBy(await store.findMerged(db, question.id, only), (row) => row.merged_into)
  const reasons = Map.groupBy(await store.findArguments(db, question.id, only), (row) => row.idea_id)
  const views = rows.map((row) => {
    // By agreement, the earlier first on a tie.
    const mine = (reasons.get(row.id) ?? []).sort((a, b) => b.agreements - a.agreements || a.id - b.id)
    return {
      id: row.public_id,
      title: row.title,
      description: row.description,
      image:
        row.image_id === null || row.width === null || row.height === null
          ? null
          : { url: imagePath(question.public_id, row.image_id), width: row.width, height: row.height },
      link: row.link,
      ...authorOf(row, shown),
      createdAt: rfc3339(row.created_at),
      editedAt: timeOrNull(row.edited_at),
      ...tallyOf(row, shown),
      pros: mine.filter((reason) => reason.side === 'pro').map((row) => viewArgument(row, shown)),
      cons: mine.filter((reason) => reason.side === 'con').map((row) => viewArgument(row, shown)),
      merged: (merged.get(row.id) ?? []).map((one) => one.title),
      ownerEdited: row.owner_edited === 1,
      closed: row.closed_at === null ? null : { at: rfc3339(row.closed_at), why: row.closed_why ?? '' },
    }
  })
  return { views, keyOf: new Map(rows.map((row) => [row.public_id, row.id])) }
}

/** The sums of a question. Who joins by a vote would be seen by how many take part. */
export async function readCounts(db: Db, question: QuestionRow, shown: Shown): Promise<Snapshot['counts']> {
  const { ideas, arguments: reasons, comments, room_ideas, room_arguments } = question
  const rest = { ideas, arguments: reasons, ideasInRoom: room_ideas, argumentsInRoom: room_arguments, comments }
  if (!shown.votes) return { participants: null, votes: null, votesInRoom: null, votesByLevel: null, ...rest }
  const votesByLevel = { email: 0, invited: 0, account: 0 }
  for (const { level, votes } of await store.countByLevel(db, question.id))
    votesByLevel[level as keyof typeof votesByLevel] = votes
  return { participants: question.participants, ...votesOf(question), votesByLevel, ...rest }
}

/** All votes, and how many of them in the room. */
export function votesOf(row: { votes: number; room_votes: number }): { votes: number; votesInRoom: number } {
  return { votes: row.votes + row.room_votes, votesInRoom: row.room_votes }
}

function tallyOf(row: store.TallyForView, shown: Shown): Pick<IdeaView, 'votes' | 'votesInRoom' | 'voters'> {
  if (!shown.votes) return { votes: null, votesInRoom: null, voters: null }
  return { ...votesOf(row), voters: votersOf(row, shown.names) }
}

function votersOf(row: store.TallyForView, areNamesShown: boolean): Results['ideas'][number]['voters'] {
  const first = areNamesShown ? (JSON.parse(row.first_names) as string[]) : []
  return { first, others: row.votes - row.further_votes - first.length }
}

export function viewArgument(row: store.ArgumentForView, shown: Shown): ArgumentView {
  return {
    id: row.public_id,
    side: row.side,
    text: row.text,
    ...authorOf(row, shown),
    createdAt: rfc3339(row.created_at),
    editedAt: timeOrNull(row.edited_at),
    ownerEdited: row.owner_edited === 1,
    agreements: row.agreements,
  }
}

export function viewComment(row: store.CommentForView, shown: Shown): CommentView {
  return {
    id: row.public_id,
    text: row.text,
    ...authorOf(row, shown),
    createdAt: rfc3339(row.created_at),
    editedAt: timeOrNull(row.edited_at),
    ownerEdited: row.owner_edited === 1,
  }
}

/** The decision without the ideas that have gone since; none when nothing of it is left to be seen. */
function withoutGone(decision: DecisionView, visible: Map<string, unknown>): DecisionView | null {
  const ideas = decision.ideas.filter((id) => visible.has(id))
  return ideas.length === 0 && decision.statement === '' ? null : { ...decision, ideas }
}

/** Of whom something is, as far as everyone is shown. */
export function authorOf(
  row: { has_author: number; author: string | null; in_room?: number; room_name?: string | null },
  shown: Pick<Shown, 'names'>,
): { author: Author; inRoom?: true } {
  if (row.in_room) return { author: { name: shown.names ? (row.room_name ?? null) : null }, inRoom: true }
  return { author: row.has_author ? { name: shown.names ? row.author : null } : null }
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : rfc3339(at)
}
