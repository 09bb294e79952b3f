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

/** Nobody votes beyond the limit. @param cast votes that stand now on ideas everyone can see */
export function refuseVote(settings: Settings, cast: number): Refusal | null {
  return votesLeft(settings, cast) === 0
    ? refuse('votes_spent', [], { votes: settings.votesPerParticipant ?? 0 })
    : null
}
