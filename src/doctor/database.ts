import { existsSync, statSync } from 'node:fs'
import { Kysely } from 'kysely'
import { pathIn } from '../db/connect.ts'
import { schemaGap } from '../db/migrate.ts'
import { NodeSqliteDialect, openReader } from '../db/sqlite.ts'
import type { Tables } from '../db/tables.ts'
import { findDamage } from '../upkeep/copy.ts'
import { reason } from '../upkeep/failure.ts'
import { findFaults } from '../upkeep/verify.ts'
import type { Finding } from './finding.ts'

/** How far the database may be ahead of the clock before that is told, in milliseconds: more than clocks are set by. */
const leeway = 60_000
const faultsNamed = 20

const bringBack =
  'Stop the server, keep a copy of DATA_DIR, and restore the last good backup: folkmoot restore FILE --force (docs/backup.md). Then look for what broke it: the disk, the memory, a copy made by other means.'

/**
 * The embedded engine's file: whether it is whole, what this release makes of it, whether its counts are true. Only
 * reads, also while a server writes.
 * @param report is told how many of how many questions are counted
 */
export async function checkDatabase(
  dataDir: string,
  now: number,
  report: (done: number, of: number) => void,
): Promise<Finding[]> {
  const path = pathIn(dataDir)
  if (!existsSync(path)) return []
  // Not opened for reading alone: that would leave its log files behind, which then belong to whoever runs this.
  let database: ReturnType<typeof openReader>
  try {
    database = openReader(path)
  } catch (failure) {
    return [unreadable(path, failure)]
  }
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(() => database) })
  try {
    const damage = findDamage(database)
    if (damage.length > 0) return damage.map((finding) => ({ check: 'database', finding, advice: bringBack }))
    const { missing, unknown } = await schemaGap(db, 'sqlite')
    if (unknown.length > 0)
      return [
        {
          check: 'database',
          finding: `${path} was made by a newer Folkmoot (${unknown.join(', ')}).`,
          advice: 'Install that release again, or restore a backup from before it.',
        },
      ]
    if (missing.length > 0)
      return [
        {
          check: 'database',
          finding: `${path} is of an older release; ${missing.join(', ')} will be applied.`,
          advice:
            'Make a backup, then start this release, which brings the data up to date. Run this again afterwards.',
        },
      ]
    return [...(await checkCounts(db, report)), ...(await checkClock(db, path, now))]
  } catch (failure) {
    return [unreadable(path, failure)]
  } finally {
    await db.destroy().catch(() => database.close())
  }
}

function unreadable(path: string, failure: unknown): Finding {
  return { check: 'database', finding: `${path} cannot be read: ${reason(failure)}.`, advice: bringBack }
}

async function checkCounts(db: Kysely<Tables>, report: (done: number, of: number) => void): Promise<Finding[]> {
  const faults = await findFaults(db, report)
  const findings: Finding[] = faults.slice(0, faultsNamed).map(({ questionId, fault }) => ({
    check: 'counts',
    finding: `The question ${questionId} ${fault}.`,
    advice:
      'This never comes about by using Folkmoot. Was the database changed by hand, or the disk at fault? Restore the last good backup, and please report it.',
  }))
  const more = faults.length - faultsNamed
  if (more > 0)
    findings.push({ check: 'counts', finding: `${more} more are wrong.`, advice: 'They are likely to have one cause.' })
  return findings
}

/** What is stored is never from the future, so when it is, the clock is behind, or was ahead. */
async function checkClock(db: Kysely<Tables>, path: string, now: number): Promise<Finding[]> {
  const { latest } = await db
    .selectFrom('questions')
    .select((of) => of.fn.max<number | null>('created_at').as('latest'))
    .executeTakeFirstOrThrow()
  const newest = Math.max(latest ?? 0, statSync(path).mtimeMs)
  if (newest <= now + leeway) return []
  return [
    {
      check: 'clock',
      finding: `The clock says ${new Date(now).toISOString()}, and something was stored at ${new Date(newest).toISOString()}.`,
      advice: 'Set the clock and keep it right (timedatectl set-ntp true). Deadlines go by it.',
    },
  ]
}
