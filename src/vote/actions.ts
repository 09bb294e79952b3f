import { hold, refuse, type Refusal } from '../base/refusals.ts'
import type { IdeaRow, ParticipantRow } from '../db/tables.ts'
import { append, type Taken } from '../feed/command.ts'
import { loadIdea } from '../idea/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseVoting, standingOf } from '../question/levels.ts'
import { areResultsHidden, settingsOf } from '../question/rules.ts'
import { ProvenVotes } from './proven.ts'
import { refuseAside, refuseOnClosedIdea, refuseVote } from './rules.ts'
import * as store from './store.ts'

/** One stand to be taken or taken back: a participant, an idea that everyone can see, and whether they vote for it. */
export interface Cast {
  participant: Pick<ParticipantRow, 'id' | 'level' | 'name' | 'invitation_id'>
  idea: Pick<IdeaRow, 'id' | 'public_id' | 'closed_at'>
  stands: boolean
  /** When it was cast, in milliseconds. */
  at: number
}

/**
 * Casts a batch of votes in the order given; a later one of the same participant on the same idea replaces the
 * earlier. The vote that stands already and the one that is not there to be taken back change nothing.
 * The number of statements does not grow with the batch but for the tallies, one a touched idea.
 * @returns for each cast the refusal, or null. A refused cast changes nothing; the others stand
 */
export async function castVotes(taken: Taken, casts: Cast[]): Promise<(Refusal | null)[]> {
  if (casts.length === 0) return []
  const settings = settingsOf(taken.question)
  const areHidden = areResultsHidden(taken.question, taken.now)
  const participantKeys = [...new Set(casts.map((cast) => cast.participant.id))]
  const standing = await store.findVotesOf(taken.trx, taken.question.id, participantKeys)

  const stored = new Map(standing.map((vote) => [keyOf(vote.participant_id, vote.idea_id), vote.level]))
  const cast = new Map<number, number>()
  for (const vote of standing) if (vote.visible) cast.set(vote.participant_id, (cast.get(vote.participant_id) ?? 0) + 1)

  const added = new Map<string, store.VoteRow>()
  const removed = new Map<string, { participant_id: number; idea_id: number }>()
  const deltas = new Map<number, number>()
  const proven = new ProvenVotes()

  const refusals = casts.map(({ participant, idea, stands, at }) => {
    const key = keyOf(participant.id, idea.id)
    const isThere = added.has(key) || (stored.has(key) && !removed.has(key))
    if (isThere === stands) return null
    const mine = cast.get(participant.id) ?? 0
    const refusal = stands
      ? (refuseVoting(settings, standingOf(participant)) ?? refuseOnClosedIdea(idea) ?? refuseVote(settings, mine))
      : null
    if (refusal) return refusal

    const type = stands ? 'vote.cast' : 'vote.withdrawn'
    const revision = areHidden ? taken.question.revision : append(taken, type, { idea: idea.public_id }, at)
    const pair = { participant_id: participant.id, idea_id: idea.id }
    const named = participant.name === null ? 0 : 1
    const level = stands ? participant.level : (added.get(key)?.level ?? stored.get(key) ?? 'open')
    if (stands) added.set(key, { ...pair, value: 1, level, cast_at: at, revision, named })
    else {
      added.delete(key)
      if (stored.has(key)) removed.set(key, pair)
    }
    const delta = stands ? 1 : -1
    proven.add({ question: taken.question.id, idea: idea.id, level }, delta)
    cast.set(participant.id, mine + delta)
    deltas.set(idea.id, (deltas.get(idea.id) ?? 0) + delta)
    return null
  })

  await store.deleteVotes(taken, [...removed.values()])
  await store.storeVotes(taken, [...added.values()])
  await store.addToTallies(taken, deltas)
  await store.addToLevels(taken, proven.all())
  for (const delta of deltas.values()) taken.question.votes += delta
  return refusals
}

/** What a vote answers: the idea's tally, those in the room among them, null while votes are hidden, and the question's revision after it. */
export interface Receipt {
  idea: string
  votes: number | null
  revision: number
}

/** Votes for an idea; doing so again changes nothing. @throws idea_not_found, votes_set_aside, idea_closed, votes_spent */
export async function castVote(taken: Taken, { participant }: ParticipantSeat, ideaId: string): Promise<Receipt> {
  const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
  hold(refuseAside(participant.set_aside !== null))
  const [refusal] = await castVotes(taken, [{ participant, idea, stands: true, at: taken.now }])
  hold(refusal ?? null)
  return await receiptOf(taken, ideaId)
}

/** Takes a vote back; where there is none, nothing changes. @param seat null for somebody who does not take part */
export async function withdrawVote(taken: Taken, seat: ParticipantSeat | null, ideaId: string): Promise<Receipt> {
  const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
  if (seat) await castVotes(taken, [{ participant: seat.participant, idea, stands: false, at: taken.now }])
  return await receiptOf(taken, ideaId)
}

async function receiptOf(taken: Taken, ideaId: string): Promise<Receipt> {
  const { votes, room_votes } = await loadIdea(taken.trx, taken.question.id, ideaId)
  const areHidden = areResultsHidden(taken.question, taken.now)
  return { idea: ideaId, votes: areHidden ? null : votes + room_votes, revision: taken.question.revision }
}

/**
 * Replaces a participant's ballot: what is not named is taken back, what is named stands. All of it or nothing.
 * Votes on ideas that are hidden at the moment stay as they are.
 * @param ideaIds public ids in the order of voting. @throws idea_not_found, votes_set_aside, idea_closed, votes_spent
 */
export async function castBallot(taken: Taken, { participant }: ParticipantSeat, ideaIds: string[]): Promise<void> {
  const ideas: IdeaRow[] = []
  for (const ideaId of ideaIds) ideas.push(await loadIdea(taken.trx, taken.question.id, ideaId))
  hold(refuseAside(participant.set_aside !== null))
  const chosen = new Set(ideas.map((idea) => idea.id))
  const standing = await store.findVisibleVotes(taken.trx, taken.question.id, participant.id)
  const withdrawn = standing.filter((idea) => !chosen.has(idea.id))
  const refusals = await castVotes(taken, [
    ...withdrawn.map((idea) => ({ participant, idea, stands: false, at: taken.now })),
    ...ideas.map((idea) => ({ participant, idea, stands: true, at: taken.now })),
  ])
  const refusal = refusals.find((found) => found !== null)
  if (refusal) throw refuse(refusal.code, [{ path: 'votes', message: refusal.message }], refusal.facts)
}

function keyOf(participantKey: number, ideaKey: number): string {
  return `${participantKey}:${ideaKey}`
}
