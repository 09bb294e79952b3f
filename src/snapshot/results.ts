import { asOfOne, type Db } from '../db/connect.ts'
import { areResultsHidden } from '../question/rules.ts'
import { loadQuestion } from '../question/store.ts'
import { readAllTallies, votesOf } from './build.ts'
import type { Results } from './wire.ts'

interface Reading {
  now: Promise<Results | null>
  /** Begins when that has ended, for all who asked since it began. */
  next: Promise<Results | null> | null
}

/**
 * The votes of questions that show them to who has voted. Each who asks gets them as they stood after asking, their own
 * vote among them; however many ask at the same time, they are read once after the other.
 */
export class ResultsReader {
  readonly #read: Db
  readonly #clock: () => number
  readonly #reading = new Map<string, Reading>()

  constructor({ read, clock }: { read: Db; clock: () => number }) {
    this.#read = read
    this.#clock = clock
  }

  /** @returns null where everyone is shown them by now. @throws question_not_found */
  load(questionId: string): Promise<Results | null> {
    const reading = this.#reading.get(questionId)
    if (!reading) return this.#begin(questionId)
    reading.next ??= reading.now.then(
      () => this.#begin(questionId),
      () => this.#begin(questionId),
    )
    return reading.next
  }

  #begin(questionId: string): Promise<Results | null> {
    const reading: Reading = { now: this.#readNow(questionId), next: null }
    this.#reading.set(questionId, reading)
    const end = () => {
      if (reading.next === null && this.#reading.get(questionId) === reading) this.#reading.delete(questionId)
    }
    reading.now.then(end, end)
    return reading.now
  }

  async #readNow(questionId: string): Promise<Results | null> {
    return await asOfOne(this.#read, async (db) => {
      const question = await loadQuestion(db, questionId)
      if (!areResultsHidden(question, this.#clock())) return null
      return { participants: question.participants, ...votesOf(question), ideas: await readAllTallies(db, question) }
    })
  }
}
