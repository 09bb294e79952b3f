/** What every ballot file says it is. */
export const ballotFormat = 'folkmoot-ballots'
export const ballotVersion = 1

/** Ids of the ideas voted for, each with the level at which the vote was cast. */
export type BallotVotes = Record<string, string>

/** How many votes an idea has on a ballot, for those that have more than one. */
export type BallotValues = Record<string, number>

/** All ballots of a closed question that are counted, and what they come to. */
export interface BallotFile {
  format: typeof ballotFormat
  version: number
  question: {
    id: string
    title: string
    closedAt: string | null
    votesPerParticipant: number | null
    /** Not in files of a release that knew of one vote for an idea alone. */
    votesPerIdea?: number
  }
  /** Where the feed stood, and the hash of its last change. */
  feed: { revision: number; head: string | null }
  ideas: { id: string; title: string; votes: number; votesInRoom: number }[]
  /** Files of a release that knew of no votes in the room do not say how many there are. */
  totals: { ballots: number; votes: number; votesInRoom?: number }
  /** What the owner counted in the room and entered, where there is any: the votes by idea. No ballot stands behind it. */
  room?: { how: string; people: number; votes: Record<string, number> }[]
  /** With hidden names: SHA-256 of the receipt of everyone whose ballot is here, in no order that ballots have. */
  receipts?: string[]
  /** Shuffled. `receipt` is the SHA-256 of its receipt, where names are not hidden. */
  ballots: { receipt?: string; votes: BallotVotes; values?: BallotValues }[]
}
