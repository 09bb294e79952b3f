import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { Gate } from '../base/gate.ts'
import { newToken } from '../base/ids.ts'
import { refuse } from '../base/refusals.ts'
import { findErrors } from '../base/validate.ts'
import { onceFrom } from '../feed/once.ts'
import { decoding } from '../idea/image.ts'
import type { Bus } from '../live/bus.ts'
import { Hub } from '../live/hub.ts'
import type { PostCounts } from '../mail/post.ts'
import { Sealing } from '../mail/sealed.ts'
import { SnapshotCache } from '../snapshot/cache.ts'
import { OverlayCache } from '../snapshot/overlay-cache.ts'
import { boundBodies, largestBody } from './bodies.ts'
import { deviceCookie, isOverHttps, refuseCrossSite } from './caller.ts'
import type { Config } from './config.ts'
import { createDoors, type House } from './doors.ts'
import { handleFailures, sendFailure } from './failures.ts'
import { healthRoutes } from './health.ts'
import { limits as usualLimits, type Limits } from './limits.ts'
import { loggingOptions } from './logging.ts'
import { Meter } from './meter.ts'
import { metricsRoute } from './metrics.ts'
import { Newcomers } from './newcomers.ts'
import { Pace } from './pace.ts'
import { privacyOf } from './privacy.ts'
import { paceApi } from './pacing.ts'
import { askForProof } from './proof-needed.ts'
import { refusals } from './problem.ts'
import { ReadyCache } from './ready-cache.ts'
import { apiRoutes } from './routes.ts'
import { SecondPress } from './second-press.ts'
import { overHttps, withEveryAnswer } from './security-headers.ts'
import { Standstill } from './standstill.ts'
import { answerAlike, refuseUnreadable } from './unreadable.ts'
import { mountWeb } from './web.ts'

/** The largest JSON body: every text at its limit, with room. */
const bodyLimit = 256 * 1024

/** Methods that change nothing, and may come late. */
const looks = new Set(['GET', 'HEAD', 'OPTIONS'])

const Description = Type.Record(Type.String(), Type.Unknown(), { description: 'OpenAPI 3.1' })

export interface AppOptions {
  house: House
  config: Config
  /** Serve the pages: as built, straight from their sources, or not at all. */
  web: 'built' | 'live' | 'none'
  logger?: { level: string } | false
  /** Whether the server is about to end, so that nobody should be sent here any more. */
  isStopping?: () => boolean
  limits?: Limits
  /** How fast clients may go; it is kept with other servers of the same store by who starts this one. */
  pace?: Pace
  /** What tells other nodes what was committed here, where there are any. */
  bus?: Bus | null
  /** What became of the letters that this node sends, where it sends any. */
  letters?: PostCounts | null
}

/** Builds the whole server without listening. */
export async function buildApp({
  house: untimed,
  config,
  web,
  logger = false,
  isStopping = () => false,
  limits = usualLimits,
  pace = new Pace(config.clientLimits, config.secretKey),
  bus = null,
  letters = null,
}: AppOptions): Promise<FastifyInstance> {
  const meter = new Meter()
  const house = { ...untimed, verbs: meter.timing(untimed.verbs), secretKey: config.secretKey }
  const snapshots = new SnapshotCache(house)
  const ready = new ReadyCache(snapshots.freshness)
  const overlays = new OverlayCache(house, snapshots.freshness)
  const sealing = config.mail === null ? null : { sealing: new Sealing(config.secretKey) }
  const doors = createDoors(house, snapshots, overlays, sealing)
  const app = Fastify({
    bodyLimit,
    // Checks itself that the word comes from one of them, whatever else the header lists.
    trustProxy: config.trustedProxies.length > 0 && config.trustedProxies,
    ...loggingOptions(logger, config.trustedProxies),
    // No text that is kept has a NUL in it, and not every engine lets itself be asked for one.
    rewriteUrl: ({ url = '/' }) => url.replaceAll('%00', '%EF%BF%BD'),
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200 },
    // Long enough for the largest body; what is smaller has less time, see boundBodies.
    requestTimeout: Math.ceil(limits.bodyWithin + (1000 * largestBody) / limits.bytesPerSecond),
    connectionTimeout: limits.idleWithin,
    http: {
      maxHeaderSize: limits.headerSize,
      headersTimeout: limits.headersWithin,
      connectionsCheckingInterval: limits.checkEvery,
      // We refuse that ourselves, in words.
      requireHostHeader: false,
    },
    forceCloseConnections: 'idle',
    // What was sent on an open connection before its end was heard of is answered like everything else.
    return503OnClosing: false,
    clientErrorHandler: refuseUnreadable,
    // No hook sees these.
    frameworkErrors: (error, request, reply) => void sendFailure(error, request, reply.headers(withEveryAnswer)),
  })
  app.decorateRequest('page', '')
  meter.watch(app)
  app.decorateRequest('refusal', '')
  app.server.maxConnections = config.maxListeners + limits.connections
  handleFailures(app)
  answerAlike(app)
  // What is for everyone need not wait for what is for one.
  const gates = {
    forms: new Gate(limits.forms),
    visitors: new Gate(limits.pages),
    everyone: new Gate(limits.pages),
    bodies: new Gate(limits.largeBodies),
    pictures: decoding,
  }
  const admitBody = boundBodies(app, limits, gates.bodies)
  readBodies(app)
  const hub = new Hub(house, {
    maxListeners: config.maxListeners,
    report: (failure) => app.log.error({ err: failure }, 'listeners are told later'),
  })
  meter.ask({
    hub,
    ready: () => ready.counts,
    held: () => pace.counts,
    caches: { snapshot: snapshots, overlay: overlays },
    gates,
    batches: () => untimed.verbs.countBatches(),
    bus,
    letters,
  })
  // Before the server waits for its connections to end: streams never would.
  app.addHook('preClose', (done) => {
    hub.close()
    done()
  })

  await app.register(cookie)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Folkmoot', version: '1', description: 'Ask a question, gather ideas, weigh them, decide.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }, {}],
    },
  })

  const standstill = new Standstill()
  app.addHook('onListen', () => standstill.begin())
  app.addHook('onClose', () => standstill.close())
  app.addHook('onRequest', (request, _reply, done) => {
    refuseCrossSite(request, config)
    if (standstill.isJustOver && !looks.has(request.method)) throw refuse('overloaded')
    done()
  })
  // Ready bytes have these in their heads already, and do not come by here.
  app.addHook('onSend', (request, reply, _payload, done) => {
    void reply.headers(withEveryAnswer)
    if (isOverHttps(request, config)) void reply.headers(overHttps)
    done()
  })

  // Bodies are checked at the doors, whatever the door; here it is only what stands in the address.
  app.setValidatorCompiler(({ schema, httpPart }) => (value: unknown) => {
    if (httpPart !== 'querystring') return { value }
    const converted: unknown = Value.Convert(schema as TSchema, value)
    const errors = findErrors(schema, converted)
    return errors.length > 0 ? { error: refuse('invalid_input', errors) } : { value: converted }
  })

  const newcomers = new Newcomers(house.verbs, house.clock, config.clientLimits, config.secretKey)
  // Without PUBLIC_URL links in letters lead to where this server listens: what a request says of itself anyone can make up.
  const letterFrom = async (address: string) => ({
    origin: config.publicUrl ?? listeningAt(app, config.host),
    from: await newcomers.letterFrom(address),
  })
  healthRoutes(app, house, isStopping)
  metricsRoute(app, meter, config)

  await app.register(
    (api, _options, done) => {
      paceApi(api, pace, config)
      askForProof(api, newcomers)
      api.addHook('onRequest', ({ raw }, reply, done) => {
        const admitted = admitBody(raw)
        if (!admitted) return done()
        admitted.then((leave) => {
          if (raw.socket.destroyed) leave()
          else reply.raw.once('close', leave)
          done()
        }, done)
      })
      apiRoutes(api, { doors, config, snapshots, ready, hub, newcomers, letterFrom })
      api.get(
        '/openapi.json',
        { schema: { summary: 'This description', response: { 200: Description, ...refusals } } },
        () => app.swagger(),
      )
      done()
    },
    { prefix: '/api/v1' },
  )

  if (web !== 'none') {
    const presses = new SecondPress()
    await mountWeb(app, {
      dev: web === 'live',
      config,
      clock: house.clock,
      snapshots,
      ready,
      gates,
      pace,
      admitBody,
      services: (origin, device, { sender, address }, report) => ({
        doors,
        newcomers: {
          of: (questionId, proof) => newcomers.of({ address, questionId, proof }),
          ask: (refusal, questionId, proof) => newcomers.ask(refusal, { address, questionId, proof }),
        },
        report,
        forEveryone: false,
        device,
        newDevice: () => pace.meet(newToken()),
        once: (key, scope, body) => onceFrom(key, scope, body, config.secretKey),
        secondPress: (words) => presses.keyFor(sender, words, house.clock()),
        cookie: deviceCookie(origin),
        origin,
        now: house.clock,
        privacy: privacyOf(config),
        letterFrom: () => letterFrom(address),
      }),
    })
  }
  return app
}

/** The address that the server listens on, as a link leads there. */
function listeningAt(app: FastifyInstance, host: string): string {
  const bound = app.server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 3000
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** JSON, and the bytes of a picture. An empty body is an empty object, as many clients send it with PUT and DELETE. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const json = app.getDefaultJsonParser('error', 'error')
  app.decorateRequest('sent', '')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    request.sent = body as string
    if (body === '') done(null, {})
    else void json(request, body as string, done)
  })
  app.addContentTypeParser(/^image\/|^application\/octet-stream$/, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
}
