import type { PoolClient } from 'pg'
import { knownKey, rememberKey } from './addresses.ts'
import type {
  BallotStore,
  FoundIdea,
  NewChange,
  NewVote,
  ProvenDelta,
  Stand,
  StandingVote,
  TallyDelta,
} from './ballots.ts'
import type { ParticipantRow, QuestionRow } from './tables.ts'

/**
 * Batches on PostgreSQL: each statement is prepared once a connection and takes its rows as arrays, a column each. Each
 * names its questions once more beside the join, so that a distributed database knows beforehand where they lie.
 */
export class PostgresBallots implements BallotStore {
  readonly #client: PoolClient
  /** Whether a transaction was begun and is not known to have ended. */
  isOpen = false

  constructor(client: PoolClient) {
    this.#client = client
  }

  async begin(publicIds: string[]) {
    this.isOpen = true
    await this.#client.query('begin')
    // In one order for all, so that no two batches of two nodes wait for each other.
    const rows = await this.#all<QuestionRow>(
      'take-questions',
      'select * from questions where id = any($1::bigint[]) order by id for update',
      [await this.#keysOf(publicIds)],
    )
    return { rows: rows.filter((row) => knownKey(row.public_id) === row.id), holds: true }
  }

  async #keysOf(publicIds: string[]): Promise<number[]> {
    const unknown = publicIds.filter((id) => knownKey(id) === undefined)
    if (unknown.length > 0) {
      const found = await this.#all<{ public_id: string; question_id: number }>(
        'find-addresses',
        'select public_id, question_id from addresses where public_id = any($1::text[])',
        [unknown],
      )
      for (const { public_id, question_id } of found) rememberKey(public_id, question_id)
    }
    return publicIds.flatMap((id) => knownKey(id) ?? [])
  }

  async commit(): Promise<void> {
    await this.#client.query('commit')
    this.isOpen = false
  }

  async rollback(): Promise<void> {
    // A connection that is gone has nothing to take back.
    await this.#client.query('rollback').then(
      () => (this.isOpen = false),
      () => undefined,
    )
  }

  findIdeas(keys: { question: number; publicId: string }[]): Promise<FoundIdea[]> {
    return this.#all<FoundIdea>(
      'find-ideas',
      `select i.question_id as question, i.public_id as "publicId", i.id, i.votes + i.room_votes as votes, i.closed_at
       from unnest($1::bigint[], $2::text[]) as asked (question, idea)
       join ideas i on i.question_id = asked.question and i.public_id = asked.idea
       where i.question_id = any($3::bigint[]) and i.hidden_at is null and i.merged_into is null`,
      within(columns(keys, ({ question, publicId }) => [question, publicId], 2)),
    )
  }

  async findStands(keys: { question: number; tokenHash: Uint8Array; idea: number }[]): Promise<(Stand | null)[]> {
    const stands = keys.map((): Stand | null => null)
    type Row = Omit<Stand, 'voted'> & { place: number; vote_level: string | null } & Omit<StandingVote, 'level'>
    const rows = await this.#all<Row>(
      'find-stands',
      `select asked.place, p.id as participant, p.level, p.invitation_id is not null as invited,
         p.name is not null as named, p.set_aside is not null as aside,
         v.level as vote_level, v.value, v.cast_at as at, v.revision
       from unnest($1::bigint[], $2::bytea[], $3::bigint[]) with ordinality as asked (question, token, idea, place)
       join participants p on p.question_id = asked.question and p.token_hash = asked.token
       left join votes v on v.question_id = p.question_id and v.participant_id = p.id and v.idea_id = asked.idea
       where p.question_id = any($4::bigint[])`,
      within(columns(keys, ({ question, tokenHash, idea }) => [question, tokenHash, idea], 3)),
    )
    for (const { place, vote_level, value, at, revision, ...stand } of rows) {
      const voted = vote_level === null ? null : { level: vote_level, value, at, revision }
      stands[place - 1] = { ...stand, voted }
    }
    return stands
  }

  async countVotes(keys: { question: number; participant: number }[]): Promise<number[]> {
    const counts = keys.map(() => 0)
    const rows = await this.#all<{ place: number; count: number }>(
      'count-votes',
      `select asked.place, sum(v.value) as count
       from unnest($1::bigint[], $2::bigint[]) with ordinality as asked (question, person, place)
       join votes v on v.question_id = asked.question and v.participant_id = asked.person
       join ideas i on i.question_id = v.question_id and i.id = v.idea_id and i.hidden_at is null
       where v.question_id = any($3::bigint[])
       group by asked.place`,
      within(columns(keys, ({ question, participant }) => [question, participant], 2)),
    )
    for (const { place, count } of rows) counts[place - 1] = count
    return counts
  }

  async countNewcomers(keys: { question: number; network: string; after: number }[], most: number): Promise<number[]> {
    const counts = keys.map(() => 0)
    const rows = await this.#all<{ place: number; count: number }>(
      'count-newcomers',
      `select asked.place, (select count(*) from (select 1 from participants p where p.question_id = asked.question
         and p.network = asked.network and p.created_at > asked.after and p.question_id = any($4::bigint[])
         limit $5) as recent) as count
       from unnest($1::bigint[], $2::text[], $3::bigint[]) with ordinality as asked (question, network, after, place)`,
      [...within(columns(keys, ({ question, network, after }) => [question, network, after], 3)), most],
    )
    for (const { place, count } of rows) counts[place - 1] = count
    return counts
  }

  async storeParticipants(rows: ParticipantRow[]): Promise<void> {
    await this.#all(
      'store-participants',
      `insert into participants (question_id, id, public_id, name, token_hash, level, created_at, network)
       select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::bigint[],
         $8::text[])`,
      columns(
        rows,
        ({ question_id, id, public_id, name, token_hash, level, created_at, network }) => [
          ...[question_id, id, public_id, name, token_hash, level, created_at, network],
        ],
        8,
      ),
    )
  }

  async storeVotes(rows: NewVote[]): Promise<void> {
    await this.#all(
      'store-votes',
      `insert into votes (question_id, participant_id, idea_id, value, level, named, cast_at, revision)
       select question, person, idea, value, level, named, at, revision
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[],
         $8::bigint[]) as cast_now (question, person, idea, value, level, named, at, revision)`,
      columns(
        rows,
        (row) => [
          ...[row.question, row.participant, row.idea, row.value, row.level, Number(row.named), row.at, row.revision],
        ],
        8,
      ),
    )
  }

  async deleteVotes(rows: { question: number; participant: number; idea: number }[]): Promise<void> {
    await this.#all(
      'delete-votes',
      `delete from votes v using unnest($1::bigint[], $2::bigint[], $3::bigint[]) as gone (question, person, idea)
       where v.question_id = any($4::bigint[])
         and v.question_id = gone.question and v.participant_id = gone.person and v.idea_id = gone.idea`,
      within(columns(rows, ({ question, participant, idea }) => [question, participant, idea], 3)),
    )
  }

  async addToTallies(rows: TallyDelta[]): Promise<void> {
    await this.#all(
      'add-to-tallies',
      `update ideas i set votes = i.votes + moved.votes, further_votes = i.further_votes + moved.further
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as moved (question, idea, votes, further)
       where i.question_id = any($5::bigint[]) and i.question_id = moved.question and i.id = moved.idea`,
      within(columns(rows, ({ question, idea, votes, further }) => [question, idea, votes, further], 4)),
    )
  }

  async addToLevels(rows: ProvenDelta[]): Promise<void> {
    await this.#all(
      'add-to-levels',
      `insert into tallies (question_id, idea_id, level, votes)
       select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])
       on conflict (question_id, idea_id, level) do update set votes = tallies.votes + excluded.votes`,
      columns(rows, ({ question, idea, level, delta }) => [question, idea, level, delta], 4),
    )
  }

  async storeChanges(rows: NewChange[]): Promise<void> {
    await this.#all(
      'store-changes',
      `insert into changes (question_id, revision, type, data, at, hash)
       select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])`,
      columns(rows, ({ question, revision, type, data, at, hash }) => [question, revision, type, data, at, hash], 6),
    )
  }

  async storeQuestions(rows: QuestionRow[]): Promise<void> {
    await this.#all(
      'store-questions',
      `update questions q set revision = moved.revision, next_id = moved.next_id,
         participants = moved.participants, votes = moved.votes, head = moved.head, head_revision = moved.revision
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[])
         as moved (id, revision, next_id, participants, votes, head)
       where q.id = any($7::bigint[]) and q.id = moved.id`,
      within(columns(rows, (row) => [row.id, row.revision, row.next_id, row.participants, row.votes, row.head], 6)),
    )
  }

  async #all<Row>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await this.#client.query({ name, text, values })).rows as Row[]
  }
}

/** Rows as an array for each of their columns. */
function columns<Row>(rows: Row[], of: (row: Row) => unknown[], count: number): unknown[][] {
  const arrays = Array.from({ length: count }, (): unknown[] => [])
  for (const row of rows) for (const [index, value] of of(row).entries()) arrays[index]?.push(value)
  return arrays
}

/** The questions of the first column once each, beside all columns: an index is searched for a list as often as it is long. */
function within(columns: unknown[][]): unknown[][] {
  return [...columns, [...new Set(columns[0])]]
}
