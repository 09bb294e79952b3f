import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite'
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type SelectModifierNode,
} from 'kysely'
import { asRefusal } from './failures.ts'
import type { Hot } from './store.ts'

type Statement = ReturnType<DatabaseSync['prepare']>

/** Statements kept prepared per connection; Kysely builds the same SQL again and again. */
const preparedLimit = 500

/** A Kysely dialect over Node's own SQLite: no native build, one connection. */
export class NodeSqliteDialect implements Dialect {
  readonly #open: () => DatabaseSync
  readonly #closed: () => void
  readonly #notice: (failure: unknown) => void

  /**
   * @param closed called when the connection is closed
   * @param notice called with what fails
   */
  constructor(open: () => DatabaseSync, closed = () => {}, notice: (failure: unknown) => void = () => undefined) {
    this.#open = open
    this.#closed = closed
    this.#notice = notice
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#open, this.#closed, this.#notice)
  }
  createQueryCompiler(): SqliteQueryCompiler {
    return new NodeSqliteQueryCompiler()
  }
  createAdapter(): SqliteAdapter {
    return new SqliteAdapter()
  }
  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db)
  }
}

class NodeSqliteQueryCompiler extends SqliteQueryCompiler {
  // A transaction that writes has the lock from its beginning; `for update` would be refused.
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForUpdate') super.visitSelectModifier(node)
  }
}

class NodeSqliteDriver implements Driver {
  readonly #open: () => DatabaseSync
  readonly #closed: () => void
  readonly #notice: (failure: unknown) => void
  #database: DatabaseSync | undefined
  #connection: NodeSqliteConnection | undefined

  constructor(open: () => DatabaseSync, closed: () => void, notice: (failure: unknown) => void) {
    this.#open = open
    this.#closed = closed
    this.#notice = notice
  }

  init(): Promise<void> {
    this.#database = this.#open()
    this.#connection = new NodeSqliteConnection(this.#database, this.#notice)
    return Promise.resolve()
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection as DatabaseConnection)
  }

  async beginTransaction(
    connection: DatabaseConnection,
    settings: { readonly accessMode?: 'read only' | 'read write' },
  ): Promise<void> {
    // IMMEDIATE takes the write lock at once: a deferred transaction that becomes a writer later is refused
    // without waiting when another process has written meanwhile.
    const mode = settings.accessMode === 'read only' ? 'deferred' : 'immediate'
    await connection.executeQuery(CompiledQuery.raw(`begin ${mode}`))
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A failure that is grave enough, such as a full disk, has ended the transaction already; what matters is that one.
    if (this.#database?.isTransaction === true) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }
  async releaseConnection(): Promise<void> {}

  destroy(): Promise<void> {
    this.#database?.close()
    this.#closed()
    return Promise.resolve()
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, { statement: Statement; answers: boolean }>()

  readonly #notice: (failure: unknown) => void

  constructor(database: DatabaseSync, notice: (failure: unknown) => void) {
    this.#database = database
    this.#notice = notice
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the engine answers at once; Kysely wants a promise
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { statement, answers } = this.#prepare(query.sql)
      const parameters = query.parameters as (string | number | null | Uint8Array)[]
      if (answers) return { rows: statement.all(...parameters) as R[] }
      const { changes, lastInsertRowid } = statement.run(...parameters)
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
    } catch (failure) {
      const refused = asRefusal(failure)
      this.#notice(refused)
      throw refused
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const statement = this.#database.prepare(query.sql)
    for (const row of statement.iterate(...(query.parameters as (string | number | null | Uint8Array)[])))
      yield { rows: [row as R] }
  }

  #prepare(sql: string): { statement: Statement; answers: boolean } {
    let prepared = this.#prepared.get(sql)
    if (!prepared) {
      if (this.#prepared.size >= preparedLimit) this.#prepared.delete(this.#prepared.keys().next().value as string)
      const statement = this.#database.prepare(sql)
      prepared = { statement, answers: statement.columns().length > 0 }
      this.#prepared.set(sql, prepared)
    }
    return prepared
  }
}

/**
 * Statements that are written by hand, few, and answered at once, on a connection of their own: it never is in a
 * transaction, so it sees what was committed last.
 */
export class HotStatements implements Hot {
  readonly isAlone = true
  readonly #open: () => DatabaseSync
  readonly #prepared = new Map<string, Statement>()
  readonly #notice: (failure: unknown) => void
  #database: DatabaseSync | undefined

  /** @param notice called with what fails */
  constructor(open: () => DatabaseSync, notice: (failure: unknown) => void) {
    this.#open = open
    this.#notice = notice
  }

  /** @returns the rows, each as an array of its columns */
  // eslint-disable-next-line @typescript-eslint/require-await -- the engine answers at once; another takes its time
  async all(sql: string, ...parameters: SQLInputValue[]): Promise<SQLOutputValue[][]> {
    try {
      let statement = this.#prepared.get(sql)
      if (!statement) {
        statement = (this.#database ??= this.#open()).prepare(sql)
        statement.setReturnArrays(true)
        this.#prepared.set(sql, statement)
      }
      return statement.all(...parameters) as unknown as SQLOutputValue[][]
    } catch (failure) {
      const refused = asRefusal(failure)
      this.#notice(refused)
      throw refused
    }
  }

  /** @returns a number that moves with every commit of another connection */
  async state(): Promise<number> {
    const [row] = await this.all('pragma data_version')
    return Number(row?.[0])
  }

  close(): void {
    this.#database?.close()
  }
}

/**
 * How far the log grows before it is written into the database, in pages of 4 KiB: 32 MiB. What is voted on again and again
 * is then written there once rather than every time.
 */
const pagesBeforeCheckpoint = 8_192

/** Opens the file for the one writer: WAL, and a commit is on the disk before it is acknowledged. */
export function openWriter(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma secure_delete = fast;
    pragma busy_timeout = 10000;
    pragma cache_size = -65536;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = ${pagesBeforeCheckpoint};
  `)
  return database
}

/** Opens the file for reading only; readers see the last commit and never wait for the writer. */
export function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec(`
    pragma query_only = on;
    pragma busy_timeout = 10000;
    pragma cache_size = -65536;
    pragma temp_store = memory;
  `)
  return database
}
