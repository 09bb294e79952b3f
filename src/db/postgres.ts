import { Kysely, PostgresDialect, PostgresQueryCompiler, type RawNode } from 'kysely'
import pg from 'pg'
import { PostgresBallots } from './ballots-postgres.ts'
import { migrate } from './migrate.ts'
import { spelledForPostgres } from './spelled.ts'
import { withHot, type Db, type Hot, type Store } from './store.ts'
import type { Tables } from './tables.ts'

/** Connections for verbs, for batches of votes, and for reading. */
const [verbConnections, lanes, readConnections] = [8, 4, 8]

/** How long a connection may take to be made, and a statement to be answered, in milliseconds. */
const connectWithin = 5_000
const answerWithin = 30_000
/**
 * How long a question may stay taken by a transaction that does nothing, and by one that works: a node that stands still
 * keeps nobody waiting for longer. In milliseconds.
 */
const idleWithin = 5_000
const lockedWithin = 10_000

/** Opens a database, bringing its schema up to date. @throws an Error with a sentence for the operator */
export async function openPostgres(url: string): Promise<Store> {
  const writing = openPool(url, verbConnections)
  const casting = openPool(url, lanes)
  const write = new Kysely<Tables>({ dialect: new Dialect({ pool: writing }) })
  try {
    await migrate(write, 'postgres')
  } catch (cause) {
    await Promise.all([write.destroy(), casting.end()])
    const said = cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause)
    throw new Error(`DATABASE_URL: the database cannot be used: ${said}`, { cause })
  }
  const read = openPostgresReader(url)
  const turns = new Turns()
  return {
    write,
    read,
    lanes,
    inTurn: (questionId, work) => turns.take(questionId, work),
    async withBallots(work) {
      const client = await casting.connect()
      let isBroken = true
      try {
        const result = await work(new PostgresBallots(client))
        isBroken = false
        return result
      } finally {
        // A connection on which something failed is not used again: what it still holds open is not known.
        client.release(isBroken)
      }
    },
    async close() {
      await Promise.all([read.destroy(), write.destroy(), casting.end()])
    },
  }
}

/** Opens a database for reading alone, whose schema is up to date. */
export function openPostgresReader(url: string): Db {
  const pool = openPool(url, readConnections)
  return withHot(new Kysely<Tables>({ dialect: new Dialect({ pool }) }), new HotPostgres(pool))
}

class Dialect extends PostgresDialect {
  override createQueryCompiler(): PostgresQueryCompiler {
    return new QueryCompiler()
  }
}

class QueryCompiler extends PostgresQueryCompiler {
  protected override visitRaw(node: RawNode): void {
    super.visitRaw(spelledForPostgres(node))
  }
}

function openPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectWithin,
    query_timeout: answerWithin,
    statement_timeout: answerWithin,
    lock_timeout: lockedWithin,
    idle_in_transaction_session_timeout: idleWithin,
    application_name: 'folkmoot',
    types: { getTypeParser },
  })
  // A connection that breaks while nobody uses it is replaced by the next that is needed.
  pool.on('error', () => undefined)
  return pool
}

/** Whole numbers of 64 bits and sums of them, which all are well below 2^53 here, are numbers. */
const wholeNumbers = new Set<number>([pg.types.builtins.INT8, pg.types.builtins.NUMERIC])

const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  wholeNumbers.has(oid) ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser

/** Statements written by hand for the embedded engine, in what is the same language but for a few words. */
class HotPostgres implements Hot {
  readonly #pool: pg.Pool
  readonly #translated = new Map<string, { name: string; text: string }>()
  #looks = 0

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async all(sql: string, ...values: unknown[]): Promise<unknown[][]> {
    let statement = this.#translated.get(sql)
    if (!statement) {
      // The embedded engine joins in the order written when told to; this one finds the order by itself.
      const text = sql.replaceAll('cross join', 'join').replaceAll(/\?(\d+)/g, '$$$1')
      statement = { name: `hot-${this.#translated.size}`, text }
      this.#translated.set(sql, statement)
    }
    const { rows } = await this.#pool.query({ ...statement, values, rowMode: 'array' })
    return rows as unknown[][]
  }

  /** There is no saying whether others have committed: each look may show more. */
  state(): Promise<number> {
    return Promise.resolve(++this.#looks)
  }
}

/** Lets what waits for the same thing wait here, in turn, and not each on a connection of its own. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    const mine = before ? before.then(work, work) : work()
    const ended = mine.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(key, ended)
    void ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    })
    return mine
  }
}
