import { sql, type Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import type { Engine } from './engine.ts'
import { SchemaForPostgres } from './schema-for-postgres.ts'
import type { Tables } from './tables.ts'
import * as first from './migrations/0001-first-road.ts'
import * as whoIsNamed from './migrations/0002-who-is-named.ts'
import * as namedVotes from './migrations/0003-named-votes.ts'
import * as shapeOfQuestions from './migrations/0004-shape-of-questions.ts'
import * as addresses from './migrations/0005-addresses.ts'
import * as leases from './migrations/0007-leases.ts'
import * as orderOfVoters from './migrations/0008-order-of-voters.ts'
import * as recount from './migrations/0009-recount.ts'
import * as desk from './migrations/0010-desk.ts'
import * as trust from './migrations/0011-trust.ts'
import * as retention from './migrations/0012-retention.ts'
import * as stages from './migrations/0013-stages.ts'
import * as theRoom from './migrations/0014-the-room.ts'
import * as aside from './migrations/0017-aside.ts'
import * as invitations from './migrations/0018-invitations.ts'
import * as letters from './migrations/0019-letters.ts'
import * as ownAddresses from './migrations/0020-own-addresses.ts'
import * as votesPerIdea from './migrations/0022-votes-per-idea.ts'
import * as saidInTheRoom from './migrations/0025-said-in-the-room.ts'

/** All migrations in order. A migration that has been released is never edited; a new one is added below it. */
const onSqlite: Record<string, Migration> = {
  '0001-first-road': first,
  '0002-who-is-named': whoIsNamed,
  '0003-named-votes': namedVotes,
  '0004-shape-of-questions': shapeOfQuestions,
  '0005-addresses': addresses,
  '0007-leases': leases,
  // A table's key ends each of its indexes here.
  '0008-order-of-voters': { up: () => Promise.resolve() },
  '0009-recount': recount,
  '0010-desk': desk,
  '0011-trust': trust,
  '0012-retention': retention,
  '0013-stages': stages,
  '0014-the-room': theRoom,
  '0017-aside': aside,
  '0018-invitations': invitations,
  '0019-letters': letters,
  '0020-own-addresses': ownAddresses,
  '0022-votes-per-idea': votesPerIdea,
  '0025-said-in-the-room': saidInTheRoom,
}

const onPostgres = {
  ...onSqlite,
  // It finds out by itself what a large question looks like.
  '0004-shape-of-questions': { up: () => Promise.resolve() },
  '0005-addresses': { up: addresses.upOnPostgres },
  '0008-order-of-voters': orderOfVoters,
  '0011-trust': { up: trust.upOnPostgres },
  '0018-invitations': { up: invitations.upOnPostgres },
}

const migrations: Record<Engine['kind'], Record<string, Migration>> = { sqlite: onSqlite, postgres: onPostgres }

/**
 * Brings the schema up to date; of several processes that begin with it at the same time one does it, and the others wait.
 * @throws an Error with a sentence when a newer Folkmoot has been here; the first migration's failure, and what came
 *   before it stays applied
 */
export async function migrate(db: Kysely<Tables>, engine: Engine['kind']): Promise<void> {
  const { unknown } = await schemaGap(db, engine)
  if (unknown.length > 0)
    throw new Error(`It belongs to a newer Folkmoot (${unknown.join(', ')}). Start that one, or restore a backup.`)
  const { error } = await migratorFor(db, engine).migrateToLatest()
  if (error) throw error instanceof Error ? error : new Error('The database could not be migrated.', { cause: error })
}

/**
 * How far the schema is from what this code knows; only reads.
 * @returns names of migrations: those still missing, and those that a newer Folkmoot has made
 */
export async function schemaGap(
  db: Kysely<Tables>,
  engine: Engine['kind'],
): Promise<{ missing: string[]; unknown: string[] }> {
  const known = await migratorFor(db, engine).getMigrations()
  const missing = known.filter((one) => !one.executedAt).map((one) => one.name)
  const isFresh = missing.length === known.length
  const made = isFresh ? { rows: [] } : await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return { missing, unknown: made.rows.map((row) => row.name).filter((name) => !(name in migrations[engine])) }
}

function migratorFor(db: Kysely<Tables>, engine: Engine['kind']): Migrator {
  const spoken = engine === 'sqlite' ? db : db.withPlugin(new SchemaForPostgres())
  return new Migrator({ db: spoken, provider: { getMigrations: () => Promise.resolve(migrations[engine]) } })
}
