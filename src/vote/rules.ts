import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** How many votes a participant still has; null without a limit. */
export function votesLeft(settings: Settings, cast: number): number | null {
  return settings.votesPerParticipant === null ? null : Math.max(0, settings.votesPerParticipant - cast)
}

/** Nobody votes for an idea that takes no more votes. */
export function refuseOnClosedIdea(idea: { closed_at: number | null }): Refusal | null {
  return idea.closed_at === null ? null : refuse('idea_closed')
}

/** Nobody votes whose votes are set aside: what counts again is for the owner to say. */
export function refuseAside(isAside: boolean): Refusal | null {
  return isAside ? refuse('votes_set_aside') : null
}

/**
 * Nobody votes beyond the limits.
 * @param cast votes that stand now on ideas everyone can see
 * @param value how many are to stand on this idea, of which `more` do not yet
 */
export function refuseVote(settings: Settings, cast: number, value: number, more: number): Refusal | null {
  const { votesPerIdea, votesPerParticipant } = settings
  if (value > votesPerIdea)
    return refuse('votes_per_idea', [{ path: 'value', message: `can be ${votesPerIdea} at the most` }], {
      votes: votesPerIdea,
    })
  return cast + more > (votesPerParticipant ?? Infinity)
    ? refuse('votes_spent', [], { votes: votesPerParticipant ?? 0 })
    : null
}

/** How many of the votes that one participant has on one idea come after the first: by so many it has more votes than voters. */
export function furtherVotes(value: number): number {
  return Math.max(0, value - 1)
}
