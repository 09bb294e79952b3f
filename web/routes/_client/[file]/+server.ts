import { brotliCompressSync } from 'node:zlib'
import { error } from '@sveltejs/kit'
import { clientPath, clientSource } from 'virtual:client'
import type { RequestHandler } from './$types'

const compressed = new Uint8Array(brotliCompressSync(clientSource))

/** The script of the pages. Its name changes with its content, so it may be kept for ever. */
export const GET: RequestHandler = ({ url, request }) => {
  if (url.pathname !== clientPath) error(404, 'Not Found')
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  }
  if (!/\bbr\b/.test(request.headers.get('accept-encoding') ?? '')) return new Response(clientSource, { headers })
  return new Response(compressed, { headers: { ...headers, 'content-encoding': 'br' } })
}
