import type { Db } from '../db/connect.ts'
import type { ParticipantRow } from '../db/tables.ts'
import type { Taken, Trx } from '../feed/command.ts'
import type { Proof } from '../question/rules.ts'
import { newcomersCounted } from './rules.ts'

/** The participant whose token on this question has this hash. */
export async function findParticipant(
  db: Db | Trx,
  questionKey: number,
  tokenHash: Uint8Array,
): Promise<ParticipantRow | undefined> {
  return await db
    .selectFrom('participants')
    .selectAll()
    .where('question_id', '=', questionKey)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
}

/** Writes a participant. @returns false when somebody with this token takes part already */
export async function storeParticipant(taken: Taken, row: Omit<ParticipantRow, 'question_id'>): Promise<boolean> {
  const result = await taken.trx
    .insertInto('participants')
    .values({ question_id: taken.question.id, ...row })
    .onConflict((conflict) => conflict.columns(['question_id', 'token_hash']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Changes a participant; whether their votes are those of somebody with a name follows the name. */
export async function updateParticipant(
  taken: Taken,
  participantKey: number,
  change: Partial<Pick<ParticipantRow, 'name' | 'token_hash' | 'level' | 'invitation_id'>>,
): Promise<void> {
  await taken.trx
    .updateTable('participants')
    .set(change)
    .where('question_id', '=', taken.question.id)
    .where('id', '=', participantKey)
    .execute()
  if (change.name === undefined) return
  const named = change.name === null ? 0 : 1
  await taken.trx
    .updateTable('votes')
    .set({ named })
    .where('question_id', '=', taken.question.id)
    .where('participant_id', '=', participantKey)
    .where('named', '<>', named)
    .execute()
}

/** Participants by key, in its order. */
export async function findParticipantsAfter(
  taken: Taken,
  after: number,
  limit: number,
): Promise<Pick<ParticipantRow, 'id' | 'public_id'>[]> {
  return await taken.trx
    .selectFrom('participants')
    .select(['id', 'public_id'])
    .where('question_id', '=', taken.question.id)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Takes away all invitations, and with them whom the owner invited. */
export async function deleteInvitations({ trx, question }: Taken): Promise<void> {
  await trx.deleteFrom('invitations').where('question_id', '=', question.id).execute()
}

/**
 * Forgets the names of people in the room, which stand beside what the owner added for them, and the owner's notes that
 * everyone read: who counted, or whose votes were set aside.
 */
export async function forgetTheRoom({ trx, question }: Taken): Promise<void> {
  for (const table of ['ideas', 'arguments'] as const)
    await trx
      .updateTable(table)
      .set({ room_name: null })
      .where('question_id', '=', question.id)
      .where('room_name', 'is not', null)
      .execute()
  for (const table of ['room_entries', 'asides'] as const)
    await trx.updateTable(table).set({ note: '' }).where('question_id', '=', question.id).execute()
}

/** Whether a participant wrote something that is there, for everyone to see or not. */
export async function hasWritten({ trx, question }: Taken, participantKey: number): Promise<boolean> {
  for (const table of ['ideas', 'arguments', 'comments'] as const) {
    const row = await trx
      .selectFrom(table)
      .select('id')
      .where('question_id', '=', question.id)
      .where('author_id', '=', participantKey)
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
}

export async function deleteParticipant(taken: Taken, participantKey: number): Promise<void> {
  await taken.trx
    .deleteFrom('participants')
    .where('question_id', '=', taken.question.id)
    .where('id', '=', participantKey)
    .execute()
}

/** How many began to take part in a network after a moment; counted no further than the rules ask for. */
export async function countNewcomers({ trx, question }: Taken, network: string, after: number): Promise<number> {
  const recent = trx
    .selectFrom('participants')
    .select('id')
    .where('question_id', '=', question.id)
    .where('network', '=', network)
    .where('created_at', '>', after)
    .limit(newcomersCounted)
    .as('recent')
  const { begun } = await trx
    .selectFrom(recent)
    .select((of) => of.fn.countAll<number>().as('begun'))
    .executeTakeFirstOrThrow()
  return begun
}

/** Whether somebody of a network began by having waited after a moment. */
export async function hasWaited({ trx, question }: Taken, network: string, after: number): Promise<boolean> {
  const row = await trx
    .selectFrom('proofs')
    .select('nonce')
    .where('question_id', '=', question.id)
    .where('network', '=', network)
    .where('kind', '=', 'wait')
    .where('used_at', '>', after)
    .executeTakeFirst()
  return row !== undefined
}

/** Uses a proof up. @returns false when it was used before */
export async function useProof({ trx, question, now }: Taken, network: string, proof: Proof): Promise<boolean> {
  const { kind, nonce, expiresAt } = proof
  const result = await trx
    .insertInto('proofs')
    .values({ question_id: question.id, nonce, network, kind, used_at: now, expires_at: expiresAt })
    .onConflict((conflict) => conflict.columns(['question_id', 'nonce']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}
