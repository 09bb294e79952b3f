import type { Db } from '../db/connect.ts'
import type { InvitationRow } from '../db/tables.ts'
import type { Taken } from '../feed/command.ts'

/** Rows in one statement; SQLite takes at most 32,766 parameters. */
const rowsPerStatement = 1_000

export async function storeInvitations(
  { trx, question }: Taken,
  rows: Omit<InvitationRow, 'question_id' | 'uses' | 'revoked_at'>[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerStatement)
    await trx
      .insertInto('invitations')
      .values(rows.slice(from, from + rowsPerStatement).map((row) => ({ question_id: question.id, ...row })))
      .execute()
}

/** The invitation whose token has this hash. */
export async function findByToken({ trx, question }: Taken, tokenHash: Uint8Array): Promise<InvitationRow | undefined> {
  return await trx
    .selectFrom('invitations')
    .selectAll()
    .where('question_id', '=', question.id)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
}

/** Notes that one more device was let in. */
export async function useOnce({ trx, question }: Taken, key: number): Promise<void> {
  await trx
    .updateTable('invitations')
    .set((of) => ({ uses: of('uses', '+', 1) }))
    .where('question_id', '=', question.id)
    .where('id', '=', key)
    .execute()
}

/** Lets nobody else in by an invitation. @returns whether it did before; null where there is no such invitation */
export async function revoke({ trx, question, now }: Taken, publicId: string): Promise<boolean | null> {
  const row = await trx
    .selectFrom('invitations')
    .select(['id', 'revoked_at'])
    .where('question_id', '=', question.id)
    .where('public_id', '=', publicId)
    .executeTakeFirst()
  if (!row) return null
  if (row.revoked_at !== null) return false
  await trx
    .updateTable('invitations')
    .set({ revoked_at: now })
    .where('question_id', '=', question.id)
    .where('id', '=', row.id)
    .execute()
  return true
}

/** How many invitations there are, revoked or not. */
export async function countInvitations(db: Db | Taken['trx'], questionKey: number): Promise<number> {
  const { there } = await db
    .selectFrom('invitations')
    .select((of) => of.fn.countAll<number>().as('there'))
    .where('question_id', '=', questionKey)
    .executeTakeFirstOrThrow()
  return there
}

/** Invitations by public id, in no order. */
export async function findInvitations(db: Db, questionKey: number, publicIds: string[]): Promise<InvitationRow[]> {
  const rows: InvitationRow[] = []
  for (let from = 0; from < publicIds.length; from += rowsPerStatement)
    rows.push(
      ...(await db
        .selectFrom('invitations')
        .selectAll()
        .where('question_id', '=', questionKey)
        .where('public_id', 'in', publicIds.slice(from, from + rowsPerStatement))
        .execute()),
    )
  return rows
}

/** The newest invitations before one, by key, newest first. @param unused only those that still let somebody in */
export async function findInvitationsBefore(
  db: Db,
  questionKey: number,
  before: number | null,
  limit: number,
  unused: boolean,
): Promise<InvitationRow[]> {
  return await db
    .selectFrom('invitations')
    .selectAll()
    .where('question_id', '=', questionKey)
    .$if(before !== null, (query) => query.where('id', '<', before))
    .$if(unused, (query) =>
      query
        .where('revoked_at', 'is', null)
        .where((of) => of.or([of('most', 'is', null), of('uses', '<', of.ref('most'))])),
    )
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** Addresses, in small letters, to which an invitation went that was not revoked. */
export async function findAddresses(db: Db, questionKey: number): Promise<Set<string>> {
  const rows = await db
    .selectFrom('invitations')
    .select('address')
    .where('question_id', '=', questionKey)
    .where('address', 'is not', null)
    .where('revoked_at', 'is', null)
    .execute()
  return new Set(rows.map(({ address }) => (address ?? '').toLowerCase()))
}
