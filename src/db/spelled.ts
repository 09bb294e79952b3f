import { sql, type Kysely, type OperationNode, type RawBuilder, type RawNode } from 'kysely'
import type { Tables } from './tables.ts'

/** What stands in the place of a piece of SQL where the engine is PostgreSQL. */
const onPostgres = new WeakMap<OperationNode, OperationNode>()

/** A piece of SQL that the two engines spell differently. */
function spelled<Value>(sqlite: RawBuilder<Value>, postgres: RawBuilder<Value>): RawBuilder<Value> {
  const node = sqlite.toOperationNode()
  onPostgres.set(node, postgres.toOperationNode())
  return sql<Value>`${{ expressionType: undefined, toOperationNode: () => node }}`
}

/** The piece itself, or what stands in its place on PostgreSQL; for the compilers of queries. */
export function spelledForPostgres(node: RawNode): RawNode {
  return (onPostgres.get(node) ?? node) as RawNode
}

/** Those of a list of texts, sent as one parameter however many they are; stands after `in`. */
export function among(texts: string[]): RawBuilder<string> {
  const list = JSON.stringify(texts)
  return spelled(
    sql<string>`(select value from json_each(${list}))`,
    sql<string>`(select json_array_elements_text(${list}::json))`,
  )
}

/** The texts of a column, in the order of a query's rows, as a JSON array. @param rows a query with that column alone */
export function jsonArray(column: RawBuilder<unknown>, rows: RawBuilder<unknown>): RawBuilder<string> {
  return spelled(
    sql<string>`(select json_group_array(${column}) from (${rows}))`,
    sql<string>`(select coalesce(json_agg(${column}), '[]')::text from (${rows}) as listed)`,
  )
}

/** The lesser of two numbers. */
export function lesser(a: RawBuilder<number>, b: RawBuilder<number>): RawBuilder<number> {
  return spelled(sql<number>`min(${a}, ${b})`, sql<number>`least(${a}, ${b})`)
}

/** Lets the keys that the engine gives to new questions come after those that were brought along. */
export async function continueKeys(db: Kysely<Tables>): Promise<void> {
  // The embedded engine counts on from the highest by itself.
  const postgres = sql`select setval(pg_get_serial_sequence('questions', 'id'), max(id)) from questions having max(id) > 0`
  await spelled(sql`select 1`, postgres).execute(db)
}
