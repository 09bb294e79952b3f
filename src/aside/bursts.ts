import { sql } from 'kysely'
import { rfc3339 } from '../base/clock.ts'
import type { Db } from '../db/connect.ts'
import { burstSpan, fewest, isUnusual, spanOf } from './rules.ts'
import { asideLimits, type BurstList, type PeoplePage } from './wire.ts'

/** How many people are read at once; between, others have their turn. */
const atOnce = 5_000

interface Span {
  network: string
  from: number
  people: number
}

/**
 * From where many began to take part at once, the largest first. What is kept in memory is the list that is answered,
 * however many take part.
 */
export async function findBursts(db: Db, questionKey: number): Promise<BurstList> {
  let largest: Span[] = []
  const all = { people: 0, spans: 0 }
  const end = (span: Span | null) => {
    if (!span) return
    all.people += span.people
    all.spans += 1
    if (span.people < fewest) return
    largest.push(span)
    if (largest.length > 10 * asideLimits.bursts) largest = largestOf(largest)
  }
  let span = null as Span | null
  let last: { network: string; created_at: number; id: number } | null = null
  for (;;) {
    const rows = await findNewcomers(db, questionKey, last)
    for (const { network, created_at } of rows) {
      const from = spanOf(created_at)
      if (span?.network !== network || span.from !== from) {
        end(span)
        span = { network, from, people: 0 }
      }
      span.people += 1
    }
    last = rows.at(-1) ?? null
    if (rows.length < atOnce) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  end(span)
  const bursts: BurstList['bursts'] = []
  for (const { network, from, people } of largestOf(largest)) {
    const others = { people: all.people - people, spans: all.spans - 1 }
    bursts.push({
      network,
      from: rfc3339(from),
      until: rfc3339(from + burstSpan),
      people,
      ...(await countIn(db, questionKey, network, from)),
      unusual: isUnusual(people, others),
    })
  }
  return { bursts, known: all.people }
}

function largestOf(spans: Span[]): Span[] {
  return spans.sort((a, b) => b.people - a.people || b.from - a.from).slice(0, asideLimits.bursts)
}

/** People of whom the network is known, in the order of the index by which that is looked up. */
async function findNewcomers(
  db: Db,
  questionKey: number,
  after: { network: string; created_at: number; id: number } | null,
): Promise<{ network: string; created_at: number; id: number }[]> {
  return await db
    .selectFrom('participants')
    .select(['network', 'created_at', 'id'])
    .$narrowType<{ network: string }>()
    .where('question_id', '=', questionKey)
    .where('network', 'is not', null)
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(network, created_at, id) > (${after?.network}, ${after?.created_at ?? 0}, ${after?.id ?? 0})`,
      ),
    )
    .orderBy('network')
    .orderBy('created_at')
    .orderBy('id')
    .limit(atOnce)
    .execute()
}

/** How many of a burst vote, and of how many the votes are set aside. */
async function countIn(
  db: Db,
  questionKey: number,
  network: string,
  from: number,
): Promise<{ voted: number; setAside: number }> {
  const votes = (table: string) =>
    sql`exists (select 1 from ${sql.table(table)} v where v.question_id = p.question_id and v.participant_id = p.id)`
  const { rows } = await sql<{ voted: number | null; aside: number | null }>`
    select sum(case when ${votes('votes')} or ${votes('votes_aside')} then 1 else 0 end) as voted,
      sum(case when p.set_aside is null then 0 else 1 end) as aside
    from participants p where p.question_id = ${questionKey} and p.network = ${network}
      and p.created_at >= ${from} and p.created_at < ${from + burstSpan}`.execute(db)
  return { voted: rows[0]?.voted ?? 0, setAside: rows[0]?.aside ?? 0 }
}

/**
 * People who show a name, who began last first.
 * @param page.name only those of this name; page.before cursor from the stretch before
 */
export async function findPeople(
  db: Db,
  questionKey: number,
  { name, before }: { name?: string; before?: string },
): Promise<PeoplePage> {
  const rows = await db
    .selectFrom('participants as p')
    .select(['p.id', 'p.public_id', 'p.name', 'p.created_at', 'p.set_aside'])
    .select((of) =>
      (['votes', 'votes_aside'] as const).map((table) =>
        of
          .selectFrom(table)
          .select((votes) => votes.fn.sum<number | null>('value').as('n'))
          .whereRef(`${table}.question_id`, '=', 'p.question_id')
          .whereRef(`${table}.participant_id`, '=', 'p.id')
          .as(table),
      ),
    )
    .$narrowType<{ name: string }>()
    .where('p.question_id', '=', questionKey)
    .where('p.name', 'is not', null)
    .$if(name !== undefined, (query) => query.where('p.name', '=', name ?? ''))
    .$if(before !== undefined, (query) => query.where('p.id', '<', Number(before)))
    .orderBy('p.id', 'desc')
    .limit(asideLimits.people + 1)
    .execute()
  const shown = rows.slice(0, asideLimits.people)
  return {
    people: shown.map((row) => ({
      id: row.public_id,
      name: row.name,
      joinedAt: rfc3339(row.created_at),
      votes: (row.votes ?? 0) + (row.votes_aside ?? 0),
      setAside: row.set_aside !== null,
    })),
    next: rows.length > shown.length ? String(shown.at(-1)?.id) : null,
  }
}
