import {
  Kysely,
  PostgresDialect,
  PostgresQueryCompiler,
  PrimitiveValueListNode,
  ValueListNode,
  sql,
  type BinaryOperationNode,
  type OperatorNode,
  type RawNode,
} from 'kysely'
import pg from 'pg'
import { Refusal } from '../base/refusals.ts'
import { PostgresBallots } from './ballots-postgres.ts'
import { asRefusal, StorageError } from './failures.ts'
import { migrate } from './migrate.ts'
import { spelledForPostgres } from './spelled.ts'
import { withHot, type Db, type Hot, type Store } from './store.ts'
import type { Tables } from './tables.ts'

/** Connections for verbs, for batches of votes, and for reading. */
const [verbConnections, lanes, readConnections] = [8, 4, 8]
/** How many a node may have open at once, with the one by which it sets its clock. */
export const connectionsOfANode = verbConnections + lanes + readConnections + 1

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
  const write = open(writing)
  try {
    await migrate(write, 'postgres')
  } catch (cause) {
    await Promise.all([write.destroy(), casting.end()])
    throw new Error(unusable(cause), { cause })
  }
  const isSpread = await isDistributed(write)
  const read = openPostgresReader(url)
  const turns = new Turns()
  return {
    write,
    read,
    lanes,
    // Rows are locked on one part of a distributed database at a time (docs/scale.md).
    questionsAtOnce: isSpread ? 1 : Infinity,
    inTurn: (questionId, work) => turns.take(questionId, work),
    lease: (work, holder, now) => lease(write, work, holder, now),
    async withBallots(work) {
      const client = await casting.connect()
      const ballots = new PostgresBallots(client)
      try {
        return await work(ballots)
      } finally {
        // A connection with a transaction that did not end is not used again: what it still holds is not known.
        client.release(ballots.isOpen)
      }
    },
    async close() {
      await Promise.all([read.destroy(), write.destroy(), casting.end()])
    },
  }
}

/** Whether questions lie on many machines. */
async function isDistributed(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_extension where extname = 'citus'`.execute(db)
  return rows.length > 0
}

/** Opens a database for reading alone, whose schema is up to date. @param notice is told of what fails */
export function openPostgresReader(url: string, notice: (failure: unknown) => void = () => undefined): Db {
  const pool = openPool(url, readConnections, {}, notice)
  return withHot(open(pool), new HotPostgres(pool))
}

function open(pool: pg.Pool): Db {
  return new Kysely<Tables>({ dialect: new Dialect({ pool }) })
}

/** How long work that one node does stays with it when nothing more is heard of it, in milliseconds. */
const leasedFor = 6_000

async function lease(db: Db, work: string, holder: string, now: number): Promise<boolean> {
  const held = { holder, until: now + leasedFor }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('leases')
    .values({ work, ...held })
    .onConflict((conflict) =>
      conflict
        .column('work')
        .doUpdateSet(held)
        .where((where) => where.or([where('leases.holder', '=', holder), where('leases.until', '<=', now)])),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Opens a database for a command that reads all of it and must not be cut off for taking its time.
 * @throws StorageError when it cannot be reached
 */
export async function openPostgresPatiently(url: string): Promise<Db> {
  const pool = openPool(url, 1, { query_timeout: 0, statement_timeout: 0, idle_in_transaction_session_timeout: 0 })
  const db = new Kysely<Tables>({ dialect: new Dialect({ pool }) })
  try {
    await sql`select 1`.execute(db)
    return db
  } catch (cause) {
    await db.destroy()
    throw new StorageError(unusable(cause), { cause })
  }
}

/** Why a database cannot be used, for the operator. */
function unusable(cause: unknown): string {
  const reason = cause instanceof Refusal ? cause.cause : cause
  const said = reason instanceof Error ? reason.message || String((reason as { code?: string }).code) : String(reason)
  return `DATABASE_URL: the database cannot be used: ${said}`
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

  /** To be one of no values is false in the embedded engine's language, and no sentence in this one's. */
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { rightOperand: list } = node
    const isEmpty = (PrimitiveValueListNode.is(list) || ValueListNode.is(list)) && list.values.length === 0
    if (isEmpty) this.append((node.operator as OperatorNode).operator === 'in' ? 'false' : 'true')
    else super.visitBinaryOperation(node)
  }
}

/** What connections fail with is what it means to whoever asked. */
class Pool extends pg.Pool {
  notice: (failure: unknown) => void = () => undefined

  override connect(): Promise<pg.PoolClient>
  override connect(callback: Parameters<pg.Pool['connect']>[0]): void
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (callback) {
      super.connect(callback)
      return
    }
    return super.connect().catch((failure: unknown) => this.fail(failure))
  }

  fail(failure: unknown): never {
    const refusal = asRefusal(failure)
    this.notice(refusal)
    throw refusal
  }
}

export function openPool(
  url: string,
  max: number,
  patience: pg.PoolConfig = {},
  notice: (failure: unknown) => void = () => undefined,
): pg.Pool {
  const pool: Pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectWithin,
    query_timeout: answerWithin,
    statement_timeout: answerWithin,
    lock_timeout: lockedWithin,
    idle_in_transaction_session_timeout: idleWithin,
    application_name: 'folkmoot',
    types,
    ...patience,
    Client: class extends pg.Client {
      override query = ((...query: Parameters<pg.Client['query']>) => {
        // eslint-disable-next-line @typescript-eslint/no-confusing-void-expression -- void with a callback alone
        const sent = super.query(...query) as unknown
        return sent instanceof Promise ? sent.catch((failure: unknown) => pool.fail(failure)) : sent
      }) as pg.Client['query']
    },
  })
  pool.notice = notice
  // A connection that breaks while nobody uses it is replaced by the next that is needed.
  pool.on('error', () => undefined)
  // Of one that breaks while it is used, whoever uses it is told by the statement that fails.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Whole numbers of 64 bits and sums of them, which all are well below 2^53 here, are numbers. */
const types = new pg.TypeOverrides()
for (const oid of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) types.setTypeParser(oid, Number)

/** Statements written by hand for the embedded engine, in what is the same language but for a few words. */
class HotPostgres implements Hot {
  readonly isAlone = false
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
    const client = await this.#pool.connect()
    let isBroken = true
    try {
      const { rows } = await client.query({ ...statement, values, rowMode: 'array' })
      isBroken = false
      return rows as unknown[][]
    } finally {
      client.release(isBroken)
    }
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
