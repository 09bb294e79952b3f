import { ChainCheck } from '../base/chain.ts'
import { rfc3339 } from '../base/clock.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { KeptChange } from '../feed/changes.ts'
import { headOf } from '../feed/chain.ts'
import { decode, questions, sectionNamed, type Line } from './format.ts'

/** How the lines begin that have to do with feeds; the others need not be taken apart. */
const beginnings = ['questions', 'changes'].map((name) => `{"table":"${name}",`)

/** Follows the feeds of an export, one question after the other, in the order of its lines. */
export class FeedsInFile {
  #question: QuestionRow | null = null
  #check = new ChainCheck('')
  /** Feeds and changes that hang together. */
  readonly counts = { feeds: 0, changes: 0 }

  /** Whether a line has to be taken at all. */
  concerns(text: string): boolean {
    return text.startsWith('{"end":') || beginnings.some((beginning) => text.startsWith(beginning))
  }

  /** @returns what is wrong with a feed, in a sentence; null when nothing is so far */
  take(line: Line): string | null {
    if ('end' in line) return this.#end()
    if (!('table' in line)) return null
    const rows = line.rows.map((values) => decode(sectionNamed(line.table), values))
    if (line.table === questions.name) {
      this.#question = rows[0] as unknown as QuestionRow
      this.#check = new ChainCheck(this.#question.public_id)
      return null
    }
    for (const row of rows) {
      const flaw = this.#takeChange(row as never)
      if (flaw !== null) return this.#of(flaw)
    }
    return null
  }

  #takeChange({ revision, type, data, at, hash }: Record<'type' | 'data', string> & ChangeRow): string | null {
    // An older release has appended what comes after its head.
    if (hash === null && revision > (this.#question?.head_revision ?? 0)) return null
    const shown = { revision, type, data: JSON.parse(data) as KeptChange['data'], at: rfc3339(at) }
    const flaw = this.#check.take({ ...shown, hash: hash === null ? '' : Buffer.from(hash).toString('hex') })
    if (flaw === null) this.counts.changes++
    return flaw
  }

  #end(): string | null {
    const question = this.#question
    this.counts.feeds++
    if (question === null || question.head_revision === 0) return null
    const head = headOf({ ...question, revision: question.head_revision })
    if (head === this.#check.head && question.head_revision === this.#check.revision) return null
    return this.#of(`Its head is said to be ${String(head)}, and it is ${String(this.#check.head)}.`)
  }

  #of(flaw: string): string {
    return `the feed of the question ${this.#question?.public_id ?? ''} does not hang together. ${flaw}`
  }
}

interface ChangeRow {
  revision: number
  at: number
  hash: Uint8Array | null
}
