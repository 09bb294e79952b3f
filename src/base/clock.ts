/** Where the time comes from: milliseconds since the epoch, passed in so that tests can set it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** A clock that was ahead by more than this was wrong, and is not waited for: an hour in milliseconds. */
const longestHold = 60 * 60 * 1000

/** Where threads that share a clock keep the latest time that any of them was told. */
export type SharedTime = SharedArrayBuffer

/** A clock that never goes back, and where it keeps what it told last, for other threads to go by. */
export interface SharedClock {
  now: Clock
  latest: SharedTime
}

/** Makes of a clock one that never goes back, in however many threads. */
export function shareClock(clock: Clock): SharedClock {
  const latest = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)
  return { now: neverBack(clock, latest), latest }
}

/**
 * A clock that does not go back when the one it follows is set back: it stands still until that has caught up, so that
 * what was due once stays due. From more than an hour ahead it goes back all the same: a server whose clock was years
 * ahead for a moment must not live there until it is started again.
 * @param clock its parts of a millisecond are left out
 * @param latest shared by all the threads in which time must not differ
 */
export function neverBack(clock: Clock, latest: SharedTime): Clock {
  const told = new BigInt64Array(latest)
  return () => {
    const now = Math.floor(clock())
    for (;;) {
      const before = Atomics.load(told, 0)
      const ahead = Number(before) - now
      if (ahead >= 0 && ahead <= longestHold) return Number(before)
      // Unless another thread was told something meanwhile.
      if (Atomics.compareExchange(told, 0, before, BigInt(now)) === before) return now
    }
  }
}

/** RFC 3339 in UTC, as all times go over the wire. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString()
}

/** Milliseconds of a time that the schema has already found to be RFC 3339. */
export function fromRfc3339(text: string): number {
  return Date.parse(text)
}
