// Over 300 lines: it is a list, of every table and what each of its columns is.
import type { Tables } from '../db/tables.ts'

/** What every export begins with, so that nothing else is taken for one. */
export const formatName = 'folkmoot-export'
export const formatVersion = 1

/** A value as it stands in the file: bytes as base64, all else as it is. */
export type Value = string | number | null

/** What kind of values a column has. */
type Columns<Table extends keyof Tables, Left extends string> = Record<
  Exclude<keyof Tables[Table], 'question_id' | Left>,
  'plain' | 'bytes'
>

/** Rows of one table that belong to a question, as they follow each other in the file. */
export interface Section {
  /** What the file calls it. */
  name: string
  table: keyof Tables
  /** Columns that, besides the question, tell rows apart; rows stand in their order. None: there is one row at most. */
  key: string[]
  columns: string[]
  bytes: Set<string>
  /** Rows read, written and kept in memory at once. */
  atOnce: number
  /** A column that must not be null for a row to be in it. */
  only?: string
}

function section<Table extends keyof Tables, Left extends string = never>(
  table: Table,
  key: (keyof Tables[Table] & string)[],
  columns: Columns<Table, Left>,
  more: Partial<Section> = {},
): Section {
  const names = Object.keys(columns)
  const bytes = new Set(names.filter((name) => (columns as Record<string, string>)[name] === 'bytes'))
  return { name: table, table, key, columns: names, bytes, atOnce: 500, ...more }
}

/** Long texts: fewer are read at once. */
const few = { atOnce: 50 }

/** A question's own row; everything else of it refers to this. */
export const questions = section('questions', ['id'], {
  id: 'plain',
  public_id: 'plain',
  revision: 'plain',
  next_id: 'plain',
  title: 'plain',
  description: 'plain',
  settings: 'plain',
  admin_hash: 'bytes',
  created_at: 'plain',
  closes_at: 'plain',
  closed_at: 'plain',
  deleted_at: 'plain',
  opens_at: 'plain',
  ideas_until: 'plain',
  votes_from: 'plain',
  votes_until: 'plain',
  turns_at: 'plain',
  time_zone: 'plain',
  forget_at: 'plain',
  forgotten_at: 'plain',
  participants: 'plain',
  votes: 'plain',
  room_votes: 'plain',
  ideas: 'plain',
  arguments: 'plain',
  room_ideas: 'plain',
  room_arguments: 'plain',
  comments: 'plain',
  head: 'bytes',
  head_revision: 'plain',
  receipt_key: 'bytes',
})

const written = {
  id: 'plain',
  public_id: 'plain',
  author_id: 'plain',
  created_at: 'plain',
  edited_at: 'plain',
  hidden_at: 'plain',
  owner_edited: 'plain',
} as const

const saidInRoom = { in_room: 'plain', room_name: 'plain' } as const

/** All that belongs to a question, in an order in which every row refers only to rows before it. */
export const sections: Section[] = [
  section('owners', ['token_hash'], { token_hash: 'bytes', created_at: 'plain' }),
  section('imports', [], { source: 'plain', position: 'plain', finished_at: 'plain' }),
  section('participants', ['id'], {
    id: 'plain',
    public_id: 'plain',
    name: 'plain',
    token_hash: 'bytes',
    level: 'plain',
    created_at: 'plain',
    network: 'plain',
    set_aside: 'plain',
    invitation_id: 'plain',
  }),
  section(
    'images',
    ['id'],
    {
      id: 'plain',
      public_id: 'plain',
      type: 'plain',
      width: 'plain',
      height: 'plain',
      bytes: 'bytes',
      created_at: 'plain',
    },
    { atOnce: 1 },
  ),
  section<'ideas', 'merged_into'>(
    'ideas',
    ['id'],
    {
      ...written,
      ...saidInRoom,
      title: 'plain',
      description: 'plain',
      link: 'plain',
      image_id: 'plain',
      votes: 'plain',
      further_votes: 'plain',
      room_votes: 'plain',
      closed_at: 'plain',
      closed_why: 'plain',
    },
    few,
  ),
  // Apart from the ideas, since one may be merged into another that comes after it.
  { ...section<'ideas', keyof Tables['ideas']>('ideas', ['id'], {}), name: 'mergers', columns: ['id', 'merged_into'], only: 'merged_into' }, // prettier-ignore
  section('votes', ['participant_id', 'idea_id'], {
    participant_id: 'plain',
    idea_id: 'plain',
    value: 'plain',
    level: 'plain',
    cast_at: 'plain',
    revision: 'plain',
    named: 'plain',
  }),
  section('votes_aside', ['participant_id', 'idea_id'], {
    participant_id: 'plain',
    idea_id: 'plain',
    value: 'plain',
    level: 'plain',
    cast_at: 'plain',
    revision: 'plain',
    named: 'plain',
  }),
  section('asides', ['id'], {
    id: 'plain',
    public_id: 'plain',
    about: 'plain',
    reason: 'plain',
    note: 'plain',
    people: 'plain',
    votes: 'plain',
    at: 'plain',
    undone_at: 'plain',
  }),
  section('room_entries', ['id'], {
    id: 'plain',
    public_id: 'plain',
    how: 'plain',
    people: 'plain',
    note: 'plain',
    entered_at: 'plain',
    withdrawn_at: 'plain',
  }),
  section('room_votes', ['entry_id', 'idea_id'], { entry_id: 'plain', idea_id: 'plain', votes: 'plain' }),
  section('tallies', ['idea_id', 'level'], { idea_id: 'plain', level: 'plain', votes: 'plain' }),
  section('invitations', ['id'], {
    id: 'plain',
    public_id: 'plain',
    token_hash: 'bytes',
    label: 'plain',
    address: 'plain',
    most: 'plain',
    uses: 'plain',
    created_at: 'plain',
    revoked_at: 'plain',
  }),
  section(
    'arguments',
    ['id'],
    { ...written, ...saidInRoom, idea_id: 'plain', side: 'plain', text: 'plain', agreements: 'plain' },
    few,
  ),
  section('agreements', ['participant_id', 'argument_id'], {
    participant_id: 'plain',
    argument_id: 'plain',
    created_at: 'plain',
  }),
  section('comments', ['id'], { ...written, text: 'plain' }, few),
  section('held_words', [], { words: 'plain' }),
  section(
    'waiting',
    ['id'],
    { id: 'plain', thing: 'plain', kind: 'plain', since: 'plain', held: 'plain', edit: 'plain', image_id: 'plain' },
    few,
  ),
  section(
    'acts',
    ['id'],
    {
      id: 'plain',
      public_id: 'plain',
      kind: 'plain',
      thing: 'plain',
      author_id: 'plain',
      act: 'plain',
      reason: 'plain',
      note: 'plain',
      into_thing: 'plain',
      before: 'plain',
      image_id: 'plain',
      at: 'plain',
      undone_at: 'plain',
    },
    few,
  ),
  section('reports', ['id'], {
    id: 'plain',
    participant_id: 'plain',
    thing: 'plain',
    kind: 'plain',
    reason: 'plain',
    text: 'plain',
    at: 'plain',
    settled_by: 'plain',
  }),
  section('moved', ['act_id', 'what', 'key'], {
    act_id: 'plain',
    what: 'plain',
    key: 'plain',
    twice: 'plain',
    level: 'plain',
    value: 'plain',
    cast_at: 'plain',
    revision: 'plain',
    kept_value: 'plain',
    kept_cast_at: 'plain',
    kept_revision: 'plain',
  }),
  section('decisions', [], { statement: 'plain', ideas: 'plain', decided_at: 'plain' }),
  section('proofs', ['nonce'], {
    nonce: 'plain',
    network: 'plain',
    kind: 'plain',
    used_at: 'plain',
    expires_at: 'plain',
  }),
  section('confirmations', ['key_hash'], {
    key_hash: 'bytes',
    token_hash: 'bytes',
    address_hash: 'bytes',
    number: 'plain',
    tries: 'plain',
    asked_at: 'plain',
    expires_at: 'plain',
  }),
  section('confirmed', ['address_hash'], { address_hash: 'bytes', participant_id: 'plain', confirmed_at: 'plain' }),
  section('changes', ['revision'], {
    revision: 'plain',
    type: 'plain',
    data: 'plain',
    at: 'plain',
    hash: 'bytes',
  }),
]

/** Kept answers belong to no question; they come last. */
export const replies = section('replies', ['key_hash'], {
  key_hash: 'bytes',
  request_hash: 'bytes',
  sealed: 'bytes',
  created_at: 'plain',
})

const all = new Map([questions, ...sections, replies].map((one) => [one.name, one]))

/** @throws when this release knows no such section, which `columnsByName` rules out */
export function sectionNamed(name: string): Section {
  const found = all.get(name)
  if (!found) throw new Error(`There is no section “${name}”.`)
  return found
}

/** Every section's columns, as the head of the file names them; they must be this release's own. */
export function columnsByName(): Record<string, string[]> {
  return Object.fromEntries([...all].map(([name, { columns }]) => [name, columns]))
}

/** The lines of a file. */
export type Line = Head | Rows | End | Trailer

export interface Head {
  format: typeof formatName
  version: number
  columns: Record<string, string[]>
}

export interface Rows {
  table: string
  rows: Value[][]
}

/** Stands after the last row of a question. */
export interface End {
  /** Public id of the question. */
  end: string
  /** Rows of each section that has any. */
  rows: Record<string, number>
  /** SHA-256 of the question's lines so far. */
  digest: string
  /** SHA-256 of what everyone sees of the question. */
  snapshot: string
}

export interface Trailer {
  trailer: { questions: number; rows: number; sha256: string }
}

/** A row as the file has it. */
export function encode({ columns, bytes }: Section, row: Record<string, unknown>): Value[] {
  return columns.map((column) => {
    const value = row[column]
    return bytes.has(column) && value !== null ? Buffer.from(value as Uint8Array).toString('base64') : (value as Value)
  })
}

/** A row as the store takes it. */
export function decode({ columns, bytes }: Section, values: Value[]): Record<string, Value | Uint8Array> {
  return Object.fromEntries(
    columns.map((column, n) => {
      const value = values[n] ?? null
      return [column, bytes.has(column) && value !== null ? Buffer.from(String(value), 'base64') : value]
    }),
  )
}
