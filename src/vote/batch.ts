// Over 300 lines: it is one verb, the hottest, and all its steps go by what one batch has in memory.
import { Chain } from '../base/chain.ts'
import { refuse, type Refusal } from '../base/refusals.ts'
import { newPublicId, sameBytes } from '../base/ids.ts'
import { tidyLine } from '../base/text.ts'
import type { BallotStore, KnownIdea, NewChange, NewVote, Stand, StandingVote, TallyDelta } from '../db/ballots.ts'
import type { ParticipantRow, QuestionRow } from '../db/tables.ts'
import type { ChangeType } from '../feed/changes.ts'
import { worthWaitingFor } from '../feed/command.ts'
import type { News } from '../feed/follow.ts'
import { refuseGivenName, refuseName } from '../participant/rules.ts'
import { refuseTakingPart, refuseVoting, stranger, type Standing } from '../question/levels.ts'
import { settingsOf } from '../question/rules.ts'
import { refuseVotingNow } from '../question/stages.ts'
import type { Level, Settings } from '../question/wire.ts'
import type { Receipt } from './actions.ts'
import type { BatchedCast, Outcome } from './cast.ts'
import { NewcomersInBatch } from './newcomers.ts'
import { ProvenVotes } from './proven.ts'
import { furtherVotes, refuseAside, refuseOnClosedIdea, refuseVote } from './rules.ts'

/** A question as the batches know it, with the ideas asked for so far that everyone can see. */
export interface Known {
  row: QuestionRow
  settings: Settings
  ideas: Map<string, KnownIdea | null>
}
/** Questions remembered between batches. */
const remembered = 5_000

/**
 * The hot write: many votes, on any questions, in one transaction and a constant number of set-based statements. The
 * rules are those of the verb for one vote, and so is the order in which they refuse.
 */
export class Batches {
  readonly #known = new Map<string, Known>()

  /**
   * Casts votes in the order given; durable when this resolves. No two batches at the same time may share a question.
   * @param clock asked once the lock is held, so that what waited for it past a deadline comes too late
   * @returns the outcome of each up to the first that has to go alone, after which the others come later, so that
   *   nothing is done before what was asked for first; and what followers are told
   * @throws when the engine fails: then nothing is stored
   */
  async cast(
    store: BallotStore,
    casts: BatchedCast[],
    clock: () => number,
  ): Promise<{ outcomes: Outcome[]; news: News[] }> {
    const questions = [...new Set(casts.map((cast) => cast.questionId))]
    try {
      const { rows, holds } = await store.begin(questions, (id) => this.#known.has(id))
      if (!holds) this.#known.clear()
      const known = await this.#know(store, questions, rows, casts)
      const batch = new Batch(store, known, clock())
      const outcomes = await batch.decide(casts)
      await batch.write()
      await store.commit()
      return { outcomes, news: batch.news() }
    } catch (failure) {
      // What the batch changed in memory is not true, also when the next fails.
      for (const id of questions) this.#known.delete(id)
      await store.rollback()
      throw failure
    }
  }

  /** Takes in what the engine says of questions, and looks up the ideas that are not known yet. */
  async #know(
    store: BallotStore,
    questions: string[],
    rows: QuestionRow[],
    casts: BatchedCast[],
  ): Promise<Map<string, Known>> {
    if (this.#known.size > remembered) this.#known.clear()
    for (const row of rows) {
      const before = this.#known.get(row.public_id)
      // Nothing that can be seen of ideas changes without a revision.
      const ideas = before?.row.revision === row.revision ? before.ideas : new Map<string, KnownIdea | null>()
      const settings = before?.row.settings === row.settings ? before.settings : settingsOf(row)
      this.#known.set(row.public_id, { row, settings, ideas })
    }
    const known = new Map<string, Known>()
    for (const id of questions) {
      const question = this.#known.get(id)
      if (!question) continue
      known.set(id, question)
      // So that nobody fills the memory with ideas that are not there.
      if (question.ideas.size > question.row.ideas + remembered) question.ideas.clear()
    }
    const ideas: { question: number; publicId: string; ideas: Known['ideas'] }[] = []
    for (const { questionId, ideaId } of casts) {
      const question = known.get(questionId)
      if (!question || question.ideas.has(ideaId)) continue
      question.ideas.set(ideaId, null)
      ideas.push({ question: question.row.id, publicId: ideaId, ideas: question.ideas })
    }
    if (ideas.length > 0) {
      const byKey = new Map(ideas.map((one) => [`${one.question} ${one.publicId}`, one.ideas]))
      for (const { question, publicId, id, votes, closed_at } of await store.findIdeas(ideas))
        byKey.get(`${question} ${publicId}`)?.set(publicId, { id, votes, closed_at })
    }
    return known
  }
}

interface Touched {
  known: Known
  chain: Chain
  since: number
  tallied: Set<string>
}

/** One batch: decides about each vote in turn, then writes all that came of it at once. */
class Batch {
  readonly #store: BallotStore
  readonly #known: Map<string, Known>
  readonly #now: number
  readonly #notBefore = performance.now() - worthWaitingFor
  readonly #touched = new Map<number, Touched>()
  readonly #newcomers = new Map<string, ParticipantRow>()
  /** Votes that this batch moved, by question, participant and idea: whether there was one, and as it is now, at 0 if gone. */
  readonly #moved = new Map<string, { wasThere: boolean; vote: NewVote }>()
  /** Votes that count towards a limit, by question and participant. */
  readonly #cast = new Map<string, number>()
  readonly #beginning = new NewcomersInBatch()
  readonly #deltas = new Map<string, TallyDelta>()
  readonly #proven = new ProvenVotes()
  readonly #changes: NewChange[] = []

  constructor(store: BallotStore, known: Map<string, Known>, now: number) {
    this.#store = store
    this.#known = known
    this.#now = now
  }

  async decide(casts: BatchedCast[]): Promise<Outcome[]> {
    const stands = await this.#findStands(casts)
    await this.#countTowardsLimits(casts, stands)
    const beginnings = casts.flatMap(({ questionId, value, newcomer }, index) => {
      const question = this.#known.get(questionId)?.row.id
      return stands[index] || value === 0 || !newcomer || question === undefined ? [] : [{ question, newcomer }]
    })
    await this.#beginning.count(this.#store, beginnings, this.#now)
    const outcomes: Outcome[] = []
    for (const [index, cast] of casts.entries()) {
      const outcome = this.#decideOne(cast, stands[index] ?? null)
      outcomes.push(outcome)
      if (outcome === 'alone') break
    }
    return outcomes
  }

  async write(): Promise<void> {
    const moved = [...this.#moved.values()]
    if (this.#newcomers.size > 0) await this.#store.storeParticipants([...this.#newcomers.values()])
    // Taken back and cast again within one batch is a new vote, last among the voters.
    const removed = moved.filter(({ wasThere }) => wasThere)
    if (removed.length > 0) await this.#store.deleteVotes(removed.map(({ vote }) => vote))
    const added = moved.filter(({ vote }) => vote.value > 0)
    if (added.length > 0) await this.#store.storeVotes(added.map(({ vote }) => vote))
    const deltas = [...this.#deltas.values()].filter(({ votes, further }) => votes !== 0 || further !== 0)
    if (deltas.length > 0) await this.#store.addToTallies(deltas)
    const proven = this.#proven.all()
    if (proven.length > 0) await this.#store.addToLevels(proven)
    if (this.#changes.length > 0) await this.#store.storeChanges(this.#changes)
    if (this.#touched.size > 0)
      await this.#store.storeQuestions([...this.#touched.values()].map(({ known }) => known.row))
  }

  news(): News[] {
    const told = [...this.#touched.values()].filter(({ known, since }) => known.row.revision > since)
    return told.map(({ known, since, tallied }) => ({
      questionId: known.row.public_id,
      since,
      revision: known.row.revision,
      changes: [],
      tallied: [...tallied],
    }))
  }

  async #findStands(casts: BatchedCast[]): Promise<(Stand | null)[]> {
    return await this.#store.findStands(
      casts.map(({ questionId, ideaId, tokenHash }) => {
        const known = this.#known.get(questionId)
        return { question: known?.row.id ?? 0, tokenHash, idea: known?.ideas.get(ideaId)?.id ?? 0 }
      }),
    )
  }

  async #countTowardsLimits(casts: BatchedCast[], stands: (Stand | null)[]): Promise<void> {
    const limited = new Map<string, { question: number; participant: number }>()
    for (const [index, stand] of stands.entries()) {
      const known = this.#known.get(casts[index]?.questionId ?? '')
      if (!stand || known?.settings.votesPerParticipant == null) continue
      const key = { question: known.row.id, participant: stand.participant }
      limited.set(`${key.question} ${key.participant}`, key)
    }
    if (limited.size === 0) return
    const counts = await this.#store.countVotes([...limited.values()])
    for (const [index, key] of [...limited.keys()].entries()) this.#cast.set(key, counts[index] ?? 0)
  }

  #decideOne(cast: BatchedCast, stand: Stand | null): Outcome {
    if (cast.askedAt < this.#notBefore) return refuse('overloaded')
    const known = this.#known.get(cast.questionId)
    if (known?.row.deleted_at !== null) return refuse('question_not_found')
    // What a release without hashes appended has to be hung on first.
    if (known.row.head_revision !== known.row.revision) return 'alone'
    // The owner takes part under the admin token, too; that is rare, and a rule of its own.
    if (cast.isBearer && sameBytes(known.row.admin_hash, cast.tokenHash)) return 'alone'
    const key = stand ? '' : `${known.row.id} ${Buffer.from(cast.tokenHash).toString('latin1')}`
    const newcomer = stand ? undefined : this.#newcomers.get(key)
    const person =
      stand ??
      (newcomer && {
        ...newcomer,
        participant: newcomer.id,
        invited: false,
        named: newcomer.name !== null,
        aside: false,
      })
    if (cast.isBearer && !person) return refuse('token_unknown')
    const stands = cast.value > 0
    const notNow = refuseVotingNow(known.row, this.#now)
    if (notNow) return notNow

    const standing = person ? proven(person) : stranger
    const unproven = stands ? refuseTakingPart(known.settings, standing) : null
    if (unproven) return unproven
    const name = tidyLine(cast.name ?? '') || null
    const named = stands ? refuseGivenName(known.settings, name) : null
    if (named) return named
    if (!person && stands) {
      const turnedAway = this.#beginning.refuse(known.row.id, cast.newcomer, this.#now)
      if (turnedAway) return turnedAway
    }

    if (stands) {
      if (person?.named === false && name !== null) return 'alone'
      const nameless = refuseName(known.settings, person?.named ? '' : name)
      if (nameless) return nameless
    }
    const idea = known.ideas.get(cast.ideaId)
    if (!idea) return refuse('idea_not_found')
    if (person) return this.#move(known, cast, idea, person, stand?.voted ?? null)
    if (!stands) return this.#receipt(known, cast, idea)
    const refusal =
      refuseVoting(known.settings, standing) ??
      refuseOnClosedIdea(idea) ??
      refuseVote(known.settings, 0, cast.value, cast.value)
    return refusal ?? this.#move(known, cast, idea, this.#join(known, key, cast, name), null)
  }

  #join(known: Known, key: string, { tokenHash, newcomer }: BatchedCast, name: string | null) {
    const row: ParticipantRow = {
      set_aside: null,
      question_id: known.row.id,
      id: known.row.next_id++,
      public_id: newPublicId(),
      name,
      token_hash: tokenHash,
      level: 'open',
      created_at: this.#now,
      network: newcomer?.network ?? null,
      invitation_id: null,
    }
    this.#newcomers.set(key, row)
    this.#beginning.add(known.row.id, newcomer)
    this.#append(known, 'participant.joined', `{"participant":"${row.public_id}"}`)
    known.row.participants += 1
    return { participant: row.id, level: row.level, invited: false, named: name !== null, aside: false }
  }

  #move(
    known: Known,
    cast: BatchedCast,
    idea: KnownIdea,
    person: Omit<Stand, 'voted'>,
    voted: StandingVote | null,
  ): Receipt | Refusal {
    const key = `${known.row.id} ${person.participant} ${idea.id}`
    const moved = this.#moved.get(key)
    const before = moved ? moved.vote : voted
    const was = before?.value ?? 0
    const { value } = cast
    if (was === value) return this.#receipt(known, cast, idea)
    const mine = `${known.row.id} ${person.participant}`
    const already = this.#cast.get(mine) ?? 0
    const more = value - was
    const refusal =
      more > 0
        ? (refuseAside(person.aside) ??
          refuseVoting(known.settings, proven(person)) ??
          refuseOnClosedIdea(idea) ??
          refuseVote(known.settings, already, value, more))
        : null
    if (refusal) return refusal

    // One vote more or less is what most changes are, and needs no number.
    const count = Math.abs(more) === 1 ? '' : `,"votes":${Math.abs(more)}`
    const type = more > 0 ? 'vote.cast' : 'vote.withdrawn'
    const revision = this.#append(known, type, `{"idea":"${cast.ideaId}"${count}}`)
    const { participant, named } = person
    const of = { question: known.row.id, idea: idea.id }
    // More votes are cast at the level that they have now; fewer stay of the one at which they were cast.
    const level = more > 0 || !before ? person.level : before.level
    const place = before && was > 0 ? { at: before.at, revision: before.revision } : { at: this.#now, revision }
    this.#moved.set(key, {
      wasThere: moved ? moved.wasThere : voted !== null,
      vote: { ...of, participant, level, value, named, ...place },
    })
    if (before) this.#proven.add({ ...of, level: before.level }, -was)
    this.#proven.add({ ...of, level }, value)
    this.#cast.set(mine, already + more)
    known.row.votes += more
    idea.votes += more
    this.#touch(known).tallied.add(cast.ideaId)
    const tally = `${known.row.id} ${idea.id}`
    const further = furtherVotes(value) - furtherVotes(was)
    const sum = this.#deltas.get(tally)
    if (sum) {
      sum.votes += more
      sum.further += further
    } else this.#deltas.set(tally, { ...of, votes: more, further })
    return this.#receipt(known, cast, idea)
  }

  /** Adds a change to the feed, unless votes are hidden. @returns the question's revision then */
  #append(known: Known, type: ChangeType, data: string): number {
    const { row } = known
    const { chain } = this.#touch(known)
    if (isHidden(known)) return row.revision
    const revision = ++row.revision
    const hash = chain.add(revision, type, data, this.#now)
    row.head = hash
    row.head_revision = revision
    this.#changes.push({ question: row.id, revision, type, data, at: this.#now, hash })
    return revision
  }

  #receipt(known: Known, { ideaId }: BatchedCast, { votes }: KnownIdea): Receipt {
    return { idea: ideaId, votes: isHidden(known) ? null : votes, revision: known.row.revision }
  }

  #touch(known: Known): Touched {
    const found = this.#touched.get(known.row.id)
    if (found) return found
    const { public_id, head, revision } = known.row
    const touched = { known, chain: new Chain(public_id, head), since: revision, tallied: new Set<string>() }
    this.#touched.set(known.row.id, touched)
    return touched
  }
}

/** How well somebody is proven. */
function proven({ level, invited }: Pick<Stand, 'level' | 'invited'>): Standing {
  return { level: level as Level, invited }
}

/** Whether nobody is shown the votes; asked only where votes are taken, so the question is open. */
function isHidden({ settings }: Known): boolean {
  return settings.results !== 'always'
}
