import { redirect } from '@sveltejs/kit'
import { languages } from '#lib/messages.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { languageCookie, languageKept } from '#src/base/negotiate.ts'
import type { RequestHandler } from './$types'

/** Remembers the language that a person chose, and goes back to where they were. */
export const POST: RequestHandler = async (event) => {
  const { language = '', back = '/' } = textsOf(await event.request.formData())
  if (languages.includes(language))
    event.cookies.set(languageCookie, language, { ...servicesOf(event).cookie.options, maxAge: languageKept })
  redirect(303, ownPath(back))
}

/** A path on this server; an address elsewhere, however it is written, becomes the front page. */
function ownPath(back: string): string {
  const base = 'http://here'
  const url = URL.parse(back, base)
  return url?.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search : '/'
}
