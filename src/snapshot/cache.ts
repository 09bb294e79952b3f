import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { News } from '../feed/follow.ts'
import { loadQuestion } from '../question/store.ts'
import { buildSnapshot, readTallies, withTallies } from './build.ts'
import { Freshness, type Source } from './freshness.ts'
import type { Snapshot } from './wire.ts'

interface Kept {
  snapshot: Snapshot
  /** About how much memory it takes, in bytes. */
  size: number
  /** Up to this revision nothing but tallies has changed since, of these ideas; null when something else has. */
  upTo: number
  moved: Set<string> | null
}

/** Snapshots by question, built once a revision however many ask at the same time. */
export class SnapshotCache {
  readonly freshness: Freshness
  readonly #source: Source
  readonly #room: number
  readonly #kept = new Map<string, Kept>()
  #size = 0
  /** The build under way of each question, and the revision that it will have at least. */
  readonly #building = new Map<string, { atLeast: number; done: Promise<Snapshot> }>()
  #lastBuild: Promise<unknown> = Promise.resolve()

  /** @param room how much memory the snapshots may take, about, in bytes; the one longest unread goes first */
  constructor(source: Source, room = 64 * 1024 * 1024) {
    this.#source = source
    this.#room = room
    this.freshness = new Freshness(source)
    source.feed.follow((news) => this.#hear(news))
  }

  /** The public view as it is now. @throws question_not_found */
  async load(questionId: string): Promise<Snapshot> {
    const revision = this.freshness.revisionOf(questionId) ?? (await this.freshness.look(questionId))
    const kept = this.#kept.get(questionId)
    if (!kept || kept.snapshot.revision < revision) return await this.#buildOnce(questionId, revision)
    this.#kept.delete(questionId)
    this.#kept.set(questionId, kept)
    return kept.snapshot
  }

  /** A question as it stands now, closed when it is due. @throws question_not_found */
  loadQuestion(questionId: string): Promise<QuestionRow> {
    return this.freshness.loadQuestion(questionId)
  }

  #buildOnce(questionId: string, revision: number): Promise<Snapshot> {
    const running = this.#building.get(questionId)
    if (running && running.atLeast >= revision) return running.done
    // One after the other: the reader has one connection, and that one transaction.
    const done = this.#lastBuild.then(() => this.#build(questionId))
    this.#lastBuild = done.catch(() => undefined)
    const build = { atLeast: revision, done }
    this.#building.set(questionId, build)
    const end = () => {
      if (this.#building.get(questionId) === build) this.#building.delete(questionId)
    }
    done.then(
      (snapshot) => {
        end()
        this.#keep(questionId, snapshot)
      },
      () => {
        end()
        this.#drop(questionId)
      },
    )
    return done
  }

  /** Notes what has changed since a view was built: while it is only tallies, they alone need to be read. */
  #hear({ questionId, since, revision, changes, tallied }: News): void {
    const kept = this.#kept.get(questionId)
    // What a view was built of may be told only after it.
    if (!kept?.moved || revision <= kept.upTo) return
    if (changes.length > 0 || since !== kept.upTo) kept.moved = null
    else for (const idea of tallied) kept.moved.add(idea)
    kept.upTo = revision
  }

  /** One transaction, so that everything in the view is of one revision. */
  async #build(questionId: string): Promise<Snapshot> {
    return await this.#source.read
      .transaction()
      .setAccessMode('read only')
      .execute(async (trx: Db) => {
        const question = await loadQuestion(trx, questionId)
        const kept = this.#kept.get(questionId)
        if (!kept?.moved || kept.upTo !== question.revision)
          return await buildSnapshot(trx, question, this.#source.clock())
        return withTallies(kept.snapshot, question, await readTallies(trx, question, [...kept.moved]))
      })
  }

  #keep(questionId: string, snapshot: Snapshot): void {
    this.#drop(questionId)
    const size = sizeOf(snapshot)
    this.#kept.set(questionId, { snapshot, size, upTo: snapshot.revision, moved: new Set() })
    this.#size += size
    for (const [oldest] of this.#kept) {
      if (this.#size <= this.#room || oldest === questionId) break
      this.#drop(oldest)
    }
  }

  #drop(questionId: string): void {
    this.#size -= this.#kept.get(questionId)?.size ?? 0
    this.#kept.delete(questionId)
  }
}

/** About how many bytes of memory a snapshot takes: its texts, and the objects around them. */
function sizeOf({ title, description, ideas, comments }: Snapshot): number {
  const object = 500
  let size = object + 2 * (title.length + description.length)
  for (const idea of ideas) {
    size += 2 * object + 2 * (idea.title.length + idea.description.length)
    for (const reason of [...idea.pros, ...idea.cons]) size += object + 2 * reason.text.length
  }
  for (const comment of comments) size += object + 2 * comment.text.length
  return size
}
