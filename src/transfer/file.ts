import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { UpkeepError } from '../upkeep/failure.ts'
import { FeedsInFile } from './chains.ts'
import { columnsByName, formatName, formatVersion, type Head, type Line, type Trailer } from './format.ts'

/** What is known of a file that was read to its end. */
export interface Checked {
  questions: number
  rows: number
  /** Of all lines: what tells one export from another. */
  sha256: string
  /** Feeds and changes that hang together. */
  chained: FeedsInFile['counts']
}

/**
 * Reads an export from its first to its last byte and proves that it is whole, before anybody builds upon it.
 * @param report is told how many of how many bytes are read
 * @throws UpkeepError that says what is wrong with it
 */
export async function checkFile(file: string, report: (done: number, of: number) => void): Promise<Checked> {
  const hash = createHash('sha256')
  let head: Head | null = null
  let trailer: Trailer['trailer'] | null = null
  let lines = 0
  const feeds = new FeedsInFile()
  let broken: string | null = null
  for await (const text of linesIn(file, report)) {
    lines++
    if (trailer !== null) throw damaged(file, `there is something behind its last line`)
    head ??= headFrom(file, text)
    if (text.startsWith('{"trailer":')) trailer = (parse(file, text, lines) as Trailer).trailer
    else hash.update(text)
    if (broken === null && feeds.concerns(text)) broken = feeds.take(parse(file, text, lines))
  }
  if (head === null) throw noExport(file)
  if (trailer === null) throw cutShort(file)
  const sha256 = hash.digest('hex')
  if (sha256 !== trailer.sha256) throw damaged(file, 'its lines are not those that were written')
  // Last, because where lines were changed without the sum the sum says more.
  if (broken !== null) throw new UpkeepError(`${resolve(file)} was changed after it was made: ${broken}`)
  return { questions: trailer.questions, rows: trailer.rows, sha256, chained: feeds.counts }
}

/**
 * The lines of an export, each with its end, a few in memory at a time.
 * @param report is told how many of how many bytes of the file are read
 * @throws UpkeepError
 */
export async function* linesIn(
  file: string,
  report: (done: number, of: number) => void = () => undefined,
): AsyncGenerator<string> {
  const path = resolve(file)
  if (!existsSync(path) || !statSync(path).isFile()) throw new UpkeepError(`There is no file ${path}.`)
  const { size } = statSync(path)
  const source = createReadStream(path)
  const unzipped = createGunzip()
  source.on('error', (failure) => unzipped.destroy(failure))
  source.pipe(unzipped)
  let begun: Buffer[] = []
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      report(source.bytesRead, size)
      let from = 0
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        begun.push(chunk.subarray(from, end + 1))
        yield Buffer.concat(begun).toString('utf8')
        begun = []
        from = end + 1
      }
      if (from < chunk.length) begun.push(chunk.subarray(from))
    }
  } catch (failure) {
    throw meaning(file, failure)
  } finally {
    source.destroy()
  }
  if (begun.length > 0) throw cutShort(file)
}

/** What the decompressor means by its failures (https://zlib.net/manual.html#Constants). */
function meaning(file: string, failure: unknown): unknown {
  const { code, message } = failure as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return cutShort(file)
  if (code === 'Z_DATA_ERROR' && message === 'incorrect header check') return noExport(file)
  if (code?.startsWith('Z_') === true) return damaged(file, message)
  return failure
}

/** @throws UpkeepError when the line cannot be read */
export function parse(file: string, text: string, number: number): Line {
  try {
    return JSON.parse(text) as Line
  } catch {
    throw damaged(file, `line ${number} cannot be read`)
  }
}

function headFrom(file: string, text: string): Head {
  let head: Partial<Head>
  try {
    head = JSON.parse(text) as Partial<Head>
  } catch {
    throw noExport(file)
  }
  if (head.format !== formatName) throw noExport(file)
  if (head.version !== formatVersion || JSON.stringify(head.columns) !== JSON.stringify(columnsByName()))
    throw new UpkeepError(
      `${resolve(file)} was made by another release of Folkmoot. Export and import with the same release.`,
    )
  return head as Head
}

function noExport(file: string): UpkeepError {
  return new UpkeepError(`${resolve(file)} is not an export. It must be a file that “folkmoot export --all” has made.`)
}

function cutShort(file: string): UpkeepError {
  return new UpkeepError(`${resolve(file)} ends too early. ${again}`)
}

function damaged(file: string, how: string): UpkeepError {
  return new UpkeepError(`${resolve(file)} is damaged: ${how}. ${again}`)
}

const again = 'Nothing of it was imported. Copy it again, or make a new export.'
