import { hashToken, newToken } from '../base/ids.ts'
import type { Db } from '../db/connect.ts'
import { command, type Core, type Taken } from '../feed/command.ts'
import { storeNewIdea } from '../idea/actions.ts'
import { storeNewcomer } from '../participant/actions.ts'
import { askQuestion } from '../question/actions.ts'
import { castVotes, type Cast } from '../vote/actions.ts'
import { ideaFrom, type PolisExport, type PolisVote, type Statement } from './polis.ts'

/**
 * How many events go into one transaction; each notes how far it came, so that a broken import goes on there. A server
 * on the same data waits for each, so they are short.
 */
const eventsPerTransaction = 500

type Event = { at: number } & ({ kind: 'statement'; statement: Statement } | { kind: 'vote'; vote: PolisVote })
type Participants = Map<string, Cast['participant']>
type Ideas = Map<string, Cast['idea']>

export interface Replayed {
  questionId: string
  /** Told once, by the run that finishes the import. */
  adminToken: string | null
  /** Whether this export had gone in already, so that nothing changed. */
  alreadyThere: boolean
  /** How many statements and votes the replay is made of, after those that were left out. */
  statements: number
  votes: number
}

/**
 * Replays a Polis conversation through the verbs that everyone uses, in time order: statements become ideas, agrees
 * become votes, a later vote of the same person replaces the earlier. Original times are kept. An export that is in
 * already changes nothing; one that broke off goes on.
 * @param report is told how many of how many events are in
 */
export async function replayPolis(
  core: Core,
  source: PolisExport,
  { acceptedOnly }: { acceptedOnly: boolean },
  report: (done: number, of: number) => void,
): Promise<Replayed> {
  const events = eventsOf(source, acceptedOnly)
  const name = `polis:${source.hash}${acceptedOnly ? ':accepted' : ''}`
  const { questionId, adminToken, begun } = await begin(core, name, source, events)
  const statements = events.filter((event) => event.kind === 'statement').length
  const counts = { statements, votes: events.length - statements }
  if (begun.finished_at !== null) return { questionId, adminToken, alreadyThere: true, ...counts }

  const voters = new Set(source.votes.map((vote) => vote.voter))
  const { participants, ideas } = await restore(core.store.read, begun, events.slice(0, begun.position), voters)
  report(begun.position, events.length)
  for (let from = begun.position; from < events.length; from += eventsPerTransaction) {
    const part = events.slice(from, from + eventsPerTransaction)
    await command(core, questionId, async (taken) => {
      await replayPart(taken, part, voters, participants, ideas)
      await noteProgress(taken, name, from + part.length, events.length)
    })
    report(from + part.length, events.length)
  }
  if (events.length === 0) await command(core, questionId, (taken) => noteProgress(taken, name, 0, 0))
  return { questionId, adminToken, alreadyThere: false, ...counts }
}

/** All that happened, in time order; at the same moment a statement comes before the votes on it. */
function eventsOf(source: PolisExport, acceptedOnly: boolean): Event[] {
  const statements = source.statements.filter((statement) => !acceptedOnly || statement.moderated === 1)
  const taken = new Set(statements.map((statement) => statement.id))
  const bornAt = new Map(statements.map((statement) => [statement.id, statement.at]))
  const events: Event[] = [
    ...statements.map((statement) => ({ kind: 'statement' as const, at: statement.at, statement })),
    ...source.votes
      .filter((vote) => taken.has(vote.statement))
      // Clocks differ: a vote cannot come before the statement that it is on.
      .map((vote) => ({ kind: 'vote' as const, at: Math.max(vote.at, bornAt.get(vote.statement) ?? 0), vote })),
  ]
  return events.toSorted((a, b) => a.at - b.at)
}

/** Finds the import of this source, or asks its question and notes that it has begun. */
async function begin(core: Core, name: string, source: PolisExport, events: Event[]) {
  const find = async () => {
    const { read } = core.store
    const begun = await read.selectFrom('imports').selectAll().where('source', '=', name).executeTakeFirst()
    if (!begun) return undefined
    const question = read.selectFrom('questions').select('public_id').where('id', '=', begun.question_id)
    return { ...begun, ...(await question.executeTakeFirstOrThrow()) }
  }
  const before = await find()
  if (before) {
    // A run that broke off never told its admin token, so that the run that goes on needs a new one.
    const adminToken = before.finished_at === null ? newToken() : null
    if (adminToken !== null)
      await command(core, before.public_id, ({ question }) => {
        question.admin_hash = hashToken(adminToken)
      })
    return { questionId: before.public_id, adminToken, begun: before }
  }
  const createdAt = events[0]?.at ?? core.clock()
  const asked = await askQuestion(
    core,
    { bearer: null, device: newToken() },
    { title: source.title, description: source.description },
    {
      createdAt,
      andThen: async (taken) => {
        await taken.trx
          .insertInto('imports')
          .values({ source: name, question_id: taken.question.id, position: 0, finished_at: null })
          .execute()
      },
    },
  )
  const begun = await find()
  if (!begun) throw new Error('The import was begun but cannot be found again.')
  return { questionId: asked.questionId, adminToken: asked.adminToken, begun }
}

/** Who and what an earlier run brought in: the rows stand in the order in which the same events made them. */
async function restore(
  db: Db,
  begun: { question_id: number },
  done: Event[],
  voters: Set<string>,
): Promise<{ participants: Participants; ideas: Ideas }> {
  const participants: Participants = new Map()
  const ideas: Ideas = new Map()
  if (done.length === 0) return { participants, ideas }
  const participantRows = await db
    .selectFrom('participants')
    .select(['id', 'level', 'name', 'invitation_id'])
    .where('question_id', '=', begun.question_id)
    .orderBy('id')
    .execute()
  const ideaRows = await db
    .selectFrom('ideas')
    .select(['id', 'public_id', 'closed_at'])
    .where('question_id', '=', begun.question_id)
    .orderBy('id')
    .execute()
  for (const person of new Set(done.flatMap((event) => personOf(event, voters) ?? []))) {
    const row = participantRows.shift()
    if (row) participants.set(person, row)
  }
  for (const event of done) {
    const row = event.kind === 'statement' ? ideaRows.shift() : undefined
    if (row && event.kind === 'statement') ideas.set(event.statement.id, row)
  }
  return { participants, ideas }
}

/** One transaction's events. Votes gather into a batch until somebody new or a new idea comes in between. */
async function replayPart(
  taken: Taken,
  part: Event[],
  voters: Set<string>,
  participants: Participants,
  ideas: Ideas,
): Promise<void> {
  let batch: Cast[] = []
  const castBatch = async () => {
    if (batch.length > 0) await castVotes(taken, batch)
    batch = []
  }
  for (const event of part) {
    const { at } = event
    const person = personOf(event, voters)
    if (event.kind === 'statement' || (person !== null && !participants.has(person))) await castBatch()
    if (person !== null && !participants.has(person))
      participants.set(person, await storeNewcomer(taken, hashToken(newToken()), null, at))
    const participant = person === null ? undefined : participants.get(person)
    if (event.kind === 'statement') {
      const idea = await storeNewIdea(taken, participant?.id ?? null, ideaFrom(event.statement), null, { at })
      ideas.set(event.statement.id, idea)
    } else {
      const idea = ideas.get(event.vote.statement)
      if (participant && idea) batch.push({ participant, idea, value: event.vote.value === 1 ? 1 : 0, at })
    }
  }
  await castBatch()
}

/** Who takes part by an event: everyone who voted, and authors if they voted too; others are not known here. */
function personOf(event: Event, voters: Set<string>): string | null {
  if (event.kind === 'vote') return event.vote.voter
  return voters.has(event.statement.author) ? event.statement.author : null
}

async function noteProgress(taken: Taken, name: string, position: number, of: number): Promise<void> {
  await taken.trx
    .updateTable('imports')
    .set({ position, finished_at: position >= of ? taken.now : null })
    .where('source', '=', name)
    .execute()
}
