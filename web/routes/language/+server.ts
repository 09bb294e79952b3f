import { redirect } from '@sveltejs/kit'
import { languages } from '#lib/messages.ts'
import { languageCookie } from '#lib/server/language.ts'
import type { RequestHandler } from './$types'

const year = 365 * 24 * 60 * 60

/** Remembers the language that a person chose, and goes back to where they were. */
export const POST: RequestHandler = async ({ request, cookies, platform }) => {
  const form = await request.formData()
  const language = String(form.get('language'))
  if (languages.includes(language))
    cookies.set(languageCookie, language, { ...platform!.req.folkmoot.cookie.options, maxAge: year })
  redirect(303, ownPath(String(form.get('back'))))
}

/** A path on this server; an address elsewhere, however it is written, becomes the front page. */
function ownPath(back: string): string {
  const base = 'http://here'
  const url = URL.parse(back, base)
  return url?.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search : '/'
}
