import MiniSearch from 'minisearch'
import type { SnapshotCache } from './cache.ts'
import { likenessOf, piecesOf } from './likeness.ts'
import type { SimilarIdea, Snapshot } from './wire.ts'

/** So many titles of a question are compared, those that stand first: in this many an idea is easily found. */
const titlesOfOne = 10_000
/** So many titles are kept ready in all, about 2 KB each; the question longest not asked about goes first. */
const titlesKept = 20_000
/** After so many titles everybody else has a turn. */
const slice = 50
/** The rarest pieces of a text say most. So many are looked up, and so many entries that have them. */
const [rarest, entries] = [12, 3_000]
/** Of what is found, so many are compared in full. */
const compared = 40

/** From when on something is like another; and so much like it that it may be the same. */
const [alike, same] = [0.4, 0.75]
/** Who has only begun to type has typed this much at least, and most of it is in what they may mean. */
const begun = { pieces: 4, contained: 0.7 }

/** Titles of one question, by their pieces. What was merged into an idea is found under it. */
interface Index {
  of: Snapshot
  search: MiniSearch<{ id: string; pieces: string }>
  /** By id in the index: the title, and whose it is. */
  titles: Map<string, { title: string; idea: string }>
  /** How many titles have a piece. */
  counts: Map<string, number>
  /** Brings it up to date, one after the other. */
  work: Promise<void>
}

/** Finds ideas that are like what somebody types, among what everyone can see: it knows nothing but the snapshot. */
export class SimilarIdeas {
  readonly #snapshots: Pick<SnapshotCache, 'load'>
  readonly #room: number
  readonly #kept = new Map<string, Index>()

  /** @param room how many titles are kept ready in all */
  constructor(snapshots: Pick<SnapshotCache, 'load'>, room = titlesKept) {
    this.#snapshots = snapshots
    this.#room = room
  }

  /** How many titles are kept now. */
  get titles(): number {
    return [...this.#kept.values()].reduce((sum, index) => sum + index.titles.size, 0)
  }

  /**
   * The ideas most like a text, most like it first.
   * @param except an idea that is not meant
   * @throws question_not_found
   */
  async find(questionId: string, text: string, limit: number, except?: string): Promise<SimilarIdea[]> {
    const snapshot = await this.#snapshots.load(questionId)
    const index = await this.#upToDate(questionId, snapshot)
    const pieces = piecesOf(text)
    const best = new Map<string, number>()
    for (const id of candidates(index, pieces)) {
      const found = index.titles.get(id)
      if (!found || found.idea === except) continue
      const { like, contained } = likenessOf(pieces, piecesOf(found.title))
      const isBegun = pieces.size >= begun.pieces && contained >= begun.contained
      if (like >= alike || isBegun) best.set(found.idea, Math.max(like, best.get(found.idea) ?? 0))
    }
    return [...best]
      .sort(([, a], [, b]) => b - a)
      .slice(0, limit)
      .flatMap(([id, like]) => {
        const idea = index.of.ideas.find((one) => one.id === id)
        return idea ? [{ id, title: idea.title, same: like >= same, closed: idea.closed !== null }] : []
      })
  }

  async #upToDate(questionId: string, snapshot: Snapshot): Promise<Index> {
    const index = this.#kept.get(questionId) ?? emptyIndex(snapshot)
    this.#kept.delete(questionId)
    this.#kept.set(questionId, index)
    index.work = index.work.then(() => bringUpToDate(index, snapshot))
    try {
      await index.work
    } catch (failure) {
      this.#kept.delete(questionId)
      throw failure
    }
    this.#makeRoom(questionId)
    return index
  }

  #makeRoom(asked: string): void {
    let { titles } = this
    for (const [id, index] of this.#kept) {
      if (titles <= this.#room) return
      if (id === asked) continue
      titles -= index.titles.size
      this.#kept.delete(id)
    }
  }
}

function emptyIndex(of: Snapshot): Index {
  const search = new MiniSearch<{ id: string; pieces: string }>({
    fields: ['pieces'],
    tokenize: (pieces) => pieces.split('\n'),
    processTerm: (piece) => piece,
  })
  return {
    of: { ...of, revision: 0, ideas: [] },
    search,
    titles: new Map(),
    counts: new Map(),
    work: Promise.resolve(),
  }
}

/** Takes out and puts in what differs, a slice at a time. */
async function bringUpToDate(index: Index, snapshot: Snapshot): Promise<void> {
  if (index.of.revision >= snapshot.revision) return
  const titles = new Map<string, { title: string; idea: string }>()
  for (const { id, title, merged } of snapshot.ideas) {
    for (const [n, one] of [title, ...merged].entries()) titles.set(`${id}.${n}`, { title: one, idea: id })
    if (titles.size >= titlesOfOne) break
  }
  let done = 0
  const count = (pieces: Set<string>, more: 1 | -1) => {
    for (const piece of pieces) index.counts.set(piece, (index.counts.get(piece) ?? 0) + more)
  }
  for (const [id, { title }] of index.titles) {
    if (titles.get(id)?.title === title) continue
    index.search.discard(id)
    count(piecesOf(title), -1)
    index.titles.delete(id)
    if (++done % slice === 0) await aTurn()
  }
  for (const [id, named] of titles) {
    if (index.titles.has(id)) continue
    const pieces = piecesOf(named.title)
    index.search.add({ id, pieces: [...pieces].join('\n') })
    count(pieces, 1)
    index.titles.set(id, named)
    if (++done % slice === 0) await aTurn()
  }
  index.of = snapshot
}

/** What has most of the rarest pieces. That bounds the search, and what says little does not count for much. */
function candidates({ search, counts }: Index, pieces: Set<string>): string[] {
  const known = [...pieces]
    .map((piece) => ({ piece, count: counts.get(piece) ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count)
  const looked: string[] = []
  let sum = 0
  for (const { piece, count } of known.slice(0, rarest)) {
    sum += count
    if (looked.length > 0 && sum > entries) break
    looked.push(piece)
  }
  if (looked.length === 0) return []
  return search
    .search(looked.join('\n'))
    .slice(0, compared)
    .map(({ id }) => String(id))
}

function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
