import { createHash } from 'node:crypto'
import { continueKeys } from '../db/spelled.ts'
import type { Db, Store } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { UpkeepError } from '../upkeep/failure.ts'
import { checkFile, linesIn, parse, type Checked } from './file.ts'
import { decode, questions, replies, sectionNamed, type End, type Line, type Rows } from './format.ts'
import { findProgress, noteProgress, refuseOthers, type Progress } from './progress.ts'
import { readQuestion } from './read.ts'

/** How much is committed at once, in lines and in characters. */
const [linesAtOnce, charactersAtOnce] = [64, 4_000_000]

export interface Imported extends Checked {
  /** Whether the same export was imported before, so that nothing was done. */
  alreadyThere: boolean
}

/** How the line begins that begins a question. */
const beginning = `{"table":"${questions.name}",`

/** Where in the file an import stands, and in which question. */
interface Place {
  question: QuestionRow | null
  rows: number
}

/**
 * Makes an export the data of an empty store. The file is checked to its end before anything is written. What is
 * committed is noted with it, so that an import that broke off goes on when it is started again. A question is shown to
 * anybody only once it is whole and has been read back and compared.
 * @param report is told how many of how many bytes are checked, then how many rows are in
 * @throws UpkeepError
 */
export async function importAll(
  store: Store,
  file: string,
  report: (step: 'Checking' | 'Importing', done: number, of: number) => void,
): Promise<Imported> {
  const checked = await checkFile(file, (done, of) => report('Checking', done, of))
  const begun = await findProgress(store.read)
  await refuseOthers(store.read, begun, checked.sha256)
  if (begun?.finished === true) return { ...checked, alreadyThere: true }
  let noted = begun
  let progress: Progress =
    begun?.finished === false ? begun : { sha256: checked.sha256, lines: 0, questions: 0, finished: false }
  const hash = createHash('sha256')
  const place: Place = { question: null, rows: 0 }
  let number = 0
  let waiting: string[] = []
  let length = 0
  const commit = async (finished: boolean) => {
    const next = { ...progress, lines: progress.lines + waiting.length, finished }
    next.questions += waiting.filter((text) => text.startsWith(beginning)).length
    await store.write.transaction().execute(async (trx) => {
      // First, so that of two imports that run at the same time one has written nothing.
      await noteProgress(trx, noted, next)
      for (const [n, text] of waiting.entries()) await put(trx, parse(file, text, progress.lines + n + 1), place)
      await continueKeys(trx)
    })
    noted = progress = next
    waiting = []
    length = 0
    report('Importing', place.rows, checked.rows)
  }
  for await (const text of linesIn(file)) {
    number++
    if (text.startsWith('{"trailer":')) break
    hash.update(text)
    if (number <= progress.lines) {
      skip(parse(file, text, number), place)
      continue
    }
    waiting.push(text)
    length += text.length
    if (waiting.length >= linesAtOnce || length >= charactersAtOnce) await commit(false)
  }
  if (hash.digest('hex') !== checked.sha256)
    throw new UpkeepError(`${file} was changed while it was being read. Start again with a file that is left alone.`)
  await commit(true)
  return { ...checked, alreadyThere: false }
}

/** A line that is in already: all that matters is which question it leaves open. */
function skip(line: Line, place: Place): void {
  if (!('table' in line)) return
  place.rows += line.rows.length
  if (line.table === questions.name) place.question = questionFrom(line)
}

/** Writes what a line says. */
async function put(trx: Db, line: Line, place: Place): Promise<void> {
  if ('end' in line) await finish(trx, line, place)
  else if ('table' in line) {
    await putRows(trx, line, place)
    place.rows += line.rows.length
  }
}

async function putRows(trx: Db, line: Rows, place: Place): Promise<void> {
  const section = sectionNamed(line.table)
  const rows = line.rows.map((values) => decode(section, values))
  if (section === questions) {
    place.question = questionFrom(line)
    // Nobody finds it, closes it or removes it before it is whole.
    const hidden = { public_id: `importing ${place.question.id}`, closes_at: null, turns_at: null, deleted_at: null }
    await trx
      .insertInto('questions')
      .values({ ...place.question, ...hidden })
      .execute()
  } else if (section === replies)
    await trx
      .insertInto('replies')
      .values(rows as never)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  else if (section.only === undefined)
    await trx
      .insertInto(section.table)
      .values(rows.map((row) => ({ ...row, question_id: place.question?.id })))
      .execute()
  else
    for (const { id, merged_into } of rows)
      await trx
        .updateTable('ideas')
        .set({ merged_into: merged_into as number })
        .where('question_id', '=', place.question?.id ?? 0)
        .where('id', '=', id as number)
        .execute()
}

/** Gives a question its address, reads it back, and compares it with the file. @throws UpkeepError when it differs */
async function finish(trx: Db, end: End, place: Place): Promise<void> {
  const { question } = place
  if (!question) throw new UpkeepError(`The file ends a question, ${end.end}, that it has not begun.`)
  const { id, public_id, closes_at, turns_at, deleted_at } = question
  await trx.updateTable('questions').set({ public_id, closes_at, turns_at, deleted_at }).where('id', '=', id).execute()
  await trx.insertInto('addresses').values({ public_id, question_id: id }).execute()
  const row = await trx.selectFrom('questions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  let last = ''
  for await (const text of readQuestion(trx, row, () => undefined)) last = text
  const found = JSON.parse(last) as End
  if (found.digest !== end.digest || found.snapshot !== end.snapshot || found.end !== end.end)
    throw new UpkeepError(
      `The question ${end.end} is not what it was after its import, so it is not shown. Was it written to meanwhile? ` +
        `Begin again with an empty database, and please report it.`,
    )
  place.question = null
}

function questionFrom({ rows: [values] }: Rows): QuestionRow {
  return decode(questions, values ?? []) as unknown as QuestionRow
}
