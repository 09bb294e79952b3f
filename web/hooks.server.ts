import type { Handle, HandleServerError } from '@sveltejs/kit/hooks'
import { languages, loadMessages } from '#lib/messages.ts'
import { nextHeader, scriptHeader } from '#lib/script-header.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { compressed } from '#lib/server/compress.ts'
import { whenThereIsRoom } from '#lib/server/overload.ts'
import { chooseLanguage, directionOf, languageCookie } from '#src/base/negotiate.ts'

export const handle: Handle = async ({ event, resolve }) => {
  if (event.route.id !== null) servicesOf(event).report.page(event.route.id)
  event.locals.locale = chooseLanguage(
    event.cookies.get(languageCookie),
    event.request.headers.get('accept-language'),
    languages,
  )
  return await whenThereIsRoom(event, () => answer({ event, resolve }))
}

const answer = async ({ event, resolve }: Parameters<Handle>[0]): Promise<Response> => {
  const { locale } = event.locals
  const response = await resolve(event, {
    transformPageChunk: ({ html }) =>
      html.replace('%folkmoot.lang%', locale).replace('%folkmoot.dir%', directionOf(locale)),
    preload: (file) => file.type !== 'font' || file.filename.endsWith('commissioner-latin-wght-normal.woff2'),
  })
  // A browser follows a redirect without telling the script the whole of where it leads.
  if (response.status === 303 && event.request.headers.has(scriptHeader)) return tellNext(response)
  // Pages show what belongs to one visitor, so no one else may be given a copy.
  // Nothing can be stored now; it can again once somebody has seen to it.
  if (response.status === 503) response.headers.set('retry-after', String(30 + Math.floor(Math.random() * 31)))
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store')
  return await compressed(response, event.request.headers.get('accept-encoding'))
}

function tellNext(redirect: Response): Response {
  const headers = new Headers(redirect.headers)
  headers.set(nextHeader, headers.get('location') ?? '/')
  headers.delete('location')
  return new Response(null, { status: 204, headers })
}

export const handleError: HandleServerError = async ({ kind, error, event }) => {
  if (kind === 'app') return
  const said = await loadMessages(event.locals.locale)
  if (kind === 'unknown') {
    servicesOf(event).report.failed(error)
    return { status: 500, message: said.refusal_internal(), code: 'internal' }
  }
  const status = (error as { status: number }).status
  if (status === 404) return { message: said.refusal_not_found(), code: 'not_found' }
  if (status === 413) return { message: said.refusal_too_large(), code: 'too_large' }
  if (status === 403) return { message: said.refusal_cross_site(), code: 'cross_site' }
}
