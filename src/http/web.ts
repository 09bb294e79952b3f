import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebServices } from './services.ts'

type Handler = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

/** How large a form may be: a picture of 10 MB and its texts. */
const formLimit = 11 * 1024 * 1024

/** The pages as they were built. */
async function builtPages(): Promise<Handler> {
  // Kit learns from these headers where it is reached; they are overwritten on every request below.
  process.env.FOLKMOOT_WEB_PROTOCOL_HEADER = 'x-folkmoot-protocol'
  process.env.FOLKMOOT_WEB_HOST_HEADER = 'x-folkmoot-host'
  process.env.FOLKMOOT_WEB_BODY_SIZE_LIMIT = String(formLimit)
  const built = (await import(pathToFileURL(resolve('build/handler.js')).href)) as { handler: Handler }
  return built.handler
}

/** The pages straight from their sources, reloading as they change; for development. */
async function livePages(app: FastifyInstance): Promise<Handler> {
  const { createServer } = await import('vite')
  const vite = await createServer({ server: { middlewareMode: true, hmr: { server: app.server } }, appType: 'custom' })
  // Before the server waits for its connections to end: Vite's own would hold it up.
  app.addHook('preClose', () => vite.close())
  // Vite's middleware hands no request through to the pages, so vite.config.ts looks it up here.
  const current = new AsyncLocalStorage<IncomingMessage>()
  Object.assign(globalThis, { [Symbol.for('folkmoot.request')]: current })
  return (req, res, next) => current.run(req, () => vite.middlewares(req, res, next))
}

/**
 * Mounts the pages behind everything that Fastify does not answer itself.
 * @param services makes what the pages may use for one request
 */
export async function mountWeb(
  app: FastifyInstance,
  services: (request: FastifyRequest) => WebServices,
  { dev }: { dev: boolean },
): Promise<void> {
  const handler = dev ? await livePages(app) : await builtPages()
  await app.register((pages, _options, done) => {
    pages.removeAllContentTypeParsers()
    pages.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    pages.all('/*', { schema: { hide: true } }, (request, reply) => {
      request.raw.folkmoot = services(request)
      // Where people reach the server, which behind a proxy is not what the request says.
      const [protocol, host] = request.raw.folkmoot.origin.split('://')
      Object.assign(request.raw.headers, { 'x-folkmoot-protocol': protocol, 'x-folkmoot-host': host })
      reply.hijack()
      handler(request.raw, reply.raw, () => {
        reply.raw.statusCode = 404
        reply.raw.end()
      })
    })
    done()
  })
}
