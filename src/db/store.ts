import type { Kysely } from 'kysely'
import type { Clock } from '../base/clock.ts'
import type { BallotStore } from './ballots.ts'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>

/**
 * The store: `write` for verbs, `read` for snapshots and look-ups, which never wait for a writer. Awaiting `write` inside
 * one of its own transactions may wait for itself; verbs use only their `trx`.
 */
export interface Store {
  write: Db
  read: Db
  /** Does what writes to a question after all of this process that was to write to it before. */
  inTurn: <Result>(questionId: string, work: () => Promise<Result>) => Promise<Result>
  /** Lends a connection with no transaction open for a batch of votes. */
  withBallots: <Result>(work: (ballots: BallotStore) => Promise<Result>) => Promise<Result>
  /**
   * Asks for work that one process alone should do, and asks again and again while it does it. Who stops asking loses it
   * to another within seconds. It spares work and guards nothing: who stood still may believe to have it still.
   * @param holder who asks. @param now in milliseconds. @returns whether it has it
   */
  lease: (work: string, holder: string, now: number) => Promise<boolean>
  /** How many batches of votes can be committed at the same time. */
  lanes: number
  /** Of how many questions there may be votes in one batch. */
  questionsAtOnce: number
  close(): Promise<void>
}

/** A clock that runs until it is closed. */
export interface RunningClock {
  now: Clock
  close: () => Promise<void>
}

/** Reads everything as it stood at one moment, whatever is committed meanwhile. */
export function asOfOne<Result>(read: Db, work: (db: Db) => Promise<Result>): Promise<Result> {
  return read.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work)
}

/** Statements too hot for a query builder, outside of any transaction. */
export interface Hot {
  /** @param sql with ?1, ?2 … for the values. @returns the rows, each as an array of its columns */
  all(sql: string, ...values: (string | number | null | Uint8Array)[]): Promise<unknown[][]>
  /** @returns a number that has moved whenever another process may have committed */
  state(): Promise<number>
  /**
   * Whether what other processes commit is rare enough, and seen surely enough in `state`, that what was heard from this
   * one's own feed can be built upon.
   */
  readonly isAlone: boolean
}

const hotOf = new WeakMap<Db, Hot>()

/** Gives a connection for reading alone its hot statements; called by the engines. @returns the connection */
export function withHot(read: Db, hot: Hot): Db {
  hotOf.set(read, hot)
  return read
}

/** The hot statements of a connection that is for reading alone. */
export function hot(read: Db): Hot {
  const found = hotOf.get(read)
  if (!found) throw new Error('This connection is not for reading alone.')
  return found
}
