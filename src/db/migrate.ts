import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import type { Tables } from './tables.ts'
import * as first from './migrations/0001-first-road.ts'
import * as whoIsNamed from './migrations/0002-who-is-named.ts'
import * as namedVotes from './migrations/0003-named-votes.ts'
import * as shapeOfQuestions from './migrations/0004-shape-of-questions.ts'

/** All migrations in order. A migration that has been released is never edited; a new one is added below it. */
const migrations: Record<string, Migration> = {
  '0001-first-road': first,
  '0002-who-is-named': whoIsNamed,
  '0003-named-votes': namedVotes,
  '0004-shape-of-questions': shapeOfQuestions,
}

/** Brings the schema up to date. @throws the first migration's failure; what came before it stays applied */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = migratorFor(db)
  const { error } = await migrator.migrateToLatest()
  if (error) throw error instanceof Error ? error : new Error('The database could not be migrated.', { cause: error })
}

/**
 * How far the schema is from what this code knows; only reads.
 * @returns names of migrations: those still missing, and those that a newer Folkmoot has made
 */
export async function schemaGap(db: Kysely<Tables>): Promise<{ missing: string[]; unknown: string[] }> {
  const known = await migratorFor(db).getMigrations()
  const missing = known.filter((one) => !one.executedAt).map((one) => one.name)
  const isFresh = missing.length === known.length
  const made = isFresh ? { rows: [] } : await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return { missing, unknown: made.rows.map((row) => row.name).filter((name) => !(name in migrations)) }
}

function migratorFor(db: Kysely<Tables>): Migrator {
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
}
