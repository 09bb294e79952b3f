import { randomBytes } from 'node:crypto'
import { canonicalJson, Chain, ChainCheck } from '../base/chain.ts'
import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { findChangesSince, type Change } from './changes.ts'
import type { Taken, Trx } from './command.ts'

/** Changes read at once. */
const atOnce = 500

/** Hangs changes onto a question's feed, in order, and moves its head. @returns them with their hashes */
export function hangOn(question: QuestionRow, changes: Change[]): (Change & { hash: Uint8Array })[] {
  if (changes.length === 0) return []
  const chain = new Chain(question.public_id, question.head)
  return changes.map((change) => {
    const hash = chain.add(change.revision, change.type, canonicalJson(change.data), change.at)
    question.head = hash
    question.head_revision = change.revision
    return { ...change, hash }
  })
}

/**
 * Hangs on what a release that knew of no hashes has appended while it still ran beside this one; mostly there is nothing.
 * @param question taken by this transaction; its head moves
 * @param upTo the last revision that is stored
 */
export async function hangOnMissing(trx: Trx, question: QuestionRow, upTo: number): Promise<void> {
  while (question.head_revision < upTo) {
    const rows = await trx
      .selectFrom('changes')
      .select(['revision', 'type', 'data', 'at'])
      .where('question_id', '=', question.id)
      .where('revision', '>', question.head_revision)
      .where('revision', '<=', upTo)
      .orderBy('revision')
      .limit(atOnce)
      .execute()
    // Doctor tells of a feed with gaps; nothing more can be hung on it here.
    if (rows.length === 0) return
    const chain = new Chain(question.public_id, question.head)
    for (const { revision, type, data, at } of rows) {
      const hash = chain.add(revision, type, canonicalJson(JSON.parse(data) as Change['data']), at)
      await trx
        .updateTable('changes')
        .set({ hash })
        .where('question_id', '=', question.id)
        .where('revision', '=', revision)
        .execute()
      question.head = hash
      question.head_revision = revision
    }
  }
}

/** The hash of a question's last change, in hex; null while an older release's changes lack theirs. */
export function headOf({
  revision,
  head,
  head_revision,
}: Pick<QuestionRow, 'revision' | 'head' | 'head_revision'>): string | null {
  return head !== null && head_revision === revision ? Buffer.from(head).toString('hex') : null
}

/** Brings a question up to what this release keeps of each, where an older one has written to it meanwhile. */
export async function complete({ trx, question }: Taken): Promise<void> {
  await hangOnMissing(trx, question, question.revision)
  question.receipt_key ??= randomBytes(32)
}

/** Whether there is something to complete. */
export function isIncomplete({ revision, head_revision, receipt_key }: QuestionRow): boolean {
  return head_revision < revision || receipt_key === null
}

/**
 * Follows a whole feed, some changes at a time.
 * @returns where it does not hang together, in a sentence; null where it does
 */
export async function findBreak(
  db: Db,
  question: Pick<QuestionRow, 'id' | 'public_id' | 'revision' | 'head' | 'head_revision'>,
): Promise<string | null> {
  const check = new ChainCheck(question.public_id)
  while (check.revision < question.revision) {
    const changes = await findChangesSince(db, question.id, check.revision, atOnce)
    for (const { hash, at, ...change } of changes) {
      if (change.revision > question.revision) break
      if (hash === null)
        return `has changes without a hash from ${change.revision} on: an older release has appended them, and they get one with the next change or look`
      const flaw = check.take({ ...change, at: rfc3339(at), hash })
      if (flaw !== null) return `has a feed that does not hang together: ${flaw.replace(/\.$/, '')}`
    }
    // Its gaps are told elsewhere.
    if (changes.length === 0) return null
  }
  const head = headOf(question)
  if (question.revision === 0 || head === check.head) return null
  return `says that the head of its feed is ${String(head)}, and it is ${String(check.head)}`
}
