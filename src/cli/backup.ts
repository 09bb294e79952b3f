import type { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { dataDirFrom } from '../http/config.ts'
import { backUp } from '../upkeep/backup.ts'
import { UpkeepError } from '../upkeep/failure.ts'
import { restore } from '../upkeep/restore.ts'
import { count, stepBars } from './progress.ts'

export function backupCommands(program: Command): void {
  program
    .command('backup <file>')
    .description('copy all data into one file, also while the server runs, and check the copy')
    .option('--force', 'replace the file when it is there', false)
    .action(runBackup)
  program
    .command('restore <file>')
    .description('make a backup the data of this server, which must not be running')
    .option('--force', 'put it in the place of the data that are there; they are kept aside', false)
    .action(runRestore)
}

async function runBackup(file: string, { force }: { force: boolean }): Promise<void> {
  refusePostgres('pg_dump --format=custom --file=FILE "$DATABASE_URL"')
  const { report, end } = stepBars()
  const keyIsElsewhere = Boolean(process.env.SECRET_KEY)
  const { bytes, questions } = await backUp(dataDirFrom(process.env), file, {
    force,
    keyIsElsewhere,
    now: systemClock(),
    report,
  }).finally(end)
  console.log(`Backed up and checked ${count(questions)} questions: ${file}, ${(bytes / 1e6).toFixed(1)} MB.`)
  if (keyIsElsewhere) console.log('SECRET_KEY is not in it. Keep it too.')
}

async function runRestore(file: string, { force }: { force: boolean }): Promise<void> {
  refusePostgres('pg_restore --clean --if-exists --dbname="$DATABASE_URL" FILE')
  const { report, end } = stepBars()
  const dataDir = dataDirFrom(process.env)
  const done = await restore(dataDir, file, { force, now: systemClock(), report }).finally(end)
  console.log(`Restored ${count(done.questions)} questions into ${dataDir}, as they were at ${done.madeAt}.`)
  for (const path of done.aside) console.log(`What was there before is kept as ${path}.`)
  if (!done.withKey) console.log('SECRET_KEY is not in the backup. Set it to what it was.')
}

function refusePostgres(instead: string): void {
  if (process.env.DATABASE_URL)
    throw new UpkeepError(
      `DATABASE_URL is set, so the data are in PostgreSQL, which has a tool of its own for this: ${instead}. ` +
        `docs/backup.md says more.`,
    )
}
