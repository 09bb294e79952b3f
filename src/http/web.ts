import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Clock } from '../base/clock.ts'
import type { Gate } from '../base/gate.ts'
import type { RefusalCode } from '../base/refusals.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import { largestBody, type AdmitBody } from './bodies.ts'
import { deviceOf, originOf } from './caller.ts'
import type { Config } from './config.ts'
import { logFailure } from './failures.ts'
import type { Pace } from './pace.ts'
import { pacePage } from './pacing.ts'
import type { ReadyCache } from './ready-cache.ts'
import { readyPage, type PageWanted, type Rendered } from './ready-page.ts'
import { senderOf } from './second-press.ts'
import { pageHeaders } from './security-headers.ts'
import type { Report, WebServices } from './services.ts'

type Handler = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

/** The pages as they were built. */
async function builtPages(): Promise<Handler> {
  // Kit learns from these headers where it is reached; they are overwritten on every request below.
  process.env.FOLKMOOT_WEB_PROTOCOL_HEADER = 'x-folkmoot-protocol'
  process.env.FOLKMOOT_WEB_HOST_HEADER = 'x-folkmoot-host'
  process.env.FOLKMOOT_WEB_BODY_SIZE_LIMIT = String(largestBody)
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

/** Where a request comes from: what tells browsers without cookies from each other, and the address. */
export interface From {
  sender: string
  address: string
}

export interface WebOptions {
  dev: boolean
  /** Makes what the pages may use for one request; for the page that is for everyone there is no device. */
  services: (origin: string, device: string | null, from: From, report: Report) => Omit<WebServices, 'room'>
  config: Config
  clock: Clock
  snapshots: SnapshotCache
  ready: ReadyCache
  /** Forms being carried out; pages being made for a visitor, and for everyone. */
  gates: Record<'forms' | 'visitors' | 'everyone', Gate>
  pace: Pace
  admitBody: AdmitBody
}

/** Mounts the pages behind everything that Fastify does not answer itself. */
export async function mountWeb(
  app: FastifyInstance,
  { dev, services, config, clock, snapshots, ready, gates, pace, admitBody }: WebOptions,
): Promise<void> {
  const handler = dev ? await livePages(app) : await builtPages()
  const { forms, visitors, everyone } = gates
  await app.register((pages, _options, done) => {
    pages.removeAllContentTypeParsers()
    pages.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    const forVisitor = (request: FastifyRequest, reply: FastifyReply) => {
      const room = {
        forBody: () => admitBody(request.raw),
        forAnswer: async () => {
          await pacePage(request, pace, config)
          return await (request.method === 'POST' ? forms : visitors).enter()
        },
      }
      const report = reportOf(request, reply)
      const from = { sender: senderOf(request), address: request.ip }
      const own = services(originOf(request, config), deviceOf(request, config), from, report)
      handOn(handler, request, reply, { ...own, room })
    }
    pages.all('/*', { schema: { hide: true } }, (request, reply) => forVisitor(request, reply))
    if (!dev) {
      const answer = readyPage({
        snapshots,
        ready,
        config,
        clock,
        render: renderer(handler, services, everyone),
        paced: (request) => pacePage(request, pace, config),
      })
      pages.get('/q/:id(^[0-9A-Za-z]{11}$)', { schema: { hide: true } }, (request, reply) =>
        answer(request, reply, () => forVisitor(request, reply)),
      )
    }
    done()
  })
}

/** What the pages say of a request is kept with it. Who asked gets the id by which it is found in the log. */
function reportOf(request: FastifyRequest, reply: FastifyReply): Report {
  return {
    page: (route) => (request.page = route.replace(/\[([^\]]+)\]/g, ':$1')),
    refused: (code) => (request.refusal = code),
    failed: (failure) => {
      request.refusal = 'internal'
      reply.raw.setHeader('x-request-id', request.id)
      logFailure(failure, request)
    },
  }
}

/** Gives a request to the pages, with where people reach the server, which behind a proxy is not what the request says. */
function handOn(handler: Handler, request: FastifyRequest, reply: FastifyReply, services: WebServices): void {
  request.raw.folkmoot = services
  const [protocol, host] = services.origin.split('://')
  Object.assign(request.raw.headers, { 'x-folkmoot-protocol': protocol, 'x-folkmoot-host': host })
  reply.hijack()
  const headers = pageHeaders(request.url, services.origin)
  for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value)
  handler(request.raw, reply.raw, () => {
    reply.raw.statusCode = 404
    reply.raw.end()
  })
}

/** Has the pages make what is for everyone: through a server that listens nowhere, so that nobody outside can ask it. */
function renderer(handler: Handler, services: WebOptions['services'], everyone: Gate) {
  const room = { forBody: () => null, forAnswer: () => everyone.enter() }
  const inside = Fastify()
  const told = new WeakMap<object, { failure?: unknown; refusal?: RefusalCode }>()
  inside.get('/*', (request, reply) => {
    const { origin = '' } = request.headers
    const none = () => undefined
    // It is logged with the request for which this page is made.
    const report = {
      page: none,
      refused: (refusal: RefusalCode) => told.set(reply.raw, { refusal }),
      failed: (failure: unknown) => told.set(reply.raw, { failure }),
    }
    handOn(handler, request, reply, {
      ...services(origin, null, { sender: '', address: '' }, report),
      forEveryone: true,
      room,
    })
  })
  return async ({ url, origin, locale }: PageWanted): Promise<Rendered> => {
    const headers = { origin, accept: 'text/html', 'accept-language': locale }
    const page = await inside.inject({ method: 'GET', url, headers })
    const sent = page.headers as Record<string, string>
    return { status: page.statusCode, headers: sent, body: page.body, ...told.get(page.raw.res) }
  }
}
