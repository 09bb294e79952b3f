import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { Db } from '../db/connect.ts'
import { schemaGap } from '../db/migrate.ts'
import { findDamage } from '../db/sqlite-inspection.ts'
import { NodeSqliteDialect } from '../db/sqlite.ts'
import type { Tables } from '../db/tables.ts'
import { UpkeepError } from './failure.ts'
import { findFaults } from './verify.ts'

/** Name under which a backup keeps, in the table `server`, what it is and what lies beside the database. */
export const labelName = 'backup'

/** What a backup says about itself. */
export interface Label {
  /** RFC 3339. */
  madeAt: string
  /** What was in `secret.key`; null where the operator keeps the key in SECRET_KEY. */
  secretKey: string | null
}

/**
 * Looks at every page and every row of a copy, before anybody relies on it.
 * @param path a database in one file, which nobody else has open
 * @param report is told how many of how many questions are done
 * @returns how many questions there are. @throws UpkeepError with the first things that are wrong
 */
export async function verifyCopy(path: string, report: (done: number, of: number) => void): Promise<number> {
  const database = new DatabaseSync(path, { readOnly: true })
  const db: Db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(() => database) })
  try {
    const damage = findDamage(database)
    const { missing, unknown } = damage.length > 0 ? { missing: [], unknown: [] } : await schemaGap(db, 'sqlite')
    if (unknown.length > 0) throw new UpkeepError('It comes from a newer Folkmoot than this one.')
    // What an older release counted can be checked once its data are migrated.
    const faults = damage.length > 0 || missing.length > 0 ? [] : await findFaults(db, report)
    const wrong = [...damage, ...faults.map(({ questionId, fault }) => `The question ${questionId} ${fault}.`)]
    if (wrong.length > 0) throw new UpkeepError(wrong.slice(0, 5).join('\n'))
    return Number(database.prepare('select count(*) as n from questions').get()?.n)
  } finally {
    await db.destroy()
  }
}

/** Returns once a file, and its name in its folder, would outlive a power failure. */
export function settle(path: string): void {
  for (const one of [path, dirname(path)]) {
    const handle = openSync(one, 'r')
    fsyncSync(handle)
    closeSync(handle)
  }
}
