import type { Level } from '#src/question/wire.ts'
import type { Snapshot } from '#src/snapshot/wire.ts'

/**
 * How many votes were cast at which level, best proven first; nothing where that says nothing.
 * @param isNeeded whether a level is needed, so that it says something even where all votes are open
 */
export function votesByLevel(counts: Snapshot['counts'], isNeeded: boolean): { level: Level; n: number }[] {
  if (counts.votes === null || counts.votesByLevel === null) return []
  const { invited, account, email } = counts.votesByLevel
  const proven = invited + account + email
  if (proven === 0 && !isNeeded) return []
  const levels = { invited, account, email, open: counts.votes - proven - (counts.votesInRoom ?? 0) }
  return (['invited', 'account', 'email', 'open'] as const)
    .map((level) => ({ level, n: levels[level] }))
    .filter(({ n }) => n > 0)
}
