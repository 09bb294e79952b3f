import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, type CsvError } from 'csv-parse/sync'
import { refuseText, tidyLine, tidyText } from '../base/text.ts'
import { limits } from '../question/wire.ts'

/** A row that cannot be taken, with where it stands. */
export interface BadRow {
  file: string
  line: number
  why: string
}

export interface Statement {
  id: string
  author: string
  text: string
  /** Milliseconds since the epoch. */
  at: number
  /** Whether the conversation's moderators let it stand: 1 accepted, 0 not looked at, -1 rejected. */
  moderated: number
}

export interface PolisVote {
  statement: string
  voter: string
  /** 1 agree, -1 disagree, 0 pass. */
  value: -1 | 0 | 1
  at: number
}

/** A Polis export as it was read: all that makes sense of it, and the rows that do not. */
export interface PolisExport {
  /** Hash of the files: the same export is the same source, wherever it lies. */
  hash: string
  title: string
  description: string
  /** In time order; equal times keep the file's order. */
  statements: Statement[]
  votes: PolisVote[]
  bad: BadRow[]
}

/** A file that is missing or is no CSV at all. */
export class ImportError extends Error {}

/**
 * Reads a Polis export: summary.csv, comments.csv and votes.csv
 * (https://compdemocracy.org/export; columns as in the openData repository).
 * @param folder where the three files lie. @throws ImportError
 */
export function readPolis(folder: string): PolisExport {
  const bad: BadRow[] = []
  const files = ['summary.csv', 'comments.csv', 'votes.csv'].map((name) => readText(folder, name)) as [
    string,
    string,
    string,
  ]
  const summary = readSummary(files[0])
  const statements = readStatements(files[1], bad)
  const known = new Set(statements.map((statement) => statement.id))
  const votes = readVotes(files[2], known, bad)
  return {
    hash: files.reduce((hash, text) => hash.update(text).update('\0'), createHash('sha256')).digest('hex'),
    title: cut(tidyLine(summary.get('topic') ?? '') || 'Polis', limits.questionTitle),
    description: cut(tidyText(summary.get('conversation-description') ?? ''), limits.questionDescription),
    statements: statements.toSorted((a, b) => a.at - b.at),
    votes: votes.toSorted((a, b) => a.at - b.at),
    bad: bad.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line),
  }
}

/**
 * An idea from a statement: the statement is its title; one that is too long for a title goes on in the description.
 */
export function ideaFrom(statement: Statement): { title: string; description: string } {
  const line = tidyLine(statement.text)
  const title = cut(line, limits.ideaTitle)
  return { title, description: title === line ? '' : cut(tidyText(statement.text), limits.ideaDescription) }
}

function readSummary(text: string): Map<string, string> {
  const rows = parse(text, { relax_column_count: true, skip_empty_lines: true })
  return new Map(rows.map(([name, value]) => [name ?? '', value ?? '']))
}

function readStatements(text: string, bad: BadRow[]): Statement[] {
  const seen = new Set<string>()
  return readRows(
    'comments.csv',
    text,
    ['timestamp', 'comment-id', 'author-id', 'moderated', 'comment-body'],
    bad,
  ).flatMap(({ line, row }) => {
    const statement: Statement = {
      id: row['comment-id'] ?? '',
      author: row['author-id'] ?? '',
      text: row['comment-body'] ?? '',
      at: Number(row.timestamp),
      moderated: Number(row.moderated),
    }
    const why = whyBadStatement(statement, row, seen)
    if (why) {
      bad.push({ file: 'comments.csv', line, why })
      return []
    }
    seen.add(statement.id)
    return [statement]
  })
}

function whyBadStatement(statement: Statement, row: Record<string, string>, seen: Set<string>): string | null {
  if (!isTime(row.timestamp)) return `“${row.timestamp ?? ''}” is not a time in milliseconds`
  if (statement.id === '') return 'the comment-id is missing'
  if (seen.has(statement.id)) return `the comment-id ${statement.id} was there before`
  if (statement.text.trim() === '') return 'the statement is empty'
  const why = refuseText(statement.text)
  return why && `the statement ${why}`
}

function readVotes(text: string, known: Set<string>, bad: BadRow[]): PolisVote[] {
  return readRows('votes.csv', text, ['timestamp', 'comment-id', 'voter-id', 'vote'], bad).flatMap(({ line, row }) => {
    const why = whyBadVote(row, known)
    if (why) {
      bad.push({ file: 'votes.csv', line, why })
      return []
    }
    return [
      {
        statement: row['comment-id'] ?? '',
        voter: row['voter-id'] ?? '',
        value: Number(row.vote) as -1 | 0 | 1,
        at: Number(row.timestamp),
      },
    ]
  })
}

function whyBadVote(row: Record<string, string>, known: Set<string>): string | null {
  if (!isTime(row.timestamp)) return `“${row.timestamp ?? ''}” is not a time in milliseconds`
  if (!row['voter-id']) return 'the voter-id is missing'
  if (!known.has(row['comment-id'] ?? '')) return `there is no statement ${row['comment-id'] ?? ''} to vote on`
  if (!['-1', '0', '1'].includes(row.vote ?? '')) return `a vote is 1, 0 or -1, not “${row.vote ?? ''}”`
  return null
}

/** The rows of a file by column name, each with the line on which it begins. */
function readRows(
  file: string,
  text: string,
  columns: string[],
  bad: BadRow[],
): { line: number; row: Record<string, string> }[] {
  let header: string[] | undefined
  const rows: { line: number; row: Record<string, string> }[] = []
  let line = 1
  // Record by record, so that one broken quote spoils its own row and not the file.
  for (const raw of recordsOf(text)) {
    const begins = line
    line += raw.split('\n').length - 1
    if (raw.trim() === '') continue
    let fields: string[]
    try {
      fields = fieldsOf(raw)
    } catch (failure) {
      bad.push({ file, line: begins, why: `this is not a row of CSV (${(failure as CsvError).code})` })
      continue
    }
    if (!header) {
      header = fields
      const missing = columns.filter((column) => !fields.includes(column))
      if (missing.length > 0) throw new ImportError(`${file} has no column ${missing.join(', ')}.`)
    } else if (fields.length !== header.length) {
      bad.push({ file, line: begins, why: `it has ${fields.length} columns, the header ${header.length}` })
    } else {
      const names = header
      rows.push({ line: begins, row: Object.fromEntries(fields.map((field, index) => [names[index] ?? '', field])) })
    }
  }
  return rows
}

/** The fields of one record; without a quote in it they lie plainly between the commas. @throws CsvError */
function fieldsOf(record: string): string[] {
  if (!record.includes('"')) return record.replace(/\r?\n$/, '').split(',')
  return parse(record, { relax_column_count: true })[0] ?? []
}

/** Splits CSV into records: at each line's end outside quotes (RFC 4180). */
function* recordsOf(text: string): Generator<string> {
  let from = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === 34) quoted = !quoted
    else if (sign === 10 && !quoted) {
      yield text.slice(from, at + 1)
      from = at + 1
    }
  }
  if (from < text.length) yield text.slice(from)
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch (cause) {
    throw new ImportError(`${join(folder, name)} cannot be read. A Polis export has ${name} in its folder.`, { cause })
  }
}

/** Until the year 9999, so that it can be written as RFC 3339. */
function isTime(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,15}$/.test(text) && Number(text) < 253_402_300_800_000
}

/** At most so many code points, the last an ellipsis when something is cut off. */
function cut(text: string, most: number): string {
  const signs = [...text]
  return signs.length <= most
    ? text
    : `${signs
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}
