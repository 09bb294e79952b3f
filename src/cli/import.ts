import type { Command } from 'commander'
import { readPolis, type BadRow } from '../import/polis.ts'
import { replayPolis } from '../import/replay.ts'
import { adminPath, questionPath } from '../question/rules.ts'
import { loadQuestionEvenDeleted } from '../question/store.ts'
import { originFor, withCore } from './core.ts'
import { count, progressBar } from './progress.ts'
import { runImportAll } from './transfer.ts'

/** Bad rows named one by one before the rest is only counted. */
const badRowsNamed = 20

export function importCommand(program: Command): void {
  const command = program
    .command('import')
    .description('bring in what was gathered elsewhere')
    .option('--all <file>', 'all data of another server, as its “folkmoot export --all” has written them')
    .action(async ({ all }: { all?: string }) => {
      if (all === undefined) return command.help({ error: true })
      await runImportAll(all)
    })
  command
    .command('polis <folder>')
    .description('replay a Polis export (summary.csv, comments.csv, votes.csv): statements become ideas, agrees votes')
    .option('--accepted-only', 'only statements that the moderators accepted', false)
    .option('--strict', 'bring in nothing at all when any row is bad; otherwise the bad rows are left out', false)
    .action(importPolis)
}

async function importPolis(
  folder: string,
  { acceptedOnly, strict }: { acceptedOnly: boolean; strict: boolean },
): Promise<void> {
  const begun = performance.now()
  const source = readPolis(folder)
  reportBadRows(source.bad)
  if (strict && source.bad.length > 0) {
    console.error('Nothing was brought in, because of --strict.')
    process.exitCode = 1
    return
  }
  await withCore(async (core, config) => {
    const bar = progressBar('Replaying')
    const { questionId, adminToken, alreadyThere, statements, votes } = await replayPolis(
      core,
      source,
      { acceptedOnly },
      bar.show,
    )
    bar.end()
    const question = await loadQuestionEvenDeleted(core.store.read, questionId)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    if (alreadyThere) console.log('This export is in already. Nothing was changed.')
    else console.log(`Replayed ${count(votes)} votes on ${count(statements)} statements in ${seconds} s.`)
    console.log(
      `${count(question.participants)} participants, ${count(question.ideas)} ideas, ${count(question.votes)} standing votes.`,
    )
    if (question.deleted_at !== null) console.log('The question is deleted; its owner can restore it for 30 days.')
    if (adminToken !== null)
      console.log(`Owner link, shown this once: ${originFor(config)}${adminPath(questionId, adminToken)}`)
    console.log(questionPath(questionId))
  })
}

function reportBadRows(bad: BadRow[]): void {
  for (const row of bad.slice(0, badRowsNamed)) console.error(`${row.file}:${row.line}: ${row.why}`)
  if (bad.length > badRowsNamed) console.error(`… and ${bad.length - badRowsNamed} more.`)
  if (bad.length > 0) console.error(`${bad.length} bad ${bad.length === 1 ? 'row' : 'rows'}.`)
}
