import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import type { Snapshot } from '../snapshot/wire.ts'
import { ballotFormat, ballotVersion } from './file.ts'
import { receiptHash, Receipts } from './receipt.ts'
import * as store from './store.ts'

/** Participants looked at, and ballots read and written, at once. */
const atOnce = 500
/** Of a number to shuffle by, this many bits stand before the place of whose it is. */
const [shuffleBits, placeBits] = [40n, 24n]

/**
 * The ballot file of a question, piece by piece: what is kept in memory is two numbers for each ballot.
 * @param snapshot of the closed question, which says what is counted
 */
export async function* ballotFile(db: Db, question: QuestionRow, snapshot: Snapshot): AsyncGenerator<string> {
  const receipts = new Receipts(question.receipt_key ?? new Uint8Array(32))
  const ideas = await store.findCountedIdeas(db, question.id, new Set(snapshot.ideas.map(({ id }) => id)))
  const voters = await findVoters(db, question.id)
  yield head(snapshot, voters.length)
  if ((snapshot.counts.votesInRoom ?? 0) > 0) {
    yield `"room":[`
    yield* listed(await store.findRoomKeys(db, question.id), (keys) => roomLines(db, question.id, keys, ideas))
    yield '],\n'
  }
  const isNamed = snapshot.settings.names !== 'hidden'
  const byReceipt = (key: number) => BigInt(`0x${receiptHash(receipts.of(key)).slice(0, 16)}`)
  if (!isNamed) {
    yield `"receipts":[`
    yield* listed(await shuffled(voters, byReceipt), (keys) =>
      Promise.resolve(keys.map((key) => JSON.stringify(receiptHash(receipts.of(key))))),
    )
    yield '],\n'
  }
  yield `"ballots":[`
  const byPlace = (key: number) => receipts.placeOf(key)
  yield* listed(await shuffled(voters, isNamed ? byReceipt : byPlace), async (keys) => {
    const ballots = await store.findBallots(db, question.id, keys, ideas)
    return keys.map((key) => {
      const { votes, values } = ballots.get(key) ?? { votes: {}, values: {} }
      return JSON.stringify({
        ...(isNamed && { receipt: receiptHash(receipts.of(key)) }),
        votes: inOrderOfIds(votes),
        ...(Object.keys(values).length > 0 && { values: inOrderOfIds(values) }),
      })
    })
  })
  yield ']}\n'
}

function head({ id, title, closedAt, settings, revision, head, ideas, counts }: Snapshot, ballots: number): string {
  const parts = {
    format: ballotFormat,
    version: ballotVersion,
    question: {
      ...{ id, title, closedAt },
      votesPerParticipant: settings.votesPerParticipant,
      votesPerIdea: settings.votesPerIdea,
    },
    feed: { revision, head },
    ideas: ideas.map(({ id, title, votes, votesInRoom }) => ({ id, title, votes, votesInRoom })),
    totals: { ballots, votes: counts.votes, votesInRoom: counts.votesInRoom },
  }
  const lines = Object.entries(parts).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},\n`)
  return `{${lines.join('')}`
}

/** Entries of votes in the room, a line each: how they were counted, among how many people, and the votes by idea. */
async function roomLines(db: Db, questionKey: number, keys: number[], ideas: Map<number, string>): Promise<string[]> {
  const entries = await store.findRoom(db, questionKey, keys, new Set(ideas.values()))
  return entries.map(({ how, people, votes }) => JSON.stringify({ how, people, votes: inOrderOfIds(votes) }))
}

/** Keys of the participants with a vote that counts. */
async function findVoters(db: Db, questionKey: number): Promise<number[]> {
  const voters: number[] = []
  for (;;) {
    const some = await store.findVoters(db, questionKey, voters.at(-1) ?? 0, atOnce)
    for (const key of some) voters.push(key)
    if (some.length < atOnce) return voters
    await breathe()
  }
}

/** Keys in the order of numbers that only the question's key tells. */
async function shuffled(keys: number[], by: (key: number) => bigint): Promise<Iterable<number>> {
  const order = new BigUint64Array(keys.length)
  for (const [place, key] of keys.entries()) {
    order[place] = ((by(key) >> (64n - shuffleBits)) << placeBits) | BigInt(place)
    if (place % atOnce === 0) await breathe()
  }
  order.sort()
  const place = (1n << placeBits) - 1n
  return (function* () {
    for (const one of order) yield keys[Number(one & place)] ?? 0
  })()
}

/** What comes of some keys at a time, a line each, with commas between them. */
async function* listed(keys: Iterable<number>, lines: (keys: number[]) => Promise<string[]>): AsyncGenerator<string> {
  let separator = '\n'
  let some: number[] = []
  const piece = async () => {
    const text = separator + (await lines(some)).join(',\n')
    separator = ',\n'
    some = []
    await breathe()
    return text
  }
  for (const key of keys) {
    some.push(key)
    if (some.length === atOnce) yield await piece()
  }
  if (some.length > 0) yield await piece()
}

/** The order in which somebody voted is nobody's business. */
function inOrderOfIds<Value>(votes: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(votes).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Lets others have a turn: what the engine answers at once would keep them waiting. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
