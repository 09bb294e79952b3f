import { openSync, readFileSync, readSync, closeSync } from 'node:fs'
import type { Command } from 'commander'
import { verify, type Verdict } from '../recount/verify.ts'
import { checkFile } from '../transfer/file.ts'
import { reason, UpkeepError } from '../upkeep/failure.ts'
import { count, stepBars } from './progress.ts'

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description('recount a ballot file, or check the chain of a feed or of a whole export')
    .argument('<files...>', 'a ballot file; a feed saved from …/changes, in its parts; or an export')
    .action(runVerify)
}

async function runVerify(files: string[]): Promise<void> {
  const [exports, others] = [files.filter(isCompressed), files.filter((file) => !isCompressed(file))]
  const verdicts: Verdict[] = []
  for (const file of exports) verdicts.push(await verifyExport(file))
  if (others.length > 0) verdicts.push(verify(others.map(read)))
  for (const { says } of verdicts) for (const one of says) console.log(one)
  const flaws = verdicts.flatMap((one) => one.flaws)
  for (const flaw of flaws) console.log(`✗ ${flaw}`)
  if (flaws.length === 0) console.log('All of it is as it should be.')
  else process.exitCode = 1
}

async function verifyExport(file: string): Promise<Verdict> {
  const { report, end } = stepBars()
  try {
    const { questions, rows, chained } = await checkFile(file, (done, of) => report('Checking', done, of)).finally(end)
    const says = `${file}: an export of ${count(questions)} questions, ${count(rows)} rows, with ${count(chained.changes)} changes in ${count(chained.feeds)} feeds.`
    return { says: [says], flaws: [] }
  } catch (failure) {
    if (failure instanceof UpkeepError) return { says: [], flaws: [failure.message] }
    throw failure
  }
}

/** Exports are, and nothing else that is verified. */
function isCompressed(file: string): boolean {
  const start = Buffer.alloc(2)
  try {
    const handle = openSync(file, 'r')
    readSync(handle, start)
    closeSync(handle)
  } catch {
    return false
  }
  return start.equals(Buffer.from([0x1f, 0x8b]))
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (failure) {
    throw new UpkeepError(`${file} cannot be read: ${reason(failure)}.`)
  }
}
