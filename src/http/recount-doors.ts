import { refuse } from '../base/refusals.ts'
import type { Db } from '../db/connect.ts'
import { findParticipant } from '../participant/store.ts'
import { takeSeat, type Caller } from '../question/seat.ts'
import { ballotFile } from '../recount/ballots.ts'
import { findBallot, type FoundBallot } from '../recount/look-up.ts'
import { Receipts, spellReceipt } from '../recount/receipt.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'

export type { FoundBallot }

/** A ballot file that is about to be written. */
export interface ReadyBallots {
  /** Tells one content from another; the same while nothing changed. */
  tag: string
  /** The file's text. It fails where something changed meanwhile, so that nobody takes a mixture for the count. */
  pieces: () => AsyncGenerator<string>
}

/** Everything about recounting: the ballot file, receipts, and what a receipt finds. */
export function recountDoors(read: Db, snapshots: SnapshotCache) {
  const closed = async (q: string) => {
    const snapshot = await snapshots.load(q)
    if (snapshot.phase !== 'closed') throw refuse('question_not_closed')
    return { snapshot, question: await snapshots.loadQuestion(q) }
  }
  return {
    /** The ballot file. @throws question_not_closed */
    async ballots(q: string): Promise<ReadyBallots> {
      const { snapshot, question } = await closed(q)
      const { revision, closedAt } = snapshot
      return {
        // Before the closing of a question that is due is written down, the same revision is still another view.
        tag: closedAt === null ? `ballots-${revision}-due` : `ballots-${revision}`,
        async *pieces() {
          yield* ballotFile(read, question, snapshot)
          const now = await snapshots.loadQuestion(q)
          if (now.revision !== revision) throw refuse('overloaded')
        },
      }
    },

    /** The receipt of who takes part, the same whenever it is asked for. @throws participant_needed, token_unknown */
    async receipt(caller: Caller, q: string): Promise<string> {
      const question = await snapshots.loadQuestion(q)
      const seat = await takeSeat(read, question, caller)
      const participant = await findParticipant(read, question.id, seat.tokenHash)
      if (!participant) throw refuse('participant_needed')
      // Only a store that takes nothing at all leaves a question without one.
      if (question.receipt_key === null) throw refuse('cannot_store')
      return spellReceipt(new Receipts(question.receipt_key).of(participant.id))
    },

    /** What a receipt finds among the counted ballots. @throws question_not_closed */
    async findBallot(q: string, receipt: string): Promise<FoundBallot | null> {
      const { snapshot, question } = await closed(q)
      return await findBallot(read, question, snapshot, receipt)
    },
  }
}
