import type { Change, ChangeType } from './changes.ts'

/** What one committed transaction changed in a question, as followers are told of it. */
export interface News {
  questionId: string
  /** The question's revision before it; a follower that knows an earlier one has missed what another process wrote. */
  since: number
  /** The question's revision after it. */
  revision: number
  /** What came to be, in order, but for what is only counted. None of it and no tally: the row alone has changed. */
  changes: Change[]
  /**
   * Public ids of the ideas whose tallies moved, each once. Votes are many and no follower looks at one by itself; a
   * follower that wants them one by one reads the feed.
   */
  tallied: string[]
}

/**
 * Hears of what was committed: here in the order of commits, elsewhere in the order in which it arrives, which may be
 * another, and some of it may never arrive. It must not throw and must not wait.
 */
export type Follower = (news: News) => void

/** The feed as it runs through this process: whoever commits tells it, whoever reacts follows it. */
export interface Feed {
  /** Tells what was committed here. */
  publish: Follower
  /** Tells what was committed in another process. */
  relay: Follower
  /** @returns how to stop following */
  follow: (follower: Follower) => () => void
  /** Follows what is committed here alone. @returns how to stop following */
  followOwn: (follower: Follower) => () => void
}

/** @param report is told of a follower's failure; what was committed stays so, and the other followers hear of it */
export function createFeed(report: (failure: unknown) => void): Feed {
  const [all, own] = [new Set<Follower>(), new Set<Follower>()]
  const tell = (followers: Set<Follower>, news: News) => {
    for (const follower of followers) {
      try {
        follower(news)
      } catch (failure) {
        report(failure)
      }
    }
  }
  const following = (followers: Set<Follower>) => (follower: Follower) => {
    followers.add(follower)
    return () => followers.delete(follower)
  }
  return {
    publish(news) {
      tell(all, news)
      tell(own, news)
    },
    relay: (news) => tell(all, news),
    follow: following(all),
    followOwn: following(own),
  }
}

/** Changes that come in such numbers that followers are told of their sums alone. */
const counted = new Set<ChangeType>(['vote.cast', 'vote.withdrawn', 'participant.joined'])

/**
 * What followers are told of one transaction.
 * @param changes in order; none where only what nobody sees was changed, such as the admin token
 * @param revision the question's after it
 */
export function newsOf(questionId: string, changes: Change[], revision: number): News {
  const tallied = changes.filter((change) => change.type.startsWith('vote.')).map((change) => String(change.data.idea))
  return {
    questionId,
    since: revision - changes.length,
    revision,
    changes: changes.filter((change) => !counted.has(change.type)),
    tallied: [...new Set(tallied)],
  }
}
