import { rfc3339 } from '../base/clock.ts'
import type { Change } from '../feed/changes.ts'
import type { IdeaTally } from '../snapshot/build.ts'
import type { Snapshot } from '../snapshot/wire.ts'

/** What listeners are told at once: everything between two revisions of a question. */
export interface Telling {
  /** The question's revision after it. */
  revision: number
  /** The public changes but for what is only counted, in order. */
  changes: Change[]
  /** The counts of the question and the ideas whose tallies moved, as they are now; null when it is deleted. */
  tallies: { revision: number; counts: Snapshot['counts']; ideas: IdeaTally[] } | null
}

/** The beginning of a stream: where it begins, and how long to wait before coming back, in milliseconds. */
export function encodeHello(revision: number, retry: number): string {
  return `retry: ${retry}\n${block('hello', { revision })}`
}

/**
 * What was told, as Server-Sent Events. The tallies come first and without an id, because they do no harm when they are
 * repeated; then the changes, each with its revision as id; then the last revision alone. So whoever is cut off anywhere
 * goes on by the last id that arrived, loses nothing and gets no change twice.
 */
export function encodeTelling({ revision, changes, tallies }: Telling, listeners: number): string {
  const blocks = tallies ? [block('tallies', { ...tallies, spread: spreadOf(listeners) })] : []
  for (const { at, data, type, revision: id } of changes)
    blocks.push(block('change', { revision: id, type, at: rfc3339(at), data }, id))
  if (changes.at(-1)?.revision !== revision) blocks.push(`id: ${revision}\n\n`)
  return blocks.join('')
}

/** Says that too much was missed to be told one by one: the question is to be loaded anew. */
export function encodeResync(revision: number, listeners: number): string {
  return block('resync', { revision, spread: spreadOf(listeners) }, revision)
}

/** Over how many milliseconds listeners should spread what they ask for on being told: some thousand a second together. */
function spreadOf(listeners: number): number {
  return 200 + Math.round(listeners / 4)
}

/** Nothing, so that whatever stands in between keeps the connection. */
export const heartbeat = Buffer.from(':\n\n')

function block(event: string, data: object, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
