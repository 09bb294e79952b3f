import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { chosenCoding } from '#src/base/negotiate.ts'

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

/** Good enough for a page that is made for one visitor: higher levels take longer than they save on the way. */
const brotliQuality = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
}

/** A page as small as the visitor's browser can take it. What is no page, or tiny, stays as it is. */
export async function compressed(response: Response, accepted: string | null): Promise<Response> {
  const coding = chosenCoding(accepted)
  if (!response.headers.get('content-type')?.startsWith('text/html') || coding === null) return response
  const page = new Uint8Array(await response.arrayBuffer())
  const headers = new Headers(response.headers)
  headers.append('vary', 'accept-encoding')
  headers.set('content-encoding', coding)
  headers.delete('content-length')
  // The tag named the bytes before; every coding would need one of its own.
  headers.delete('etag')
  const body = coding === 'br' ? await brotli(page, brotliQuality) : await zip(page)
  return new Response(new Uint8Array(body), { status: response.status, headers })
}
