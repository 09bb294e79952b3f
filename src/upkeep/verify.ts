import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { QuestionRow } from '../db/tables.ts'
import { roomTallies } from '../entry/store.ts'
import { findBreak } from '../feed/chain.ts'

/** Something in the store that contradicts itself, in a sentence. */
export interface Fault {
  /** Public id of the question. */
  questionId: string
  fault: string
}

/** Faults of one kind in one question that are named; where there are more, the store is beyond a list. */
const namedEach = 10
const questionsAtOnce = 500

/**
 * Whether what every question counts is what its rows say: tallies, feed, names. Each statement sees one state of one
 * question, so a server may write meanwhile.
 * @param report is told how many of how many questions are done
 */
export async function findFaults(db: Db, report: (done: number, of: number) => void): Promise<Fault[]> {
  const { of } = await db
    .selectFrom('questions')
    .select((select) => select.fn.countAll<number>().as('of'))
    .executeTakeFirstOrThrow()
  const faults: Fault[] = []
  let done = 0
  for (let after = 0; ;) {
    const questions = await db
      .selectFrom('questions')
      .select(['id', 'public_id', 'revision', 'head', 'head_revision'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(questionsAtOnce)
      .execute()
    for (const question of questions) {
      for (const fault of await faultsOf(db, question)) faults.push({ questionId: question.public_id, fault })
      report(++done, Math.max(done, of))
    }
    const last = questions.at(-1)
    if (!last) return faults
    after = last.id
  }
}

async function faultsOf(
  db: Db,
  question: Pick<QuestionRow, 'id' | 'public_id' | 'revision' | 'head' | 'head_revision'>,
): Promise<string[]> {
  const key = question.id
  const counts = await wrongCounts(db, key)
  // Where changes are missing, that says it all.
  const broken = counts.length > 0 ? null : await findBreak(db, question)
  return [
    ...counts,
    ...(broken === null ? [] : [broken]),
    ...(await wrongTallies(db, key, 'ideas', 'votes', 'sum(r.value)')),
    ...(await wrongTallies(db, key, 'arguments', 'agreements', 'count(*)')),
    ...(await wrongVoters(db, key)),
    ...(await wrongRoom(db, key)),
    ...(await wrongLevels(db, key)),
    ...(await wronglyNamed(db, key)),
    ...(await wronglyWaiting(db, key)),
    ...(await wronglyAside(db, key)),
  ]
}

const counted = ['participants', 'votes', 'ideas', 'arguments', 'room_ideas', 'room_arguments', 'comments'] as const

/** What the question's row says beside what its other rows do. */
async function wrongCounts(db: Db, key: number): Promise<string[]> {
  type Row = Record<(typeof counted)[number] | `${(typeof counted)[number]}_there` | Feed, number>
  type Feed = 'revision' | 'next_id' | 'first_change' | 'last_change' | 'changes' | 'last_key'
  const of = (table: string) => sql`from ${sql.table(table)} t where t.question_id = q.id`
  const { rows } = await sql<Row>`
    select q.revision, q.next_id, q.participants, q.votes, q.ideas, q.arguments, q.comments,
      q.room_ideas, q.room_arguments,
      (select count(*) ${of('participants')} and t.set_aside is null) as participants_there,
      (select coalesce(sum(t.value), 0) ${of('votes')} and t.idea_id in (select i.id from ideas i where i.question_id = q.id
        and i.hidden_at is null and i.merged_into is null)) as votes_there,
      (select count(*) ${of('ideas')} and t.hidden_at is null and t.merged_into is null) as ideas_there,
      (select count(*) ${of('arguments')} and t.hidden_at is null and t.idea_id in (select i.id from ideas i
        where i.question_id = q.id and i.hidden_at is null)) as arguments_there,
      (select count(*) ${of('ideas')} and t.hidden_at is null and t.merged_into is null and t.in_room = 1)
        as room_ideas_there,
      (select count(*) ${of('arguments')} and t.hidden_at is null and t.in_room = 1 and t.idea_id in (select i.id
        from ideas i where i.question_id = q.id and i.hidden_at is null)) as room_arguments_there,
      (select count(*) ${of('comments')} and t.hidden_at is null) as comments_there,
      (select count(*) ${of('changes')}) as changes,
      (select coalesce(min(t.revision), 1) ${of('changes')}) as first_change,
      (select coalesce(max(t.revision), 0) ${of('changes')}) as last_change,
      (select coalesce(max(k), 0) from (
        select max(t.id) as k ${of('participants')} union all select max(t.id) ${of('ideas')}
        union all select max(t.id) ${of('images')} union all select max(t.id) ${of('arguments')}
        union all select max(t.id) ${of('comments')} union all select max(t.id) ${of('room_entries')}
        union all select max(t.id) ${of('invitations')}) keys) as last_key
    from questions q where q.id = ${key}`.execute(db)
  const [row] = rows
  if (!row) return []
  const faults = counted
    .filter((name) => row[name] !== row[`${name}_there`])
    .map(
      (name) =>
        `counts ${row[name]} ${name.replace(/^room_(.*)/, '$1 in the room')}, and there are ${row[`${name}_there`]}`,
    )
  const { revision, changes } = row
  if (changes !== revision || row.first_change !== 1 || row.last_change !== revision)
    faults.push(
      `is at revision ${revision}, and its feed has ${changes} changes from ${row.first_change} to ${row.last_change}`,
    )
  if (row.next_id <= row.last_key)
    faults.push(`would give out the key ${row.next_id} next, and has given out ${row.last_key}`)
  return faults
}

/** Ideas and their votes, arguments and those who agree. */
async function wrongTallies(
  db: Db,
  key: number,
  table: 'ideas' | 'arguments',
  tally: 'votes' | 'agreements',
  count: string,
): Promise<string[]> {
  const reference = table === 'ideas' ? 'idea_id' : 'argument_id'
  const there = sql`coalesce((select ${sql.raw(count)} from ${sql.table(tally)} r
    where r.question_id = t.question_id and r.${sql.ref(reference)} = t.id), 0)`
  const { rows } = await sql<{ public_id: string; tally: number; there: number }>`
    select t.public_id, t.${sql.ref(tally)} as tally, ${there} as there from ${sql.table(table)} t
    where t.question_id = ${key} and t.${sql.ref(tally)} <> ${there} order by t.id limit ${namedEach}`.execute(db)
  return rows.map(
    (row) => `has the ${table.slice(0, -1)} ${row.public_id} with ${row.tally} ${tally}, and there are ${row.there}`,
  )
}

/** Ideas and how many people voted for them. */
async function wrongVoters(db: Db, key: number): Promise<string[]> {
  const there = sql`(select count(*) from votes v where v.question_id = i.question_id and v.idea_id = i.id)`
  const { rows } = await sql<{ public_id: string; voters: number; there: number }>`
    select i.public_id, i.votes - i.further_votes as voters, ${there} as there from ideas i
    where i.question_id = ${key} and i.votes - i.further_votes <> ${there} order by i.id limit ${namedEach}`.execute(db)
  return rows.map((row) => `has the idea ${row.public_id} with ${row.voters} voters, and there are ${row.there}`)
}

/** What ideas and the question count of the votes in the room, beside the entries. */
async function wrongRoom(db: Db, key: number): Promise<string[]> {
  const { rows } = await sql<{ public_id: string; room_votes: number; there: number }>`
    select i.public_id, i.room_votes, coalesce(t.votes, 0) as there
    from ideas i left join (${roomTallies(key)}) t on t.idea = i.id
    where i.question_id = ${key} and i.room_votes <> coalesce(t.votes, 0) order by i.id limit ${namedEach}`.execute(db)
  const { rows: sums } = await sql<{ counted: number; there: number }>`
    select q.room_votes as counted, (select coalesce(sum(i.room_votes), 0) from ideas i where i.question_id = q.id
      and i.hidden_at is null and i.merged_into is null) as there
    from questions q where q.id = ${key}`.execute(db)
  return [
    ...rows.map(
      (row) => `has the idea ${row.public_id} with ${row.room_votes} votes in the room, and there are ${row.there}`,
    ),
    ...sums
      .filter(({ counted, there }) => counted !== there)
      .map(({ counted, there }) => `counts ${counted} votes in the room, and there are ${there}`),
  ]
}

/** Ideas and how many of their votes were cast at which level. */
async function wrongLevels(db: Db, key: number): Promise<string[]> {
  const { rows } = await sql<{ public_id: string; level: string; tally: number; there: number }>`
    select i.public_id, counted.level, sum(counted.tally) as tally, sum(counted.there) as there from (
      select idea_id, level, votes as tally, 0 as there from tallies where question_id = ${key}
      union all select idea_id, level, 0, value from votes where question_id = ${key} and level <> 'open') counted
    join ideas i on i.question_id = ${key} and i.id = counted.idea_id
    group by i.id, i.public_id, counted.level having sum(counted.tally) <> sum(counted.there)
    order by i.id, counted.level limit ${namedEach}`.execute(db)
  return rows.map(
    (row) =>
      `has the idea ${row.public_id} with ${row.tally} votes at the level ${row.level}, and there are ${row.there}`,
  )
}

/** Votes that say that their participant has a name, or has none, where it is the other way round. */
async function wronglyNamed(db: Db, key: number): Promise<string[]> {
  const { rows } = await sql<{ wrong: number }>`
    select count(*) as wrong from votes v
    join participants p on p.question_id = v.question_id and p.id = v.participant_id
    where v.question_id = ${key} and v.named <> case when p.name is null then 0 else 1 end`.execute(db)
  const wrong = rows[0]?.wrong ?? 0
  return wrong === 0 ? [] : [`has ${wrong} votes that do not know whether their participant has a name`]
}

/** Votes that count though they were set aside, that do not though nobody set them aside, and people of no such act. */
async function wronglyAside(db: Db, key: number): Promise<string[]> {
  const of = (table: string) => sql`from ${sql.table(table)} v join participants p on p.question_id = v.question_id
    and p.id = v.participant_id where v.question_id = ${key}`
  const { rows } = await sql<{ counted: number; lost: number; undone: number }>`
    select (select count(*) ${of('votes')} and p.set_aside is not null) as counted,
      (select count(*) ${of('votes_aside')} and p.set_aside is null) as lost,
      (select count(*) from participants p where p.question_id = ${key} and p.set_aside is not null and p.set_aside not in
        (select id from asides where question_id = ${key} and undone_at is null)) as undone`.execute(db)
  const { counted = 0, lost = 0, undone = 0 } = rows[0] ?? {}
  return [
    ...(counted === 0 ? [] : [`counts ${counted} votes that were set aside`]),
    ...(lost === 0 ? [] : [`leaves out ${lost} votes that nobody set aside`]),
    ...(undone === 0 ? [] : [`has ${undone} people whose votes are set aside by nothing that stands`]),
  ]
}

/** What is held and can be seen all the same, and what was reported and lies on no desk. */
async function wronglyWaiting(db: Db, key: number): Promise<string[]> {
  const { rows } = await sql<{ seen: number; lost: number }>`
    select (select count(*) from waiting w where w.question_id = ${key} and w.held = 1 and w.thing not in (
        select public_id from ideas where question_id = ${key} and hidden_at is not null
        union all select public_id from arguments where question_id = ${key} and hidden_at is not null
        union all select public_id from comments where question_id = ${key} and hidden_at is not null)) as seen,
      (select count(*) from reports r where r.question_id = ${key} and r.settled_by is null
        and r.thing not in (select thing from waiting where question_id = ${key})) as lost`.execute(db)
  const { seen = 0, lost = 0 } = rows[0] ?? {}
  return [
    ...(seen === 0 ? [] : [`has ${seen} contributions that wait for the owner and can be seen`]),
    ...(lost === 0 ? [] : [`has ${lost} reports of what is not on the desk`]),
  ]
}
