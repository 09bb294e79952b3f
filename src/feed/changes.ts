import { canonicalJson } from '../base/chain.ts'
import type { Db } from '../db/connect.ts'
import type { Trx } from './command.ts'

/** Every kind of change there is. The data names rows by public id and holds no text and no person's name, so that
 * what is hidden, withdrawn or forgotten later is not kept here. */
export const changeTypes = [
  'question.asked',
  'question.edited',
  'question.closed',
  'question.reopened',
  'question.advanced',
  'question.deleted',
  'question.restored',
  'question.decided',
  'question.forgotten',
  'question.moderated',
  'participant.joined',
  'participant.renamed',
  'participant.left',
  'invitations.made',
  'invitation.revoked',
  'idea.added',
  'idea.edited',
  'idea.hidden',
  'idea.shown',
  'idea.merged',
  'idea.separated',
  'idea.closed',
  'idea.reopened',
  'idea.deleted',
  'argument.added',
  'argument.edited',
  'argument.hidden',
  'argument.shown',
  'argument.deleted',
  'argument.agreed',
  'argument.disagreed',
  'vote.cast',
  'vote.withdrawn',
  'votes.setAside',
  'votes.restored',
  'comment.added',
  'comment.edited',
  'comment.hidden',
  'comment.shown',
  'comment.deleted',
  'room.entered',
  'room.withdrawn',
] as const

export type ChangeType = (typeof changeTypes)[number]

/** One entry of a question's feed. */
export interface Change {
  /** Counts up by one from 1 without gaps within a question. */
  revision: number
  type: ChangeType
  data: Record<string, string | number | boolean | null>
  /** Milliseconds since the epoch. */
  at: number
}

/** A change as the feed keeps it. */
export interface KeptChange extends Change {
  /** SHA-256 in hex over the hash before it and what it says; null where a release appended it that knew of none. */
  hash: string | null
}

/** SQLite takes at most 32,766 parameters in a statement; six a row. */
const rowsPerInsert = 5_000

/** Writes the changes of one transaction. Called by `command` alone. */
export async function storeChanges(
  trx: Trx,
  questionKey: number,
  changes: (Change & { hash: Uint8Array })[],
): Promise<void> {
  for (let from = 0; from < changes.length; from += rowsPerInsert) {
    const rows = changes.slice(from, from + rowsPerInsert).map((change) => ({
      question_id: questionKey,
      revision: change.revision,
      type: change.type,
      data: canonicalJson(change.data),
      at: change.at,
      hash: change.hash,
    }))
    await trx.insertInto('changes').values(rows).execute()
  }
}

/**
 * The feed after a revision, oldest first.
 * @param since the last revision already known, 0 for the beginning
 * @param limit how many at the most
 */
export async function findChangesSince(
  db: Db,
  questionKey: number,
  since: number,
  limit: number,
): Promise<KeptChange[]> {
  const rows = await db
    .selectFrom('changes')
    .select(['revision', 'type', 'data', 'at', 'hash'])
    .where('question_id', '=', questionKey)
    .where('revision', '>', since)
    .orderBy('revision')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    revision: row.revision,
    type: row.type as ChangeType,
    data: JSON.parse(row.data) as Change['data'],
    at: row.at,
    hash: row.hash && Buffer.from(row.hash).toString('hex'),
  }))
}
