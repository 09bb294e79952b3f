/** What a visitor chose here goes before what their browser asks for. */
export const languageCookie = 'folkmoot_language'
/** For how long, in seconds: a year. */
export const languageKept = 365 * 24 * 60 * 60

/**
 * Chooses the language to speak: what the person chose here, else the best of what the browser asks for, else English.
 * @param available tags of the languages there are
 */
export function chooseLanguage(chosen: string | undefined, accepted: string | null, available: string[]): string {
  if (chosen !== undefined && available.includes(chosen)) return chosen
  for (const wanted of acceptedLanguages(accepted ?? '')) {
    const match = matchLanguage(wanted, available)
    if (match) return match
  }
  return 'en'
}

/** The exact language or the nearest wider one: de-AT finds de; zh finds zh-Hans. */
function matchLanguage(wanted: string, available: string[]): string | undefined {
  const tags = wanted.toLowerCase().split('-')
  while (tags.length > 0) {
    const tag = tags.join('-')
    const match = available.find((one) => one.toLowerCase() === tag || one.toLowerCase().startsWith(`${tag}-`))
    if (match) return match
    tags.pop()
  }
  return undefined
}

/** Tags of an Accept-Language header, most wanted first. */
function acceptedLanguages(header: string): string[] {
  return header
    .split(',', 20)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 }
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}

/** Which way a language is written. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return new Intl.Locale(locale).getTextInfo().direction ?? 'ltr'
}

/** Brotli where it is accepted, else gzip. A coding with q=0 is one that must not come. */
export function chosenCoding(accepted: string | null): 'br' | 'gzip' | null {
  const codings = (accepted ?? '').split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name]
  })
  return codings.includes('br') ? 'br' : codings.includes('gzip') ? 'gzip' : null
}
