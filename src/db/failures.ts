import { Refusal, refuse, type RefusalCode } from '../base/refusals.ts'

/**
 * What an engine's failures mean to whoever asked, by SQLite's primary result code (https://sqlite.org/rescode.html).
 * What is not here is a mistake of ours and stays what it is: a constraint that does not hold, a statement that is wrong.
 */
const sqliteCodes: Record<number, RefusalCode> = {
  // Another process, such as an import, held the lock for longer than anyone waits.
  5: 'overloaded', // BUSY
  6: 'overloaded', // LOCKED
  // The disk is full, was mounted for reading alone, or failed. What was committed is not touched by it.
  3: 'cannot_store', // PERM
  8: 'cannot_store', // READONLY
  10: 'cannot_store', // IOERR
  13: 'cannot_store', // FULL
  14: 'cannot_store', // CANTOPEN
  // What was read is no database, or not the one that was written.
  11: 'storage_damaged', // CORRUPT
  26: 'storage_damaged', // NOTADB
}

/**
 * The same by PostgreSQL's codes (https://www.postgresql.org/docs/15/errcodes-appendix.html), or by their first letters,
 * which are the class; and by those of the network. The first that fits.
 */
const postgresCodes: [RegExp, RefusalCode][] = [
  [/^(?:08|57P0[1-5]|25P03)/, 'database_away'], // the connection; shut down, crashed, starting; stood still for too long
  [/^(?:28|3D000)/, 'database_away'], // it was let in at the start, so somebody is at work on it
  [/^E(?:CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)/, 'database_away'],
  [/^(?:53300|55P03|57014|40001|40P01)$/, 'overloaded'], // connections; waited for too long; in each other's way
  [/^(?:53|25006|58)/, 'cannot_store'], // no room or memory; for reading alone; its own files
  [/^XX00[12]$/, 'storage_damaged'],
  [/^22(?:021|P05)$/, 'invalid_input'], // a NUL, which no text there may have
]

/** What its client says without a code: on a connection that is gone, was not made in time or is not answered. */
const postgresSays: [RegExp, RefusalCode][] = [
  [/^timeout exceeded when trying to connect$/, 'overloaded'], // all connections were in use all the time
  [/^Connection terminated|is not queryable$|^Query read timeout$|^timeout expired$/, 'database_away'],
]

/**
 * A failure of the engine as the refusal that it is to whoever asked, with the failure itself as its cause for the log;
 * anything else as it came.
 */
export function asRefusal(failure: unknown): unknown {
  const code = codeFor(failure)
  return code === undefined ? failure : Object.assign(refuse(code), { cause: failure })
}

function codeFor(failure: unknown): RefusalCode | undefined {
  if (!(failure instanceof Error) || failure instanceof Refusal) return undefined
  const { errcode, code, message } = failure as Error & { errcode?: unknown; code?: unknown }
  // Extended codes have their kind in the upper bytes.
  if (typeof errcode === 'number') return sqliteCodes[errcode & 0xff]
  const [table, text] = typeof code === 'string' ? [postgresCodes, code] : [postgresSays, message]
  return table.find(([pattern]) => pattern.test(text))?.[1]
}

/**
 * Whether the engine ended a transaction for another's sake, so that nothing of it was stored and the same again may
 * well succeed.
 */
export function isRepeatable(failure: unknown): boolean {
  const code = failure instanceof Refusal && (failure.cause as { code?: unknown } | undefined)?.code
  return code === '40001' || code === '40P01'
}

/** A sentence for the operator: why the store cannot be used, and what to do about it. */
export class StorageError extends Error {
  // The name crosses over from another thread; the class does not.
  override name = 'StorageError'
}

/** What there is to say to the operator, for each trouble that a store can be in. */
export type TroubleSentences = Record<'cannot_store' | 'storage_damaged' | 'database_away', string>

function isTrouble(code: RefusalCode, sentences: TroubleSentences): code is keyof TroubleSentences {
  return code in sentences
}

/** How often the operator is told of the same trouble at the most, in milliseconds: the log may lie on the same disk. */
const sayEvery = 60_000

/**
 * Keeps an eye on what the store refuses: tells whoever runs the server, and once the database is known to be damaged
 * lets nothing be written any more, for nothing may be built upon what it says.
 */
export class StorageWatch {
  readonly #report: (cause: unknown, sentence: string) => void
  readonly #sentences: TroubleSentences
  readonly #saidAt = new Map<RefusalCode, number>()
  #damage: Refusal | null = null

  /** @param report is told what failed, and what to do about it */
  constructor(sentences: TroubleSentences, report: (cause: unknown, sentence: string) => void) {
    this.#sentences = sentences
    this.#report = report
  }

  /** Looks at a failure, wherever it came from; what is not about the store is none of its business. */
  readonly notice = (failure: unknown): void => {
    if (!(failure instanceof Refusal)) return
    const { code } = failure
    if (!isTrouble(code, this.#sentences)) return
    if (code === 'storage_damaged') this.#damage ??= failure
    const now = performance.now()
    if (now - (this.#saidAt.get(code) ?? -Infinity) < sayEvery) return
    this.#saidAt.set(code, now)
    this.#report(failure.cause, this.#sentences[code])
  }

  /** The same functions, watched: they refuse with storage_damaged once that has been found. */
  guard<Functions extends object>(functions: Functions): Functions {
    return new Proxy(functions, {
      get: (all, name) => {
        const work = all[name as keyof Functions] as (...args: unknown[]) => Promise<unknown>
        return (...args: unknown[]) => {
          if (this.#damage) return Promise.reject(this.#damage)
          const done = work(...args)
          done.catch(this.notice)
          return done
        }
      },
    })
  }
}

/** What to do about a damaged database file. */
export function damagedSentence(path: string): string {
  return (
    `The database file ${path} is damaged. Stop the server, keep the file and put a backup in its place: ` +
    'folkmoot restore FILE --force (docs/backup.md).'
  )
}
