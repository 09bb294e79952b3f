/** What one server takes at once and how long it waits for a client. Times in milliseconds, sizes in bytes. */
export interface Limits {
  /** All headers together; above it 431. */
  headerSize: number
  /** From the first byte of a request to the last of its headers; above it 408. */
  headersWithin: number
  /** A body may take this long, and a second more for each `bytesPerSecond`; above it 408. */
  bodyWithin: number
  /** What the slowest network of a telephone still brings: a picture of 10 MB then takes a quarter of an hour. */
  bytesPerSecond: number
  /** A connection on which nothing moves in either direction is closed; open streams are not. */
  idleWithin: number
  /** How often slow clients are looked for. */
  checkEvery: number
  /** Bodies larger than `largeBody` that may be on their way at once, and that may wait to begin. */
  largeBodies: { inside: number; waiting: number }
  largeBody: number
  /** Pages that are being rendered at once, and that may wait for it. */
  pages: { inside: number; waiting: number }
  /** Forms that are being carried out at once, each with the page that it may end in, and that may wait for it. */
  forms: { inside: number; waiting: number }
  /** Connections besides those that listen. */
  connections: number
}

export const limits: Limits = {
  headerSize: 16 * 1024,
  headersWithin: 30_000,
  bodyWithin: 20_000,
  bytesPerSecond: 12_500,
  idleWithin: 60_000,
  checkEvery: 5_000,
  largeBodies: { inside: 24, waiting: 100 },
  largeBody: 64 * 1024,
  pages: { inside: 2, waiting: 200 },
  forms: { inside: 64, waiting: 1_000 },
  connections: 10_000,
}
