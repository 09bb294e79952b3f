import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { compressed } from './compress.ts'

const page = (type: string) =>
  new Response('<p>Hallo, Bücherei</p>'.repeat(50), { status: 404, headers: { 'content-type': type, vary: 'cookie' } })

it('makes a page smaller and says how', async () => {
  for (const [coding, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const small = await compressed(page('text/html; charset=utf-8'), coding)
    expect([small.status, small.headers.get('content-encoding')]).toEqual([404, coding])
    expect(small.headers.get('vary')).toBe('cookie, accept-encoding')
    const bytes = Buffer.from(await small.arrayBuffer())
    expect(bytes.length).toBeLessThan(200)
    expect(unpack(bytes).toString()).toBe('<p>Hallo, Bücherei</p>'.repeat(50))
  }
})

it('leaves what is no page as it is', async () => {
  const script = page('text/javascript')
  expect(await compressed(script, 'br')).toBe(script)
})
