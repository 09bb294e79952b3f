#!/usr/bin/env node
import { Command } from 'commander'
import { StorageError } from '../db/failures.ts'
import { ConfigError } from '../http/config.ts'
import { serve } from '../http/serve.ts'
import { ImportError } from '../import/polis.ts'
import { UpkeepError } from '../upkeep/failure.ts'
import { backupCommands } from './backup.ts'
import { doctorCommand } from './doctor.ts'
import { importCommand } from './import.ts'
import { seedCommand } from './seed.ts'
import { exportCommand } from './transfer.ts'
import { verifyCommand } from './verify.ts'

const program = new Command('folkmoot').description('Ask a question, gather ideas, weigh them, decide.')

program
  .command('serve')
  .description('serve the pages and the API')
  .option('--dev', 'serve the pages straight from their sources, reloading as they change', false)
  .action((options: { dev: boolean }) => serve(options))

backupCommands(program)
doctorCommand(program)
exportCommand(program)
importCommand(program)
seedCommand(program)
verifyCommand(program)

try {
  await program.parseAsync()
} catch (failure) {
  // The operator wants the sentence; where in the code it came from helps only when it is ours.
  const isSentence =
    [ConfigError, ImportError, UpkeepError].some((kind) => failure instanceof kind) || isStorageError(failure)
  if (isSentence) console.error((failure as Error).message)
  else console.error(failure)
  process.exit(1)
}

/** It may come from the thread that writes, which hands over its name and not its class. */
function isStorageError(failure: unknown): failure is Error {
  return failure instanceof Error && failure.name === new StorageError().name
}
