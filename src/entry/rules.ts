import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/**
 * Nobody in the room has more votes than anybody else: each one for an idea, and as many in all as the limit says.
 * @param people how many were there. @param votes how many each idea had, by public id
 */
export function refuseEntry(
  settings: Pick<Settings, 'votesPerParticipant'>,
  people: number,
  votes: [ideaId: string, votes: number][],
): Refusal | null {
  if (votes.length === 0) return refuse('entry_empty', [{ path: 'votes', message: 'has no vote' }])
  const errors = votes
    .filter(([, count]) => count > people)
    .map(([ideaId]) => ({ path: `votes/${ideaId}`, message: `is more than the ${people} people who were there` }))
  const most = people * (settings.votesPerParticipant ?? Infinity)
  const sum = votes.reduce((all, [, count]) => all + count, 0)
  if (sum > most) errors.push({ path: 'votes', message: `are ${sum}, and ${people} people have ${most} together` })
  return errors.length > 0 ? refuse('entry_too_many', errors, { people }) : null
}
