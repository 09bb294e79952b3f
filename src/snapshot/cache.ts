import { asOfOne, type Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { findChangesSince, type Change } from '../feed/changes.ts'
import { newsOf, type News } from '../feed/follow.ts'
import { loadQuestion } from '../question/store.ts'
import { bringUpToDate, buildSnapshot, type Changed } from './build.ts'
import { Freshness, type Source } from './freshness.ts'
import type { Snapshot } from './wire.ts'

/** How many changes a view is brought on by from the feed; behind more, building it anew takes no longer. */
const farthest = 2_000

interface Kept {
  snapshot: Snapshot
  /** About how much memory it takes, in bytes. */
  size: number
  /** What has changed since, up to which revision. */
  upTo: number
  changed: Changed
}

/** Snapshots by question, built once a revision however many ask at the same time. */
export class SnapshotCache {
  readonly freshness: Freshness
  /** How many views were taken as they were kept, and how many were made. */
  readonly counts = { kept: 0, made: 0 }
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
    this.counts.kept++
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

  /** Notes what has changed since a view was built, so that only that needs to be read. */
  #hear({ questionId, since, revision, changes, tallied }: News): void {
    const kept = this.#kept.get(questionId)
    // What a view was built of may be told only after it.
    if (kept?.upTo !== since || revision === since) return
    note(kept.changed, changes, tallied)
    kept.upTo = revision
  }

  /** One transaction, so that everything in the view is of one revision. */
  async #build(questionId: string): Promise<Snapshot> {
    this.counts.made++
    return await asOfOne(this.#source.read, async (trx) => {
      const question = await loadQuestion(trx, questionId)
      const now = this.#source.clock()
      const kept = this.#kept.get(questionId)
      const renewed =
        kept && (await knowMissed(trx, question, kept))
          ? await bringUpToDate(trx, kept.snapshot, question, now, kept.changed)
          : null
      return renewed ?? (await buildSnapshot(trx, question, now))
    })
  }

  #keep(questionId: string, snapshot: Snapshot): void {
    this.#drop(questionId)
    const size = sizeOf(snapshot)
    this.#kept.set(questionId, { snapshot, size, upTo: snapshot.revision, changed: nothing() })
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

function nothing(): Changed {
  return { tallied: new Set(), ideas: new Set(), people: new Set(), rest: false, all: false }
}

/** Notes what was committed and is not heard of yet. @returns false when it is too much */
async function knowMissed(db: Db, question: QuestionRow, { changed, upTo }: Kept): Promise<boolean> {
  if (upTo >= question.revision) return true
  if (question.revision - upTo > farthest) return false
  const missed = newsOf('', await findChangesSince(db, question.id, upTo, farthest), question.revision)
  note(changed, missed.changes, missed.tallied)
  return true
}

/** After these, votes or names may be shown that were hidden, and their change in the meantime is in no feed. */
const shownAnew = new Set<Change['type']>([
  'question.edited',
  'question.closed',
  'question.reopened',
  'question.forgotten',
  // Votes for any number of ideas went at once, or came back.
  'votes.setAside',
  'votes.restored',
])

function note(changed: Changed, changes: Change[], tallied: string[]): void {
  for (const idea of tallied) changed.tallied.add(idea)
  for (const { type, data } of changes) {
    if (typeof data.idea === 'string') changed.ideas.add(data.idea)
    if (typeof data.into === 'string') changed.ideas.add(data.into)
    if (type.startsWith('participant.')) changed.people.add(String(data.participant))
    if (shownAnew.has(type) || type.startsWith('room.')) changed.all = true
    if (type.startsWith('question.') || type.startsWith('comment.')) changed.rest = true
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
