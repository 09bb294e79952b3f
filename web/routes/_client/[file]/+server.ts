import { brotliCompressSync } from 'node:zlib'
import { error } from '@sveltejs/kit'
import { scripts } from 'virtual:client'
import type { RequestHandler } from './$types'

const compressed = new Map(
  Object.entries(scripts).map(([path, source]) => [path, new Uint8Array(brotliCompressSync(source))]),
)

/** The scripts of the pages. Their names change with their content, so they may be kept for ever. */
export const GET: RequestHandler = ({ url, request }) => {
  const [source, packed] = [scripts[url.pathname], compressed.get(url.pathname)]
  if (source === undefined || packed === undefined) error(404, 'Not Found')
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  }
  if (!/\bbr\b/.test(request.headers.get('accept-encoding') ?? '')) return new Response(source, { headers })
  return new Response(packed, { headers: { ...headers, 'content-encoding': 'br' } })
}
