import { findAsideOf } from '../aside/store.ts'
import type { AsideView } from '../aside/wire.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { Snapshot } from '../snapshot/wire.ts'
import { readReceipt, Receipts } from './receipt.ts'
import { findBallots, findCountedIdeas } from './store.ts'

/** What a receipt tells of a closed question: whether a ballot of its holder is counted, and, with names, which. */
export interface FoundBallot {
  /** Why it is not counted: the owner set the votes of its holder aside. Null where it is. */
  setAside: Pick<AsideView, 'reason' | 'note' | 'at'> | null
  /** Titles of the ideas voted for, most votes first; null where names are hidden, so that nobody can be made to show it. */
  votes: { idea: string; title: string; level: string; votes: number }[] | null
}

/**
 * Finds the counted ballot of a receipt.
 * @param receipt as somebody typed or scanned it
 * @returns null where no ballot has this receipt that is counted or was set aside
 */
export async function findBallot(
  db: Db,
  question: QuestionRow,
  { ideas, settings }: Snapshot,
  receipt: string,
): Promise<FoundBallot | null> {
  const read = readReceipt(receipt)
  if (read === null || question.receipt_key === null) return null
  const key = new Receipts(question.receipt_key).participantOf(read)
  if (key === null) return null
  const counted = await findCountedIdeas(db, question.id, new Set(ideas.map(({ id }) => id)))
  const ballot = (await findBallots(db, question.id, [key], counted)).get(key)
  if (!ballot) {
    const aside = await findAsideOf(db, question.id, key)
    return aside ? { setAside: { reason: aside.reason, note: aside.note, at: aside.at }, votes: null } : null
  }
  if (settings.names === 'hidden') return { setAside: null, votes: null }
  return {
    setAside: null,
    votes: ideas.flatMap(({ id, title }) => {
      const level = ballot.votes[id]
      return level === undefined ? [] : [{ idea: id, title, level, votes: ballot.values[id] ?? 1 }]
    }),
  }
}
