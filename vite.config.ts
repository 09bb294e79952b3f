import type { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import adapter from '@sveltejs/adapter-node'
import type { Adapter } from '@sveltejs/kit'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'
import { client } from './scripts/client.ts'
import { messages } from './scripts/messages.ts'

/** In development the request comes from where src/http/web.ts put it; built, the adapter hands it through itself. */
function adapterWithRequest(): Adapter {
  return {
    ...adapter({ envPrefix: 'FOLKMOOT_WEB_' }),
    emulate: () => ({
      platform: () => {
        const held = (globalThis as Record<symbol, unknown>)[Symbol.for('folkmoot.request')]
        return { req: (held as AsyncLocalStorage<IncomingMessage>).getStore() as IncomingMessage }
      },
    }),
  }
}

export default defineConfig({
  plugins: [
    messages(),
    client(),
    sveltekit({
      adapter: adapterWithRequest(),
      files: { src: 'web', assets: 'web/static' },
      // src/http/caller.ts refuses what comes from another site, in front of the pages and the API alike. A second rule
      // that knows less of proxies would refuse what is our own.
      csrf: { trustedOrigins: ['*'] },
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'style-src': ['self'],
          'img-src': ['self', 'data:'],
          'font-src': ['self'],
          'connect-src': ['self'],
          'manifest-src': ['self'],
          // Videos load only after a tap, from the host that the card names.
          'frame-src': ['https:'],
          'base-uri': ['none'],
          'form-action': ['self'],
          'frame-ancestors': ['none'],
        },
      },
      compilerOptions: { runes: true },
    }),
  ],
})
