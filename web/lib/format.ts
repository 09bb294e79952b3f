/** Where and when the reader is; the script says the times of a page again once it knows better than the server. */
export interface Here {
  readonly locale: string
  /** IANA time zone: the server's until the browser has told its own. */
  readonly zone: string
  /** Milliseconds since 1970. */
  readonly now: number
}

export type Formats = ReturnType<typeof makeFormats>

/** Everything that is said differently from language to language, by Intl. */
export function makeFormats(here: Here) {
  return {
    here,
    number: (value: number) => kept(`number ${here.locale}`, () => new Intl.NumberFormat(here.locale)).format(value),
    list: (items: string[]) => new Intl.ListFormat(listLocale(here.locale)).format(items),
    /** With the zone, because people read a page from everywhere. */
    moment: (time: string) =>
      dateFormat(here, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        timeZoneName: 'short',
      }).format(new Date(time)),
    shortMoment: (time: string) => dateFormat(here, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time)),
    /** “in 3 days”, “2 hours ago”. */
    relative: (time: string) => relative(here, Date.parse(time)),
    /** How long ago, while that is easily grasped; after a month the day. */
    age: (time: string) =>
      here.now - Date.parse(time) > 30 * day
        ? dateFormat(here, { dateStyle: 'medium' }).format(new Date(time))
        : relative(here, Math.min(Date.parse(time), here.now)),
    languageName: (tag: string) =>
      new Intl.DisplayNames(tag, { type: 'language', languageDisplay: 'standard' }).of(tag) ?? tag,
  }
}

/** British lists, as this tool's English goes: “a, b and c” has no comma before the “and”. */
export function listLocale(locale: string): string {
  return locale === 'en' ? 'en-GB' : locale
}

/** Days before months in English as well: less to misread across the world. */
function dateFormat(here: Here, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const said = { ...options, timeZone: here.zone }
  return kept(
    `date ${here.locale} ${JSON.stringify(said)}`,
    () => new Intl.DateTimeFormat(listLocale(here.locale), said),
  )
}

/** Formats that were made, by what they are: making one takes a hundred times as long as using it. */
const made = new Map<string, unknown>()
/** A few for each language and time zone; nobody's address can make it more than this. */
const mostMade = 500

/** @param make is called when there is none of this key yet */
export function kept<Format>(key: string, make: () => Format): Format {
  const known = made.get(key)
  if (known !== undefined) return known as Format
  if (made.size >= mostMade) made.clear()
  const format = make()
  made.set(key, format)
  return format
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

function relative(here: Here, time: number): string {
  const away = time - here.now
  const size = Math.abs(away)
  const numeric = size < minute ? 'auto' : 'always'
  const format = kept(`relative ${here.locale} ${numeric}`, () => new Intl.RelativeTimeFormat(here.locale, { numeric }))
  if (size < minute) return format.format(0, 'second')
  if (size < hour) return format.format(Math.trunc(away / minute), 'minute')
  if (size < day) return format.format(Math.trunc(away / hour), 'hour')
  if (size < 60 * day) return format.format(Math.trunc(away / day), 'day')
  if (size < 700 * day) return format.format(Math.trunc(away / (30.44 * day)), 'month')
  return format.format(Math.trunc(away / (365.25 * day)), 'year')
}
