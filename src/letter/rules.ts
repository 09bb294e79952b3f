/** Milliseconds. */
const minute = 60_000
const hour = 60 * minute

/** For how long a letter is tried, and kept in mind after that. */
export const lettersKept = 24 * hour
/** For how long one sender has a letter to itself: longer than the mail server may take. */
export const takenFor = 5 * minute
/** More letters than this never wait. */
export const waitingAtMost = 10_000
/** How many letters go to one address within an hour, and within a day, whoever asks for them. */
export const perAddress = { hour: 5, day: 15 } as const
/** How many are asked for from one network, unless the server's operator makes it wider: a school, some of them twice. */
export const perNetwork = { within: hour, usually: 600 } as const

/** How long to wait before a letter is tried again. @param attempts how often it was tried already */
export function pauseAfter(attempts: number): number {
  return Math.min(hour, minute * 2 ** Math.max(0, attempts - 1))
}

/** Whether an address has had as many letters as it may. @param times when, within the day, newest first */
export function isSpent(times: number[], now: number): boolean {
  return times.length >= perAddress.day || times.filter((at) => at > now - hour).length >= perAddress.hour
}
