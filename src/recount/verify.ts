import { ChainCheck, hashPattern, type ShownChange } from '../base/chain.ts'
import { ballotFormat, ballotVersion, type BallotFile } from './file.ts'

/** What was found in a file, in sentences: what it is and says, and what is wrong with it. */
export interface Verdict {
  says: string[]
  flaws: string[]
}

/** Flaws that are named; where there are more, a list helps nobody. */
const named = 20

/** A part of a feed as `GET …/changes` answers it. */
interface FeedPart {
  question: string
  changes: ShownChange[]
  revision: number
  head: string | null
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Looks at what was saved from a server: a ballot file, or a feed in one part or several, a line each or one after the
 * other.
 * @param texts of the files, in their order
 */
export function verify(texts: string[]): Verdict {
  const documents = texts.flatMap(documentsIn)
  if (documents.length === 0 || !documents.every(isObject)) return strange
  if (documents.every(isBallotFile)) return both(documents.map(verifyBallots))
  if (documents.every(isFeedPart)) return verifyFeed(documents)
  return strange
}

const strange: Verdict = {
  says: [],
  flaws: ['This is neither a ballot file, nor a feed as the server answers it, nor an export.'],
}

function both(verdicts: Verdict[]): Verdict {
  return { says: verdicts.flatMap(({ says }) => says), flaws: verdicts.flatMap(({ flaws }) => flaws) }
}

/** One JSON text, or one a line. */
function documentsIn(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    try {
      return lines.map((line): unknown => JSON.parse(line))
    } catch {
      return [null]
    }
  }
}

function isBallotFile(value: Json): value is Json & BallotFile {
  const isKnown = value.format === ballotFormat && value.version === ballotVersion
  const { question, feed, ideas, totals, ballots, receipts, room } = value
  const areObjects = [question, feed, totals].every(isObject)
  if (!isKnown || !areObjects || !Array.isArray(ideas) || !Array.isArray(ballots)) return false
  if (receipts !== undefined && !Array.isArray(receipts)) return false
  if (room !== undefined && !(Array.isArray(room) && room.every((one) => isObject(one) && isObject(one.votes))))
    return false
  return (
    ideas.every(isObject) && ballots.every((one) => isObject(one) && isObject(one.votes) && isObject(one.values ?? {}))
  )
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}

/** Counts a ballot file anew, as the script beside it does. */
export function verifyBallots({ question, feed, ideas, totals, ballots, receipts, room }: BallotFile): Verdict {
  const flaws: string[] = []
  const counted = new Map(ideas.map(({ id }) => [id, 0]))
  if (counted.size < ideas.length) flaws.push('An idea is listed twice.')
  let votes = 0
  for (const [n, ballot] of ballots.entries()) {
    const chosen = Object.keys(ballot.votes)
    if (chosen.length === 0) flaws.push(`Ballot ${n + 1} has no vote.`)
    let sum = 0
    for (const idea of chosen) {
      const value: unknown = ballot.values?.[idea] ?? 1
      if (!isCount(value) || value > (question.votesPerIdea ?? 1)) {
        flaws.push(`Ballot ${n + 1} gives ${idea} ${String(value)} votes, which nobody could.`)
        continue
      }
      const before = counted.get(idea)
      if (before === undefined) flaws.push(`Ballot ${n + 1} votes for ${idea}, which is not an idea here.`)
      else counted.set(idea, before + value)
      sum += value
    }
    if (sum > (question.votesPerParticipant ?? Infinity))
      flaws.push(`Ballot ${n + 1} has ${sum} votes, more than anyone could cast.`)
    votes += sum
  }
  let inRoom = 0
  for (const [n, entry] of (room ?? []).entries())
    for (const [idea, count] of Object.entries(entry.votes)) {
      if (!(count > 0 && count <= entry.people))
        flaws.push(`Entry ${n + 1} of the room has ${count} votes of ${entry.people} people.`)
      const before = counted.get(idea)
      if (before === undefined) flaws.push(`Entry ${n + 1} of the room votes for ${idea}, which is not an idea here.`)
      else counted.set(idea, before + count)
      inRoom += count
    }
  votes += inRoom
  for (const { id, title, votes: told } of ideas)
    if (counted.get(id) !== told) flaws.push(`“${title}” is said to have ${told} votes, and has ${counted.get(id)}.`)
  if (votes !== totals.votes) flaws.push(`There are said to be ${totals.votes} votes, and there are ${votes}.`)
  if (inRoom !== (totals.votesInRoom ?? 0))
    flaws.push(`There are said to be ${totals.votesInRoom} votes in the room, and there are ${inRoom}.`)
  if (ballots.length !== totals.ballots)
    flaws.push(`There are said to be ${totals.ballots} ballots, and there are ${ballots.length}.`)
  const all = receipts ?? ballots.map(({ receipt }) => receipt ?? '')
  if (all.length !== ballots.length) flaws.push(`There are ${all.length} receipts for ${ballots.length} ballots.`)
  if (new Set(all).size < all.length || !all.every((one) => hashPattern.test(one)))
    flaws.push('A receipt is missing, or there twice.')
  return {
    says: [
      `Ballots of “${question.title}” (${question.id}): ${ballots.length} ballots, ${votes} votes${inRoom > 0 ? `, ${inRoom} of them in the room` : ''}.`,
      `The feed stood at revision ${feed.revision}, and its head was ${feed.head}.`,
    ],
    flaws: flaws.slice(0, named),
  }
}

function isFeedPart(value: Json): value is Json & FeedPart {
  const { question, changes, revision, head } = value
  if (typeof question !== 'string' || typeof revision !== 'number' || !Array.isArray(changes)) return false
  const isChange = (one: unknown) =>
    isObject(one) &&
    Number.isInteger(one.revision) &&
    [one.type, one.at, one.hash].every((text) => typeof text === 'string') &&
    isObject(one.data)
  return (typeof head === 'string' || head === null) && changes.every(isChange)
}

/** Follows a feed from its first part to its last. @param parts in order */
export function verifyFeed(parts: FeedPart[]): Verdict {
  const [first] = parts
  const begins = first?.changes[0]?.revision ?? 1
  const check = new ChainCheck(first?.question ?? '', Math.max(0, begins - 1))
  const verdict = (flaws: string[]): Verdict => ({
    says: [
      `Feed of the question ${first?.question ?? ''}: changes ${begins} to ${check.revision}, head ${String(check.head)}.`,
      ...(begins > 1 ? [`What came before change ${begins} is not in it, so nothing is said of that.`] : []),
    ],
    flaws,
  })
  for (const { question, changes, revision, head } of parts) {
    if (question !== first?.question)
      return verdict([`Here are feeds of two questions, ${first?.question} and ${question}.`])
    for (const change of changes) {
      const flaw = check.take(change)
      if (flaw !== null) return verdict([flaw])
    }
    // More may follow in the next part.
    if (check.revision < revision) continue
    if (check.revision > revision) return verdict([`It is said to end at ${revision}, and ends at ${check.revision}.`])
    if (head !== check.head)
      return verdict([`Its head is said to be ${String(head)}, and it is ${String(check.head)}.`])
  }
  const last = parts.at(-1)?.revision ?? 0
  if (check.revision < last)
    return verdict([
      `It ends with change ${check.revision}, and there are ${last}. Get the rest with ?since=${check.revision}.`,
    ])
  return verdict([])
}
