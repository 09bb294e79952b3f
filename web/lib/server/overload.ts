import { createHash } from 'node:crypto'
import type { RequestEvent } from '@sveltejs/kit'
import type { Refusal } from '#src/base/refusals.ts'
import { directionOf } from '#src/base/negotiate.ts'
import { loadMessages } from '#lib/messages.ts'
import { scriptHeader } from '#lib/script-header.ts'
import { servicesOf } from './caller.ts'
import { isRefusal } from './refusals.ts'

/** Answers once there is room for it, and says calmly when there is none. */
export async function whenThereIsRoom(event: RequestEvent, answer: () => Promise<Response>): Promise<Response> {
  const { room } = servicesOf(event)
  const leaving: (() => void)[] = []
  try {
    if (event.request.method === 'POST') {
      const body = room.forBody()
      if (body) leaving.push(await body)
      // A slow telephone takes nobody's turn while its form is still on the way.
      Object.assign(event, { request: await hasArrived(event.request) })
    }
    leaving.push(await room.forAnswer())
    return await answer()
  } catch (thrown) {
    if (isRefusal(thrown) && (thrown.code === 'overloaded' || thrown.code === 'too_fast'))
      return await sayLater(event, thrown)
    throw thrown
  } finally {
    for (const leave of leaving) leave()
  }
}

/** A request whose body is here whole, or fails where it is read as it failed on its way. */
async function hasArrived(request: Request): Promise<Request> {
  let body: ArrayBuffer | ReadableStream
  try {
    body = await request.arrayBuffer()
  } catch (failure) {
    body = new ReadableStream({ start: (controller) => controller.error(failure) })
  }
  return new Request(request, { body, duplex: 'half' } as RequestInit)
}

const style =
  'body{max-width:34rem;margin:15vh auto;padding:0 1.5rem;font:1.125rem/1.5 system-ui,sans-serif;' +
  'color:#2a2620;background:#fbf7ee}a{color:inherit}' +
  '@media(prefers-color-scheme:dark){body{color:#f0eade;background:#171511}}'
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/**
 * The page for those for whom there is no room now. Written by hand, because rendering is what there is no time for. The
 * script takes its sentence out of it and leaves the form as it is; without script, going back does.
 */
async function sayLater(event: RequestEvent, { code, status, facts }: Refusal): Promise<Response> {
  const { request, locals } = event
  const { locale } = locals
  servicesOf(event).report.refused(code)
  const m = await loadMessages(locale)
  const next = request.method === 'POST' ? m.overloaded_back() : `<a href="">${m.overloaded_again()}</a>`
  // On the page whose script reads this, even reading a style in it is forbidden.
  const look = request.headers.has(scriptHeader) ? '' : `<style>${style}</style>`
  const isTooFast = code === 'too_fast'
  const title = isTooFast ? m.too_fast_title() : m.overloaded_title()
  const html = `<!doctype html>
<html lang="${locale}" dir="${directionOf(locale)}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · ${m.app_name()}</title>
    ${look}
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p data-error>${isTooFast ? m.refusal_too_fast() : m.refusal_overloaded()}</p>
      <p>${next}</p>
    </main>
  </body>
</html>
`
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // Not all at the same moment again.
      'retry-after': String(isTooFast ? facts.retryAfter : 3 + Math.floor(Math.random() * 8)),
      'cache-control': 'no-store',
      'content-security-policy': policy,
    },
  })
}
