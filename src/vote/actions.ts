import { hold, refuse, type Refusal } from '../base/refusals.ts'
import type { IdeaRow, ParticipantRow } from '../db/tables.ts'
import { append, type Taken } from '../feed/command.ts'
import { loadIdea } from '../idea/store.ts'
import type { ParticipantSeat } from '../participant/actions.ts'
import { refuseVoting, standingOf } from '../question/levels.ts'
import { areResultsHidden, settingsOf } from '../question/rules.ts'
import { ProvenVotes } from './proven.ts'
import { furtherVotes, refuseAside, refuseOnClosedIdea, refuseVote } from './rules.ts'
import * as store from './store.ts'

/** One stand to be taken or taken back: a participant, an idea that everyone can see, and how many votes it has from them then. */
export interface Cast {
  participant: Pick<ParticipantRow, 'id' | 'level' | 'name' | 'invitation_id'>
  idea: Pick<IdeaRow, 'id' | 'public_id' | 'closed_at'>
  /** 0 takes them all back. */
  value: number
  /** When it was cast, in milliseconds. */
  at: number
}

/**
 * Casts a batch of votes in the order given; a later one of the same participant on the same idea replaces the
 * earlier. The vote that stands already and the one that is not there to be taken back change nothing. Who gives an idea
 * more or fewer votes than before keeps their place among its voters; fewer is taken as votes taken back, and refused as
 * seldom.
 * The number of statements does not grow with the batch but for the tallies, one a touched idea.
 * @returns for each cast the refusal, or null. A refused cast changes nothing; the others stand
 */
export async function castVotes(taken: Taken, casts: Cast[]): Promise<(Refusal | null)[]> {
  if (casts.length === 0) return []
  const settings = settingsOf(taken.question)
  const areHidden = areResultsHidden(taken.question, taken.now)
  const participantKeys = [...new Set(casts.map((cast) => cast.participant.id))]
  const standing = await store.findVotesOf(taken.trx, taken.question.id, participantKeys)
  const stored = new Map(standing.map((vote) => [keyOf(vote.participant_id, vote.idea_id), vote]))
  const cast = new Map<number, number>()
  for (const { visible, participant_id, value } of standing)
    if (visible) cast.set(participant_id, (cast.get(participant_id) ?? 0) + value)
  const moved = new Map<string, Pick<store.VoteRow, 'participant_id' | 'idea_id'> & { now: store.VoteRow | null }>()
  const deltas = new Map<number, { votes: number; further: number }>()
  const proven = new ProvenVotes()

  const refusals = casts.map(({ participant, idea, value, at }) => {
    const key = keyOf(participant.id, idea.id)
    const before = moved.has(key) ? moved.get(key)?.now : stored.get(key)
    const was = before?.value ?? 0
    if (was === value) return null
    const mine = cast.get(participant.id) ?? 0
    const delta = value - was
    const refusal =
      delta > 0
        ? (refuseVoting(settings, standingOf(participant)) ??
          refuseOnClosedIdea(idea) ??
          refuseVote(settings, mine, value, delta))
        : null
    if (refusal) return refusal
    const revision = areHidden ? taken.question.revision : append(taken, ...changeOf(idea.public_id, delta), at)
    const pair = { participant_id: participant.id, idea_id: idea.id }
    const named = participant.name === null ? 0 : 1
    const level = delta > 0 ? participant.level : (before?.level ?? participant.level)
    const place = before ? { cast_at: before.cast_at, revision: before.revision } : { cast_at: at, revision }
    moved.set(key, { ...pair, now: value === 0 ? null : { ...pair, value, level, ...place, named } })
    const of = { question: taken.question.id, idea: idea.id }
    if (before) proven.add({ ...of, level: before.level }, -was)
    proven.add({ ...of, level }, value)
    cast.set(participant.id, mine + delta)
    const sum = deltas.get(idea.id) ?? { votes: 0, further: 0 }
    deltas.set(idea.id, {
      votes: sum.votes + delta,
      further: sum.further + furtherVotes(value) - furtherVotes(was),
    })
    return null
  })

  const removed = [...moved].filter(([key]) => stored.has(key)).map(([, one]) => one)
  await store.deleteVotes(taken, removed)
  await store.storeVotes(
    taken,
    [...moved.values()].flatMap(({ now }) => now ?? []),
  )
  await store.addToTallies(taken, deltas)
  await store.addToLevels(taken, proven.all())
  for (const { votes } of deltas.values()) taken.question.votes += votes
  return refusals
}

/** What the feed says of more or fewer votes for an idea; how many, where it is not one. */
function changeOf(idea: string, delta: number): ['vote.cast' | 'vote.withdrawn', Record<string, string | number>] {
  const votes = Math.abs(delta)
  return [delta > 0 ? 'vote.cast' : 'vote.withdrawn', votes === 1 ? { idea } : { idea, votes }]
}

/** What a vote answers: the idea's tally, those in the room among them, null while votes are hidden, and the question's revision after it. */
export interface Receipt {
  idea: string
  votes: number | null
  revision: number
}

/**
 * Gives an idea so many votes; doing so again changes nothing.
 * @throws idea_not_found, votes_set_aside, idea_closed, votes_per_idea, votes_spent
 */
export async function castVote(
  taken: Taken,
  { participant }: ParticipantSeat,
  ideaId: string,
  value: number,
): Promise<Receipt> {
  const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
  hold(refuseAside(participant.set_aside !== null))
  const [refusal] = await castVotes(taken, [{ participant, idea, value, at: taken.now }])
  hold(refusal ?? null)
  return await receiptOf(taken, ideaId)
}

/** Takes all votes back from an idea; where there is none, nothing changes. @param seat null for somebody who does not take part */
export async function withdrawVote(taken: Taken, seat: ParticipantSeat | null, ideaId: string): Promise<Receipt> {
  const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
  if (seat) await castVotes(taken, [{ participant: seat.participant, idea, value: 0, at: taken.now }])
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
 * @param votes how many each idea has, by public id, in the order of voting
 * @throws idea_not_found, votes_set_aside, idea_closed, votes_per_idea, votes_spent
 */
export async function castBallot(
  taken: Taken,
  { participant }: ParticipantSeat,
  votes: Record<string, number>,
): Promise<void> {
  const chosen = new Map<number, { idea: IdeaRow; value: number }>()
  for (const [ideaId, value] of Object.entries(votes)) {
    const idea = await loadIdea(taken.trx, taken.question.id, ideaId)
    chosen.set(idea.id, { idea, value })
  }
  hold(refuseAside(participant.set_aside !== null))
  const standing = await store.findVisibleVotes(taken.trx, taken.question.id, participant.id)
  const before = new Map(standing.map((idea) => [idea.id, idea.value]))
  const withdrawn = standing.filter((idea) => !chosen.has(idea.id)).map((idea) => ({ idea, value: 0 }))
  // What is given up first is there to be given to another idea.
  const isLess = ({ idea, value }: { idea: { id: number }; value: number }) => value < (before.get(idea.id) ?? 0)
  const [less, rest] = [[...chosen.values()].filter(isLess), [...chosen.values()].filter((one) => !isLess(one))]
  const casts = [...withdrawn, ...less, ...rest].map((one) => ({ participant, ...one, at: taken.now }))
  const refusal = (await castVotes(taken, casts)).find((found) => found !== null)
  if (refusal) throw refuse(refusal.code, [{ path: 'votes', message: refusal.message }], refusal.facts)
}

function keyOf(participantKey: number, ideaKey: number): string {
  return `${participantKey}:${ideaKey}`
}
