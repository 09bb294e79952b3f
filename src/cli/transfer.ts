import { connect, connectPatiently } from '../db/connect.ts'
import { readConfig } from '../http/config.ts'
import { exportAll } from '../transfer/export.ts'
import { importAll } from '../transfer/import.ts'
import { count, stepBars } from './progress.ts'
import type { Command } from 'commander'

export function exportCommand(program: Command): void {
  program
    .command('export')
    .description('write all data into one file that another server can import, on whatever engine')
    .requiredOption('--all <file>', 'the file to write')
    .option('--force', 'replace the file when it is there', false)
    .action(runExport)
}

async function runExport({ all, force }: { all: string; force: boolean }): Promise<void> {
  const { engine } = readConfig(process.env)
  const db = await connectPatiently(engine)
  const { report, end } = stepBars()
  try {
    const { questions, rows, bytes } = await exportAll(db, engine.kind, all, {
      force,
      report: (done, of) => report('Exporting', done, of),
    }).finally(end)
    console.log(
      `Exported ${count(questions)} questions, ${count(rows)} rows: ${all}, ${(bytes / 1e6).toFixed(1)} MB.\n` +
        'The key of this server is not in it: give the new one the same SECRET_KEY (docs/export.md).',
    )
  } finally {
    await db.destroy()
  }
}

/** Makes an export the data of this server. */
export async function runImportAll(file: string): Promise<void> {
  const { engine } = readConfig(process.env)
  const store = await connect(engine)
  const begun = performance.now()
  const { report, end } = stepBars()
  try {
    const { questions, rows, alreadyThere } = await importAll(store, file, report).finally(end)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    if (alreadyThere) console.log('This export is in already. Nothing was changed.')
    else
      console.log(
        `Imported ${count(questions)} questions, ${count(rows)} rows, in ${seconds} s, and compared them with the file.`,
      )
  } finally {
    await store.close()
  }
}
