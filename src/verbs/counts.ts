import type { Core } from '../feed/command.ts'

/** What one node tells the others of how much clients do. */
export interface Counts {
  node: string
  told: string
}

/** Each node has a row of its own in `server`, so that none waits for another. */
const prefix = 'counts of '

/** Tells the other nodes what this one counted; null for nothing new. @returns what they tell */
export async function exchangeCounts({ store }: Core, node: string, told: string | null): Promise<Counts[]> {
  const name = prefix + node
  if (told !== null)
    await store.write
      .insertInto('server')
      .values({ name, value: told })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: told }))
      .execute()
  const rows = await store.read
    .selectFrom('server')
    .select(['name', 'value'])
    .where('name', 'like', `${prefix}%`)
    .where('name', '!=', name)
    .execute()
  return rows.map((row) => ({ node: row.name.slice(prefix.length), told: row.value }))
}

/** Takes away what a node told that is there no more. */
export async function forgetCounts({ store }: Core, node: string): Promise<void> {
  await store.write
    .deleteFrom('server')
    .where('name', '=', prefix + node)
    .execute()
}
