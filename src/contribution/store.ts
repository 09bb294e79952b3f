import { sql, type RawBuilder } from 'kysely'
import { lesser } from '../db/spelled.ts'
import type { IdeaRow, ParticipantRow } from '../db/tables.ts'
import { handOn, tallyRoom } from '../entry/store.ts'
import type { Taken } from '../feed/command.ts'
import { settingsOf } from '../question/rules.ts'
import { furtherVotes } from '../vote/rules.ts'
import { recountVotes } from '../vote/store.ts'

/** Votes that count, and those that were set aside, which go wherever these go. */
export const allVotes = ['votes', 'votes_aside'] as const

/** Counts the question's tallies again from the tallies of its ideas; for the rare verbs that move many rows. */
export async function recount(taken: Taken): Promise<void> {
  const { trx, question } = taken
  const ideas = await trx
    .selectFrom('ideas')
    .select((of) => [of.fn.countAll<number>().as('ideas'), of.fn.sum<number | null>('votes').as('votes')])
    .select((of) => of.fn.sum<number | null>('in_room').as('in_room'))
    .where('question_id', '=', question.id)
    .where('hidden_at', 'is', null)
    .where('merged_into', 'is', null)
    .executeTakeFirstOrThrow()
  const reasons = await trx
    .selectFrom('arguments as a')
    .innerJoin('ideas as i', (join) =>
      join.onRef('i.question_id', '=', 'a.question_id').onRef('i.id', '=', 'a.idea_id'),
    )
    .select((of) => [of.fn.countAll<number>().as('arguments'), of.fn.sum<number | null>('a.in_room').as('in_room')])
    .where('a.question_id', '=', question.id)
    .where('a.hidden_at', 'is', null)
    .where('i.hidden_at', 'is', null)
    .executeTakeFirstOrThrow()
  const comments = await trx
    .selectFrom('comments')
    .select((of) => of.fn.countAll<number>().as('comments'))
    .where('question_id', '=', question.id)
    .where('hidden_at', 'is', null)
    .executeTakeFirstOrThrow()
  await tallyRoom(taken)
  question.ideas = ideas.ideas
  question.votes = ideas.votes ?? 0
  question.arguments = reasons.arguments
  question.room_ideas = ideas.in_room ?? 0
  question.room_arguments = reasons.in_room ?? 0
  question.comments = comments.comments
}

/** Removes an idea with its votes, arguments, picture and the ideas merged into it; the votes of a line stay where they are. */
export async function deleteIdeaRows(taken: Taken, ideaKey: number): Promise<void> {
  const { trx, question } = taken
  const family = trx
    .selectFrom('ideas')
    .select('id')
    .where('question_id', '=', question.id)
    .where((of) => of.or([of('id', '=', ideaKey), of('merged_into', '=', ideaKey)]))
  const images = await trx
    .selectFrom('ideas')
    .select('image_id')
    .where('question_id', '=', question.id)
    .where('id', 'in', family)
    .where('image_id', 'is not', null)
    .execute()
  await handOn(taken, ideaKey)
  for (const table of allVotes)
    await trx.deleteFrom(table).where('question_id', '=', question.id).where('idea_id', 'in', family).execute()
  await trx.deleteFrom('ideas').where('question_id', '=', question.id).where('id', '=', ideaKey).execute()
  for (const { image_id } of images)
    if (image_id !== null)
      await trx.deleteFrom('images').where('question_id', '=', question.id).where('id', '=', image_id).execute()
}

/**
 * Moves votes, arguments and earlier mergers from one idea to another. Who voted for both is one voter, from the earlier of
 * the two votes on, with the votes of both as far as one idea can have so many.
 */
export async function moveToIdea(taken: Taken, source: IdeaRow, target: IdeaRow): Promise<void> {
  const { trx, question } = taken
  const key = question.id
  const limit = sql<number>`${settingsOf(question).votesPerIdea}`
  for (const name of allVotes) {
    const votes = sql.table(name)
    const ofSource = (column: RawBuilder<number>) =>
      sql<number>`(select s.${column} from ${votes} s where s.question_id = ${votes}.question_id
        and s.participant_id = ${votes}.participant_id and s.idea_id = ${source.id})`
    await sql`
      update ${votes} set
        value = ${lesser(sql`value + ${ofSource(sql`value`)}`, sql`cast(${limit} as integer)`)},
        revision = ${lesser(sql`revision`, ofSource(sql`revision`))},
        cast_at = ${lesser(sql`cast_at`, ofSource(sql`cast_at`))}
      where question_id = ${key} and idea_id = ${target.id} and participant_id in
        (select participant_id from ${votes} where question_id = ${key} and idea_id = ${source.id})`.execute(trx)
    await sql`
      delete from ${votes} where question_id = ${key} and idea_id = ${source.id} and participant_id in
        (select participant_id from ${votes} where question_id = ${key} and idea_id = ${target.id})`.execute(trx)
  }
  for (const table of [...allVotes, 'arguments'] as const)
    await trx
      .updateTable(table)
      .set({ idea_id: target.id })
      .where('question_id', '=', key)
      .where('idea_id', '=', source.id)
      .execute()
  await trx
    .updateTable('ideas')
    .set({ merged_into: target.id })
    .where('question_id', '=', key)
    .where((of) => of.or([of('id', '=', source.id), of('merged_into', '=', source.id)]))
    .execute()
  await recountVotes(taken, [source.id, target.id])
}

/** Takes as many of the votes for an idea that were set aside as those who have more visible ones than a limit have too many. */
export async function dropAsideOverLimit({ trx, question }: Taken, ideaKey: number, limit: number): Promise<void> {
  const over = sql`(select sum(o.value) - cast(${limit} as integer) from votes_aside o
    join ideas i on i.question_id = o.question_id and i.id = o.idea_id
    where o.question_id = ${question.id} and o.participant_id = votes_aside.participant_id and i.hidden_at is null)`
  const ofIdea = sql`question_id = ${question.id} and idea_id = ${ideaKey}`
  await sql`delete from votes_aside where ${ofIdea} and value <= ${over}`.execute(trx)
  await sql`update votes_aside set value = value - ${over} where ${ofIdea} and ${over} > 0`.execute(trx)
}

/** Participants who voted for an idea and now have more visible votes than a limit, and how many that leaves them there. */
export async function findOverLimit(
  taken: Taken,
  ideaKey: number,
  limit: number,
): Promise<{ participant: Voter; left: number }[]> {
  const { rows } = await sql<Voter & { value: number; total: number }>`
    select * from (select p.id, p.level, p.name, p.invitation_id, v.value, v.revision,
      (select sum(o.value) from votes o join ideas i on i.question_id = o.question_id and i.id = o.idea_id
        where o.question_id = v.question_id and o.participant_id = v.participant_id and i.hidden_at is null) as total
      from votes v join participants p on p.question_id = v.question_id and p.id = v.participant_id
      where v.question_id = ${taken.question.id} and v.idea_id = ${ideaKey}) voters
    where total > ${limit} order by revision`.execute(taken.trx)
  return rows.map(({ value, total, ...participant }) => ({ participant, left: Math.max(0, value - (total - limit)) }))
}

type Voter = Pick<ParticipantRow, 'id' | 'level' | 'name' | 'invitation_id'>

/** The ideas of a participant, their votes, and the keys of what they agreed with. */
export async function findContributions(
  taken: Taken,
  participantKey: number,
): Promise<{ ideas: IdeaRow[]; votes: { idea_id: number; value: number }[]; agreedWith: number[] }> {
  const { trx, question } = taken
  const own = { question_id: question.id, participant_id: participantKey }
  const ideas = await trx
    .selectFrom('ideas')
    .selectAll()
    .where('question_id', '=', question.id)
    .where('author_id', '=', participantKey)
    .execute()
  const votes = await trx
    .selectFrom('votes')
    .select(['idea_id', 'value'])
    .where('question_id', '=', own.question_id)
    .where('participant_id', '=', own.participant_id)
    .execute()
  const agreements = await trx
    .selectFrom('agreements')
    .select('argument_id')
    .where('question_id', '=', own.question_id)
    .where('participant_id', '=', own.participant_id)
    .execute()
  return {
    ideas,
    votes,
    agreedWith: agreements.map((row) => row.argument_id),
  }
}

/** Removes a participant's votes, agreements, arguments and comments, and takes them off the tallies of the rest. */
export async function deleteContributions(taken: Taken, participantKey: number): Promise<void> {
  const { trx, question } = taken
  const { votes, agreedWith } = await findContributions(taken, participantKey)
  const theirs = sql`from votes v where v.question_id = tallies.question_id and v.participant_id = ${participantKey}
    and v.idea_id = tallies.idea_id and v.level = tallies.level`
  await sql`update tallies set votes = votes - (select v.value ${theirs})
    where question_id = ${question.id} and exists (select 1 ${theirs})`.execute(trx)
  for (const table of [...allVotes, 'agreements'] as const)
    await trx
      .deleteFrom(table)
      .where('question_id', '=', question.id)
      .where('participant_id', '=', participantKey)
      .execute()
  for (const table of ['arguments', 'comments'] as const)
    await trx.deleteFrom(table).where('question_id', '=', question.id).where('author_id', '=', participantKey).execute()
  for (const { idea_id, value } of votes)
    await sql`update ideas set votes = votes - ${value}, further_votes = further_votes - ${furtherVotes(value)}
      where question_id = ${question.id} and id = ${idea_id}`.execute(trx)
  for (const key of agreedWith)
    await sql`update arguments set agreements = agreements - 1
      where question_id = ${question.id} and id = ${key}`.execute(trx)
}
