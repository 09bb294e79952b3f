import pg from 'pg'
import { afterAll, expect } from 'vitest'
import { tablesWithoutQuestion } from '../../scripts/question-keys.ts'

/**
 * Statements on a question's tables that are about many questions at once. They are rare, and a database that is
 * distributed by question may carry them out on all of its parts.
 */
const aboutMany: [pattern: RegExp, why: string][] = [
  [/where "closed_at" is null and "closes_at" <= \$1/, 'finds, each second, the questions that are due'],
  [/where "turns_at" <= \$1 and "closed_at" is null/, 'finds, each second, the questions that go on'],
  [/from "questions" where "deleted_at" < \$1 limit/, 'finds, each hour, the questions that nobody can bring back'],
  [
    /where "forgotten_at" is null and "closed_at" is not null/,
    'finds, each hour, the questions whose people are forgotten now',
  ],
  [/^delete from "proofs" where "expires_at" < \$1$/, 'takes away, each hour, proofs that have expired'],
  [
    /^delete from "confirmations" where "expires_at" < \$1$/,
    'takes away, each hour, links of letters that have expired',
  ],
  [/from "participants" where "network" is not null and/, 'finds, each hour, networks that were kept long enough'],
  [/^select count\(\*\) as "of" from "questions"$/, 'doctor counts what it is going to look at'],
  [/from "questions" where "id" > \$1 order by "id" limit/, 'doctor goes through all questions'],
  [/^select sum\(revision/, 'export counts what there is to move'],
  [/^update votes set named = 1/, 'a migration'],
  [/^\s*select id, public_id from questions where id > \$1 order by id limit/, 'a migration'],
  [/^insert into addresses .* select public_id, id from questions$/, 'a migration'],
]

/** Rooms that look after a store as a whole; their tests, too, look at all of it and break it everywhere. */
const ofTheWhole = /\/src\/(?:db|doctor|transfer|upkeep)\//

/** Every statement that was sent to PostgreSQL while the tests of this file ran, each once. */
const sent = new Set<string>()
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is bound with each call
const { query } = pg.Client.prototype
pg.Client.prototype.query = function (this: pg.Client, ...asked: unknown[]) {
  const [first] = asked
  sent.add(typeof first === 'string' ? first : String((first as { text?: unknown }).text))
  return (query as (...asked: unknown[]) => unknown).apply(this, asked)
} as typeof query

afterAll(() => {
  if (ofTheWhole.test(expect.getState().testPath ?? '')) return
  const without = [...sent]
    .filter((sql) => /^\s*(?:select|insert|update|delete|with)\b/i.test(sql))
    .filter((sql) => !aboutMany.some(([pattern]) => pattern.test(sql)))
    .flatMap((sql) => tablesWithoutQuestion(sql).map((table) => `${table} in: ${sql}`))
  expect(without, 'Each statement names the question whose rows it is about (docs/scale.md).').toEqual([])
})
