import type { SnapshotCache } from '../snapshot/cache.ts'
import { SimilarIdeas } from '../snapshot/similar.ts'
import type { SimilarIdea } from '../snapshot/wire.ts'

/** What is shown of the ideas that are like what somebody types. */
const shown = 5

/** Looking for ideas that are there already. */
export function similarDoors(snapshots: SnapshotCache) {
  const similar = new SimilarIdeas(snapshots)
  return {
    /**
     * Ideas that everyone can see and that are like a text, most like it first.
     * @param except the id of an idea that is not meant, where one is compared with the others
     * @throws question_not_found
     */
    similarIdeas: (
      q: string,
      text: string,
      { limit = shown, except }: { limit?: number; except?: string } = {},
    ): Promise<SimilarIdea[]> => similar.find(q, text, limit, except),
  }
}
