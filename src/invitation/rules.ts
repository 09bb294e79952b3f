import { parse } from 'csv-parse/sync'
import { refuse, type Refusal } from '../base/refusals.ts'
import { flawOf, tidyLine } from '../base/text.ts'
import type { InvitationRow } from '../db/tables.ts'
import { invitationLimits, type NewInvitation } from './wire.ts'

/** Nobody is let in by an invitation that was revoked, nor by one that has let in as many as it may. */
export function refuseInvitation(invitation: Pick<InvitationRow, 'revoked_at' | 'most' | 'uses'>): Refusal | null {
  if (invitation.revoked_at !== null) return refuse('invitation_revoked')
  if (invitation.most !== null && invitation.uses >= invitation.most) return refuse('invitation_used')
  return null
}

/** A question has so many invitations at the most. */
export function refuseMoreInvitations(there: number, more: number): Refusal | null {
  const { inAll } = invitationLimits
  return there + more > inAll ? refuse('invitations_spent', [], { most: inAll }) : null
}

/** What is wrong with a line of a list of people. */
export interface WrongLine {
  line: number
  wrong: 'address' | 'twice' | 'invited' | 'long' | 'unreadable'
  /** What it says, as far as that helps to find it. */
  said: string
  /** Of what stands there twice, where it stood first. */
  first?: number
}

/** Whom a list names, with the line of each, and what cannot be read of it. */
export interface ReadList {
  people: (NewInvitation & { line: number })[]
  wrong: WrongLine[]
}

const address = /^[^\s@<>,;"]+@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/
/** "Anna Beck <anna@example.org>", as mail programs copy it. */
const bracketed = /^(.*)<([^<>]*)>$/
const heading = /^(e-?mail|mail|address|adresse|name|vorname|nachname|e-?mail.?(address|adresse))$/i

/**
 * Reads a list of people as it is pasted: addresses, names, or both, each on a line; or a table as a spreadsheet saves it.
 * Several addresses in one line are several people.
 */
export function readList(text: string): ReadList {
  const read: ReadList = { people: [], wrong: [] }
  const seen = new Map<string, number>()
  for (const [index, row] of rowsOf(text).entries()) {
    if (row === null) {
      read.wrong.push({ line: index + 1, wrong: 'unreadable', said: '' })
      continue
    }
    const { cells, line } = row
    if (index === 0 && cells.some((cell) => heading.test(cell)) && !cells.some((cell) => cell.includes('@'))) continue
    for (const person of peopleIn(cells)) readPerson(person, line, seen, read)
  }
  return read
}

function readPerson(
  { label, address: to }: { label: string; address: string | null },
  line: number,
  seen: Map<string, number>,
  { people, wrong }: ReadList,
): void {
  const said = [...(to ?? label)].slice(0, 60).join('')
  if ((to !== null && !address.test(to)) || flawOf(label) !== null)
    return void wrong.push({ line, wrong: 'address', said })
  if (label.length > invitationLimits.label || (to ?? '').length > invitationLimits.address)
    return void wrong.push({ line, wrong: 'long', said })
  if (to !== null) {
    const key = to.toLowerCase()
    const first = seen.get(key)
    if (first !== undefined) return void wrong.push({ line, wrong: 'twice', said, first })
    seen.set(key, line)
  }
  people.push({ label, address: to, line })
}

/** Whom a row names: its addresses, or the one with what else stands there as the name. */
function peopleIn(cells: string[]): { label: string; address: string | null }[] {
  const withAddress = cells.filter((cell) => cell.includes('@'))
  const others = cells.filter((cell) => cell !== '' && !cell.includes('@'))
  const name = tidyLine(others.join(' '))
  if (withAddress.length === 0) return name === '' ? [] : [{ label: name, address: null }]
  return withAddress.map((cell) => {
    const [, before = '', inside = cell] = bracketed.exec(cell) ?? []
    const own = tidyLine(before.replaceAll('"', ''))
    return { label: own || (withAddress.length === 1 ? name : ''), address: inside.trim() }
  })
}

/** The rows of a table that are not empty, and where they begin; null where it cannot be read. */
function rowsOf(text: string): ({ cells: string[]; line: number } | null)[] {
  const options = { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, trim: true }
  try {
    // Mail programs quote the name alone, tables the whole cell.
    const asTable = text.replace(/"([^"\r\n]*)"([ \t]*<[^<>"\r\n]*>)/g, '"$1$2"')
    const rows = parse(asTable, { ...options, info: true, delimiter: [',', ';', '\t'] }) as unknown as {
      record: string[]
      info: { lines: number }
    }[]
    return rows.map(({ record, info }) => ({ cells: record, line: info.lines }))
  } catch {
    return [null]
  }
}

/** A table that programs take for text alone: what looks like a formula is not carried out. */
export function tableOf(rows: string[][]): string {
  const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
