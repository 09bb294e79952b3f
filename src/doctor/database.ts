import type { Engine } from '../db/engine.ts'
import { StorageError } from '../db/failures.ts'
import { inspect, remedyFor, type Inspection } from '../db/inspection.ts'
import { schemaGap } from '../db/migrate.ts'
import { findProgress } from '../transfer/progress.ts'
import { reason } from '../upkeep/failure.ts'
import { findFaults } from '../upkeep/verify.ts'
import type { Finding } from './finding.ts'
import { checkSpace } from './folder.ts'

/** How far the database may be ahead of the clock before that is told, in milliseconds: more than clocks are set by. */
const leeway = 60_000
/** How far the clocks of two machines that serve one question may differ, in milliseconds. */
const apart = 2_000
const faultsNamed = 20

type Report = (done: number, of: number) => void

/**
 * Where everything is kept: whether it can be reached and has room, is whole and keeps what it promises, what this
 * release makes of it, whether its counts are true. Only reads, also while a server writes.
 * @param report is told how many of how many questions are counted
 */
export async function checkDatabase(engine: Engine, now: number, report: Report): Promise<Finding[]> {
  let inspection: Inspection
  try {
    inspection = await inspect(engine)
  } catch (failure) {
    return [
      failure instanceof StorageError
        ? { check: 'database', finding: failure.message, advice: reachAdvice }
        : { check: 'database', finding: `The database cannot be read: ${reason(failure)}.`, advice: remedyFor(engine) },
    ]
  }
  try {
    const folder = await inspection.findFolder()
    return [...(folder === null ? [] : checkSpace(folder)), ...(await checkContents(inspection, engine, now, report))]
  } finally {
    await inspection.close()
  }
}

const reachAdvice =
  'If a server ran here before: are DATA_DIR and DATABASE_URL those that it has, and is what they name running? The first start makes what is not there yet.'

async function checkContents(inspection: Inspection, engine: Engine, now: number, report: Report): Promise<Finding[]> {
  const { db, place } = inspection
  try {
    const damage = await inspection.findDamage()
    if (damage.length > 0) return damage.map((finding) => ({ check: 'database', finding, advice: remedyFor(engine) }))
    const weaknesses = await inspection.findWeaknesses()
    const findings = weaknesses.map((one): Finding => ({ check: 'database', ...one }))
    findings.push(...(await checkClocks(inspection, now)))
    const { missing, unknown } = await schemaGap(db, engine.kind)
    if (unknown.length > 0)
      findings.push({
        check: 'database',
        finding: `${place} was made by a newer Folkmoot (${unknown.join(', ')}).`,
        advice: 'Install that release again, or restore a backup from before it.',
      })
    else if (missing.length > 0)
      findings.push({
        check: 'database',
        finding: `${place} is of an older release; ${missing.join(', ')} will be applied.`,
        advice: 'Make a backup, then start this release, which brings the data up to date. Run this again afterwards.',
      })
    else findings.push(...(await checkRows(inspection, now, report)))
    return findings
  } catch (failure) {
    return [{ check: 'database', finding: `${place} cannot be read: ${reason(failure)}.`, advice: remedyFor(engine) }]
  }
}

async function checkRows(inspection: Inspection, now: number, report: Report): Promise<Finding[]> {
  const progress = await findProgress(inspection.db)
  // What is half in cannot count right yet.
  if (progress?.finished === false)
    return [
      {
        check: 'database',
        finding: 'The import of a whole server was begun here and is not finished.',
        advice: 'Start “folkmoot import --all” again with the same file; it goes on where it was.',
      },
    ]
  return [...(await checkCounts(inspection, report)), ...(await checkPast(inspection, now))]
}

async function checkCounts({ db }: Inspection, report: Report): Promise<Finding[]> {
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

const setClocks = 'Set the clock and keep it right (timedatectl set-ntp true). Deadlines go by it.'

/** Two machines that do not agree on the time do not agree on what came before a deadline. */
async function checkClocks(inspection: Inspection, now: number): Promise<Finding[]> {
  const clock = await inspection.compareClock(now)
  if (clock === null || Math.abs(clock.ahead) <= apart + clock.within) return []
  const by = `${(Math.abs(clock.ahead) / 1000).toFixed(1)} s ${clock.ahead > 0 ? 'ahead of' : 'behind'}`
  return [
    {
      check: 'clock',
      finding: `The clock of the database is ${by} this machine’s.`,
      advice: `${setClocks} On both machines.`,
    },
  ]
}

/** What is stored is never from the future, so when it is, the clock is behind, or was ahead. */
async function checkPast(inspection: Inspection, now: number): Promise<Finding[]> {
  const { latest } = await inspection.db
    .selectFrom('questions')
    .select((of) => of.fn.max<number | null>('created_at').as('latest'))
    .executeTakeFirstOrThrow()
  const newest = Math.max(latest ?? 0, inspection.newestWrite())
  if (newest <= now + leeway) return []
  return [
    {
      check: 'clock',
      finding: `The clock says ${new Date(now).toISOString()}, and something was stored at ${new Date(newest).toISOString()}.`,
      advice: setClocks,
    },
  ]
}
