import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** How many addresses are known at once. */
const remembered = 50_000

/** Keys by public id. What is at an address never changes, so nobody has to be told; it can only be gone. */
const keys = new Map<string, number>()

/** The key of the question at an address, where that is known without asking. */
export function knownKey(publicId: string): number | undefined {
  return keys.get(publicId)
}

/** Remembers what was found at an address; null: that it is not there. */
export function rememberKey(publicId: string, key: number | null): void {
  keys.delete(publicId)
  if (key === null) return
  if (keys.size >= remembered) keys.clear()
  keys.set(publicId, key)
}

/** The keys of the questions that are at these addresses. */
export async function findKeys(db: Kysely<Tables>, publicIds: string[]): Promise<number[]> {
  const unknown = publicIds.filter((id) => !keys.has(id))
  if (unknown.length > 0) {
    const rows = await db.selectFrom('addresses').selectAll().where('public_id', 'in', unknown).execute()
    for (const { public_id, question_id } of rows) rememberKey(public_id, question_id)
  }
  return publicIds.flatMap((id) => keys.get(id) ?? [])
}

/**
 * Finds a question by its address: first its key, then the row, which lies with everything else of that question.
 * @param find looks with the key, and must look for the public id too
 */
export async function findByAddress<Row>(
  db: Kysely<Tables>,
  publicId: string,
  find: (key: number) => Promise<Row | undefined>,
): Promise<Row | undefined> {
  const known = keys.get(publicId)
  const row = known === undefined ? undefined : await find(known)
  if (row) return row
  const found = await db
    .selectFrom('addresses')
    .select('question_id')
    .where('public_id', '=', publicId)
    .executeTakeFirst()
  rememberKey(publicId, found?.question_id ?? null)
  return found && (await find(found.question_id))
}
