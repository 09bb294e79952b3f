import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Chain } from '../../src/base/chain.ts'
import { hashToken, newPublicId, participantToken } from '../../src/base/ids.ts'
import { connect } from '../../src/db/connect.ts'

/** What a question is filled with. Everything is spread evenly, so the tallies of two ideas differ by little. */
export interface Plan {
  ideas: number
  /** How many arguments each idea has, for and against in turn. */
  argumentsEach?: number
  comments?: number
  participants: number
  /** How many ideas each participant votes for; at most as many as there are. */
  votesEach?: number
  /** Whether participants gave a name. */
  named?: boolean
  /** Number of the first participant's device; the others follow. */
  firstDevice?: number
}

export interface Filled {
  id: string
  adminToken: string
  /** Public ids, earliest first. */
  ideas: string[]
}

/** The secret in the cookie of a device that is known by its number alone, so that nobody has to keep a list. */
export function deviceOf(number: number): string {
  return String(number).padStart(32, '0')
}

/** The idea that a participant votes for as their n-th: each starts at another one. Both count from 0. */
export function ideaOf(participant: number, n: number, ideas: number): number {
  return (participant + n) % ideas
}

/**
 * Fills a data folder that no server is using with questions that look as if people had asked, argued and voted
 * through the doors: tallies are right and the feed has no gaps. A million votes take some seconds, because every table
 * is written with one statement a question.
 * @param dataDir made when it is not there
 */
export async function fill(dataDir: string, plans: Plan[]): Promise<Filled[]> {
  await (await connect({ kind: 'sqlite', dataDir })).close()
  const database = new DatabaseSync(join(dataDir, 'folkmoot.sqlite'))
  try {
    // Nothing is lost with a folder that is being filled, so nothing waits for the disk.
    database.exec('pragma journal_mode = off; pragma synchronous = off; pragma foreign_keys = off')
    database.exec('pragma cache_size = -524288; pragma temp_store = memory')
    database.function('token_hash', (device, question) =>
      hashToken(participantToken(deviceOf(Number(device)), String(question))),
    )
    database.exec('begin')
    const filled = plans.map((plan) => fillQuestion(database, plan))
    database.exec('commit; pragma journal_mode = wal')
    return filled
  } finally {
    database.close()
  }
}

/** A table of the numbers from 0 to :n - 1. */
const numbers =
  'with recursive numbers (i) as (select 0 where :n > 0 union all select i + 1 from numbers where i + 1 < :n)'

function fillQuestion(database: DatabaseSync, plan: Plan): Filled {
  const { ideas, argumentsEach = 0, comments = 0, participants, votesEach = 0, named = false, firstDevice = 0 } = plan
  const id = newPublicId()
  const adminToken = `bench-admin-token-of-${id}`
  const reasons = ideas * argumentsEach
  const at = Date.now()
  // Keys and revisions follow each other in the order of the tables: ideas, arguments, comments, participants.
  const firstPerson = 1 + ideas + reasons + comments
  const revision = 1 + ideas + reasons + comments + participants * (1 + votesEach)
  const key = Number(
    database
      .prepare(
        `insert into questions (public_id, revision, next_id, title, description, settings, admin_hash, created_at,
           participants, votes, ideas, arguments, comments)
         values (?, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[id, revision, firstPerson + participants, 'How should we use the empty room on the ground floor?'],
        'It has been empty since spring, and the rent is paid until next year.\n\nPlease vote for three ideas.',
        ...[hashToken(adminToken), at, participants, participants * votesEach, ideas, reasons, comments],
      ).lastInsertRowid,
  )
  database.prepare('insert into addresses (public_id, question_id) values (?, ?)').run(id, key)
  const ideaIds = Array.from({ length: ideas }, newPublicId)
  const run = (sql: string, n: number, values: Record<string, string | number> = {}) => {
    // A plain number would be bound as a floating one, and a division would then leave a fraction.
    const whole = Object.entries({ n, question: key, at, ...values }).flatMap(([name, value]) =>
      sql.includes(`:${name}`) || name === 'n'
        ? [[name, typeof value === 'number' ? BigInt(value) : value] as const]
        : [],
    )
    database
      .prepare(sql.replace('from numbers', `from (${numbers} select i from numbers)`))
      .run(Object.fromEntries(whole))
  }

  run(
    `insert into changes (question_id, revision, type, data, at) select :question, 1, 'question.asked', '{}', :at from numbers`,
    1,
  )
  const addIdea = database.prepare(
    `insert into ideas (question_id, id, public_id, author_id, title, description, created_at) values (?, ?, ?, null, ?, ?, ?)`,
  )
  for (const [n, idea] of ideaIds.entries())
    addIdea.run(key, 1 + n, idea, `A room for purpose number ${n + 1}`, describe(n), at)
  run(
    `insert into changes (question_id, revision, type, data, at) select :question, 2 + i, 'idea.added', json_object('idea', (
       select public_id from ideas where question_id = :question and id = 1 + i)), :at from numbers`,
    ideas,
  )
  run(
    `insert into arguments (question_id, id, public_id, idea_id, author_id, side, text, created_at)
     select :question, :first + i, printf('A%010d', i), 1 + i / :each, null, iif(i % 2 = 0, 'pro', 'con'),
       printf('It is worth a try, for reason %d, though it costs %d € a month.', i * 7, i * 13), :at from numbers`,
    reasons,
    { first: 1 + ideas, each: Math.max(1, argumentsEach) },
  )
  run(
    `insert into changes (question_id, revision, type, data, at) select :question, :first + i, 'argument.added',
       json_object('argument', printf('A%010d', i)), :at from numbers`,
    reasons,
    { first: 2 + ideas },
  )
  run(
    `insert into comments (question_id, id, public_id, author_id, text, created_at)
     select :question, :first + i, printf('C%010d', i), null, printf('Comment number %d on all this.', i + 1), :at from numbers`,
    comments,
    { first: 1 + ideas + reasons },
  )
  run(
    `insert into changes (question_id, revision, type, data, at) select :question, :first + i, 'comment.added',
       json_object('comment', printf('C%010d', i)), :at from numbers`,
    comments,
    { first: 2 + ideas + reasons },
  )
  fillPeople(run, { ideas, participants, votesEach, named, firstDevice, firstPerson, id })
  database
    .prepare(
      `update ideas set votes = (
         select count(*) from votes v where v.question_id = ideas.question_id and v.idea_id = ideas.id)
       where question_id = ?`,
    )
    .run(key)
  hangOn(database, key, id)
  return { id, adminToken, ideas: ideaIds }
}

/** Gives each change its hash, and the question its head and the key of its receipts. */
function hangOn(database: DatabaseSync, key: number, id: string): void {
  const chain = new Chain(id, null)
  let [head, revision]: [Uint8Array | null, number] = [null, 0]
  // They are written in the order of the table's key, which is that of the feed.
  database.function('chained', (of, type, data, at) => {
    if (Number(of) !== ++revision) throw new Error(`Change ${String(of)} comes after ${revision - 1}.`)
    return (head = chain.add(revision, String(type), String(data), Number(at)))
  })
  database.prepare('update changes set hash = chained(revision, type, data, at) where question_id = ?').run(key)
  database
    .prepare('update questions set head = ?, head_revision = ?, receipt_key = randomblob(32) where id = ?')
    .run(head, revision, key)
}

function fillPeople(
  run: (sql: string, n: number, values: Record<string, string | number>) => unknown,
  plan: Required<Pick<Plan, 'ideas' | 'participants' | 'votesEach' | 'named' | 'firstDevice'>> & {
    firstPerson: number
    id: string
  },
): void {
  const { ideas, participants, votesEach, named, firstDevice, firstPerson, id } = plan
  const perPerson = 1 + votesEach
  run(
    `insert into participants (question_id, id, public_id, name, token_hash, level, created_at)
     select :question, :first + i, printf('P%010d', i), iif(:named, printf('Participant %d', i + 1), null),
       token_hash(:device + i, :id), 'open', :at from numbers`,
    participants,
    { first: firstPerson, named: Number(named), device: firstDevice, id },
  )
  run(
    `insert into changes (question_id, revision, type, data, at) select :question, :first + i * :per, 'participant.joined',
       json_object('participant', printf('P%010d', i)), :at from numbers`,
    participants,
    { first: firstPerson + 1, per: perPerson },
  )
  const vote = { first: firstPerson, per: perPerson, each: Math.max(1, votesEach), ideas: Math.max(1, ideas) }
  run(
    `insert into votes (question_id, participant_id, idea_id, value, level, cast_at, revision, named)
     select :question, :first + i / :each, 1 + (i / :each + i % :each) % :ideas, 1, 'open', :at,
       :first + 2 + i / :each * :per + i % :each, :named from numbers`,
    participants * votesEach,
    { ...vote, named: Number(named) },
  )
  run(
    `insert into changes (question_id, revision, type, data, at) select :question, :first + 2 + i / :each * :per + i % :each, 'vote.cast',
       json_object('idea', public_id), :at from numbers
     cross join ideas on question_id = :question and id = 1 + (i / :each + i % :each) % :ideas`,
    participants * votesEach,
    vote,
  )
}

function describe(n: number): string {
  return `Idea ${n + 1} comes with a few words that say what it is about, and why that might be good.`
}
