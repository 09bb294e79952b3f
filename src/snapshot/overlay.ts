import { rfc3339 } from '../base/clock.ts'
import { refuse } from '../base/refusals.ts'
import { hot, type Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { ideasLeft } from '../idea/rules.ts'
import { findParticipant } from '../participant/store.ts'
import { lackedToTakePart, lackedToVote, standingOf, stranger } from '../question/levels.ts'
import { areNamesHidden, settingsOf } from '../question/rules.ts'
import { identify, refuseToken, type Caller, type OwnerSeat, type Seat } from '../question/seat.ts'
import { votesLeft } from '../vote/rules.ts'
import { findVisibleVotes } from '../vote/store.ts'
import { authorOf } from './build.ts'
import { findOwnActs, findOwnAside, findOwnWaiting } from './own.ts'
import type { OwnContributions, Overlay, OwnerView } from './wire.ts'

/**
 * What belongs to one visitor: who they are here, what they did, and what the limits still leave them.
 * @param question as its owner decides it; its counts do not matter
 * @throws token_unknown
 */
export async function buildOverlay(
  db: Db,
  question: Pick<QuestionRow, 'id' | 'public_id' | 'admin_hash' | 'settings' | 'deleted_at'>,
  caller: Caller,
): Promise<Overlay> {
  const { tokenHash, isAdmin, isBearer } = identify(question, caller)
  const own: Record<Own, string[]> = { vote: [], agreement: [], idea: [], argument: [], comment: [] }
  const values: Overlay['values'] = {}
  let participant: Overlay['participant'] = null
  let isOwner = isAdmin
  let cast = 0
  const rows = (await hot(db).all(ownQuery, question.id, tokenHash)) as OwnRow[]
  let standing = stranger
  for (const [kind, id, name, place, ...proven] of rows.sort((a, b) => a[3] - b[3]))
    if (kind === 'me') {
      participant = { id, name, joinedAt: rfc3339(place) }
      standing = standingOf({ level: proven[0], invitation_id: proven[1] })
    } else if (kind === 'owner') isOwner ||= !isBearer
    else {
      own[kind].push(id)
      if (kind === 'vote') {
        cast += proven[1] ?? 0
        if (proven[1] !== 1) values[id] = proven[1] ?? 0
      }
    }
  if (isBearer && !isAdmin && !participant) throw refuseToken(question)
  const settings = settingsOf(question)
  return {
    role: isOwner ? 'owner' : participant ? 'participant' : 'stranger',
    participant,
    votes: own.vote,
    values,
    agreements: own.agreement,
    ideas: own.idea,
    arguments: own.argument,
    comments: own.comment,
    ...standing,
    needed: {
      takePart: isOwner ? null : lackedToTakePart(settings, standing),
      vote: lackedToVote(settings, standing),
    },
    votesLeft: votesLeft(settings, cast),
    ideasLeft: isOwner ? null : ideasLeft(settings, own.idea.length),
    results: null,
  }
}

type Own = 'vote' | 'agreement' | 'idea' | 'argument' | 'comment'
/**
 * Something that is somebody's own, or themselves, or that they own the question. `place` orders; of `me` when they joined.
 * The last is the invitation of `me`, and of a vote how many it counts.
 */
type OwnRow = [
  ...[kind: Own | 'me' | 'owner', id: string, name: string | null, place: number],
  ...[level: string, invitationOrValue: number | null],
]

/** One statement, written by hand: everyone's page asks for it, and a query builder takes longer than the engine. */
const ownQuery = `
  with me as (select question_id, id, public_id, name, created_at, level, invitation_id from participants
    where question_id = ?1 and token_hash = ?2)
  select 'me' as kind, public_id as id, name, created_at as place, level, invitation_id from me
  union all select 'owner', '', null, 0, '', null from owners where question_id = ?1 and token_hash = ?2
  union all select 'vote', i.public_id, null, v.revision, '', v.value from me
    cross join votes v on v.question_id = me.question_id and v.participant_id = me.id
    cross join ideas i on i.question_id = v.question_id and i.id = v.idea_id and i.hidden_at is null
  union all select 'agreement', a.public_id, null, a.id, '', null from me
    cross join agreements g on g.question_id = me.question_id and g.participant_id = me.id
    cross join arguments a on a.question_id = g.question_id and a.id = g.argument_id and a.hidden_at is null
    cross join ideas i on i.question_id = a.question_id and i.id = a.idea_id and i.hidden_at is null
  union all select 'idea', i.public_id, null, i.id, '', null from me
    cross join ideas i on i.question_id = me.question_id and i.author_id = me.id
  union all select 'argument', a.public_id, null, a.id, '', null from me
    cross join arguments a on a.question_id = me.question_id and a.author_id = me.id
  union all select 'comment', c.public_id, null, c.id, '', null from me
    cross join comments c on c.question_id = me.question_id and c.author_id = me.id`

/**
 * All that a participant contributed, hidden or not.
 * @param areVotesShown whether everyone is shown how many votes an idea has
 * @throws participant_needed
 */
export async function buildOwnContributions(
  db: Db,
  question: QuestionRow,
  seat: Seat,
  areVotesShown: boolean,
): Promise<OwnContributions> {
  const participant = await findParticipant(db, question.id, seat.tokenHash)
  if (!participant) throw refuse('participant_needed')
  const mine = { question: question.id, participant: participant.id }
  const votes = await findVisibleVotes(db, mine.question, mine.participant)
  const ideas = await db
    .selectFrom('ideas')
    .select(['public_id', 'title', 'description', 'link', 'votes', 'room_votes', 'created_at', 'hidden_at'])
    .where('question_id', '=', mine.question)
    .where('author_id', '=', mine.participant)
    .where('merged_into', 'is', null)
    .orderBy('id')
    .execute()
  const merged = await db
    .selectFrom('ideas as i')
    .innerJoin('ideas as t', (join) =>
      join.onRef('t.question_id', '=', 'i.question_id').onRef('t.id', '=', 'i.merged_into'),
    )
    .select(['i.public_id', 'i.title', 't.public_id as into_id', 't.title as into_title'])
    .where('i.question_id', '=', mine.question)
    .where('i.author_id', '=', mine.participant)
    .where('t.hidden_at', 'is', null)
    .orderBy('i.id')
    .execute()
  const reasons = await db
    .selectFrom('arguments as a')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'a.question_id').onRef('i.id', '=', 'a.idea_id'),
    )
    .select(['a.public_id', 'a.side', 'a.text', 'a.agreements', 'a.created_at', 'a.hidden_at'])
    .$narrowType<{ side: 'pro' | 'con' }>()
    .select(['i.public_id as idea', 'i.title as idea_title', 'i.hidden_at as idea_hidden_at'])
    .where('a.question_id', '=', mine.question)
    .where('a.author_id', '=', mine.participant)
    .orderBy('a.id')
    .execute()
  const comments = await db
    .selectFrom('comments')
    .select(['public_id', 'text', 'created_at', 'hidden_at'])
    .where('question_id', '=', mine.question)
    .where('author_id', '=', mine.participant)
    .orderBy('id')
    .execute()
  const waiting = await findOwnWaiting(db, mine.question, mine.participant)
  const stateOf = (id: string, hidden: boolean) => {
    const { held, editHeld } = waiting.get(id) ?? { held: false, editHeld: false }
    return { hidden: hidden && !held, held, editHeld }
  }
  return {
    votes: votes.map((idea) => ({
      idea: idea.public_id,
      title: idea.title,
      votes: idea.value,
      castAt: rfc3339(idea.cast_at),
    })),
    ideas: ideas.map((idea) => ({
      id: idea.public_id,
      title: idea.title,
      description: idea.description,
      link: idea.link,
      votes: areVotesShown ? idea.votes + idea.room_votes : null,
      createdAt: rfc3339(idea.created_at),
      ...stateOf(idea.public_id, idea.hidden_at !== null),
    })),
    merged: merged.map((row) => ({
      id: row.public_id,
      title: row.title,
      into: { id: row.into_id, title: row.into_title },
    })),
    arguments: reasons.map((reason) => ({
      id: reason.public_id,
      idea: reason.idea,
      // What is hidden from everyone is hidden here too; only what is one's own is shown in full.
      ideaTitle: reason.idea_hidden_at === null ? reason.idea_title : '',
      side: reason.side,
      text: reason.text,
      agreements: reason.agreements,
      createdAt: rfc3339(reason.created_at),
      ...stateOf(reason.public_id, reason.hidden_at !== null || reason.idea_hidden_at !== null),
    })),
    agreements: await findAgreements(db, mine.question, mine.participant),
    comments: comments.map((comment) => ({
      id: comment.public_id,
      text: comment.text,
      createdAt: rfc3339(comment.created_at),
      ...stateOf(comment.public_id, comment.hidden_at !== null),
    })),
    setAside: await findOwnAside(db, mine.question, mine.participant),
    acts: await findOwnActs(db, mine.question, mine.participant),
  }
}

/** Of whom something is, as it lies in the store. */
interface By {
  author_id: number | null
  name: string | null
  in_room?: number
  room_name?: string | null
}

/** What only the owner sees: the hidden contributions, and whether the question is deleted. */
export async function buildOwnerView(db: Db, question: QuestionRow, _seat: OwnerSeat): Promise<OwnerView> {
  const ideas = await db
    .selectFrom('ideas as c')
    .leftJoin('participants as p', (join) =>
      join.onRef('p.question_id', '=', 'c.question_id').onRef('p.id', '=', 'c.author_id'),
    )
    .select(['c.public_id', 'c.title', 'p.name', 'c.author_id', 'c.in_room', 'c.room_name'])
    .where('c.question_id', '=', question.id)
    .where('c.hidden_at', 'is not', null)
    .orderBy('c.id')
    .execute()
  const reasons = await db
    .selectFrom('arguments as c')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'c.question_id').onRef('i.id', '=', 'c.idea_id'),
    )
    .leftJoin('participants as p', (join) =>
      join.onRef('p.question_id', '=', 'c.question_id').onRef('p.id', '=', 'c.author_id'),
    )
    .select(['c.public_id', 'c.text', 'i.public_id as idea', 'p.name', 'c.author_id', 'c.in_room', 'c.room_name'])
    .where('c.question_id', '=', question.id)
    .where('c.hidden_at', 'is not', null)
    .orderBy('c.id')
    .execute()
  const comments = await db
    .selectFrom('comments as c')
    .leftJoin('participants as p', (join) =>
      join.onRef('p.question_id', '=', 'c.question_id').onRef('p.id', '=', 'c.author_id'),
    )
    .select(['c.public_id', 'c.text', 'p.name', 'c.author_id'])
    .where('c.question_id', '=', question.id)
    .where('c.hidden_at', 'is not', null)
    .orderBy('c.id')
    .execute()
  // What is held lies on the desk, and is not hidden yet.
  const held = await db
    .selectFrom('waiting')
    .select('thing')
    .where('question_id', '=', question.id)
    .where('held', '=', 1)
    .execute()
  const onDesk = new Set(held.map(({ thing }) => thing))
  const isHidden = (row: { public_id: string }) => !onDesk.has(row.public_id)
  const shown = { names: !areNamesHidden(settingsOf(question)) }
  const by = ({ author_id, name, ...room }: By) =>
    authorOf({ ...room, has_author: author_id === null ? 0 : 1, author: name }, shown)
  return {
    ideas: ideas.filter(isHidden).map((row) => ({ id: row.public_id, title: row.title, ...by(row) })),
    arguments: reasons
      .filter(isHidden)
      .map((row) => ({ id: row.public_id, idea: row.idea, text: row.text, ...by(row) })),
    comments: comments.filter(isHidden).map((row) => ({ id: row.public_id, text: row.text, ...by(row) })),
    deletedAt: question.deleted_at === null ? null : rfc3339(question.deleted_at),
  }
}

async function findAgreements(
  db: Db,
  questionKey: number,
  participantKey: number,
): Promise<OwnContributions['agreements']> {
  return await db
    .selectFrom('agreements as g')
    .innerJoin('arguments as a', (join) =>
      join.onRef('a.question_id', '=', 'g.question_id').onRef('a.id', '=', 'g.argument_id'),
    )
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'a.question_id').onRef('i.id', '=', 'a.idea_id'),
    )
    .select(['a.public_id as argument', 'i.public_id as idea', 'a.text', 'a.side'])
    .$narrowType<{ side: 'pro' | 'con' }>()
    .where('g.question_id', '=', questionKey)
    .where('g.participant_id', '=', participantKey)
    .where('a.hidden_at', 'is', null)
    .where('i.hidden_at', 'is', null)
    .orderBy('a.id')
    .execute()
}
