import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { isBlank, refuseText, tidyLine, tidyText } from '../base/text.ts'
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
  if (isBlank(statement.text)) return 'the statement is empty'
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
  // Record by record, so that a broken quote spoils its own line and not the rest of the file.
  for (let from = 0; from < text.length;) {
    const begins = line
    const raw = recordAt(text, from)
    const fields = fieldsOf(raw)
    const read = fields === null ? raw.slice(0, raw.indexOf('\n') + 1 || undefined) : raw
    from += read.length
    line += read.split('\n').length - 1
    if (read.trim() === '') continue
    if (fields === null) {
      bad.push({
        file,
        line: begins,
        why: 'this is not a row of CSV: a quote stands where none can, or is never closed',
      })
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

/** The fields of one record, null when it is none; without a quote in it they lie plainly between the commas. */
function fieldsOf(record: string): string[] | null {
  if (!record.includes('"')) return record.replace(/\r?\n$/, '').split(',')
  try {
    return parse(record, { relax_column_count: true })[0] ?? []
  } catch {
    return null
  }
}

/** No record of an export is longer; a quote that is never closed must not run through the whole file each time. */
const longestRecord = 100_000

/** The record that begins here: up to a line's end outside of quotes (RFC 4180). */
function recordAt(text: string, from: number): string {
  let quoted = false
  const last = Math.min(text.length, from + longestRecord)
  for (let at = from; at < last; at++) {
    const sign = text.charCodeAt(at)
    if (sign === 34) quoted = !quoted
    else if (sign === 10 && !quoted) return text.slice(from, at + 1)
  }
  return text.slice(from, last)
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
