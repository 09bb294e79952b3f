const minute = 60_000

/** How far a zone is ahead of UTC at a moment, in milliseconds. */
function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  const there = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return there - Math.floor(moment / 1000) * 1000
}

/**
 * The moment at which clocks in a zone show a day and time, as `<input type="datetime-local">` sends them.
 * A time that the change to summer time leaves out counts as if the clocks had not changed; one that it brings twice is
 * the first of both. @returns null when it is no such time, or no such zone
 */
export function momentIn(zone: string, local: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local)) return null
  const asUtc = Date.parse(`${local}Z`)
  if (Number.isNaN(asUtc) || !isZone(zone)) return null
  const before = offsetAt(asUtc - 24 * 60 * minute, zone)
  const after = offsetAt(asUtc + 24 * 60 * minute, zone)
  const fits = [before, after].find((offset) => offsetAt(asUtc - offset, zone) === offset)
  return new Date(asUtc - (fits ?? before)).toISOString()
}

/** What clocks in a zone show at a moment, for the value of `<input type="datetime-local">`. */
export function localIn(zone: string, moment: string): string {
  const time = Date.parse(moment)
  return new Date(time + offsetAt(time, zone)).toISOString().slice(0, 16)
}

export function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}
