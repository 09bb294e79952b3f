/** Where the time comes from: milliseconds since the epoch, passed in so that tests can set it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** RFC 3339 in UTC, as all times go over the wire. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString()
}

/** Milliseconds of a time that the schema has already found to be RFC 3339. */
export function fromRfc3339(text: string): number {
  return Date.parse(text)
}
