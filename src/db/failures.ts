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
 * A failure of the engine as the refusal that it is to whoever asked, with the failure itself as its cause for the log;
 * anything else as it came.
 */
export function asRefusal(failure: unknown): unknown {
  const errcode = (failure as { errcode?: unknown } | null)?.errcode
  // Extended codes have their kind in the upper bytes.
  const code = typeof errcode === 'number' ? sqliteCodes[errcode & 0xff] : undefined
  return code === undefined ? failure : Object.assign(refuse(code), { cause: failure })
}

/** A sentence for the operator: why the store cannot be used, and what to do about it. */
export class StorageError extends Error {
  // The name crosses over from another thread; the class does not.
  override name = 'StorageError'
}

/** How often the operator is told of the same trouble at the most, in milliseconds: the log may lie on the same disk. */
const sayEvery = 60_000

/**
 * Keeps an eye on what the store refuses: tells whoever runs the server, and once the database is known to be damaged
 * lets nothing be written any more, for nothing may be built upon what it says.
 */
export class StorageWatch {
  readonly #report: (cause: unknown, sentence: string) => void
  readonly #path: string
  readonly #saidAt = new Map<RefusalCode, number>()
  #damage: Refusal | null = null

  /** @param path the database file, for the operator to know it by */
  constructor(path: string, report: (cause: unknown, sentence: string) => void) {
    this.#path = path
    this.#report = report
  }

  /** Looks at a failure, wherever it came from; what is not about the store is none of its business. */
  readonly notice = (failure: unknown): void => {
    if (!(failure instanceof Refusal)) return
    const { code } = failure
    if (code !== 'cannot_store' && code !== 'storage_damaged') return
    if (code === 'storage_damaged') this.#damage ??= failure
    const now = performance.now()
    if (now - (this.#saidAt.get(code) ?? -Infinity) < sayEvery) return
    this.#saidAt.set(code, now)
    this.#report(
      failure.cause,
      code === 'cannot_store'
        ? `${this.#path} cannot be written to: look at the disk's room, its mount and its health. It goes on by itself.`
        : damagedSentence(this.#path),
    )
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
