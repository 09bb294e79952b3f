import type { FastifyInstance, FastifyRequest } from 'fastify'
import { credentialOf, deviceIn } from './caller.ts'
import type { Config } from './config.ts'
import { networksOf } from './networks.ts'
import type { Pace } from './pace.ts'
import { tooFast } from './problem.ts'

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What is ready, or costs no more than what is ready. */
const cheap = /\/(questions\/:q|images\/:image|openapi\.json)$/

/** How much a step takes from a budget; 1 is a vote. */
const weights = {
  write: 1,
  /** A picture is decoded and written anew. */
  picture: 10,
  read: 0.25,
  /** Rendering takes as long as a dozen answers of the API. */
  page: 3,
}

/**
 * Has every request to the API keep to the pace, before its body is read, and says so in the description. To be called
 * before its routes are added.
 */
export function paceApi(api: FastifyInstance, pace: Pace, config: Config): void {
  api.addHook('onRoute', ({ method, url, schema }) => {
    const isRead = (Array.isArray(method) ? method : [method]).every((one) => reading.has(one))
    if (schema?.response && !(isRead && cheap.test(url))) Object.assign(schema.response, { 429: tooFast })
  })
  let hasWarned = config.trustedProxies.length > 0
  // Who has just got a cookie has begun already.
  api.addHook('onSend', ({ headers, method }, reply, _payload, done) => {
    if (headers.cookie === undefined && !reading.has(method)) {
      const device = deviceIn(reply.getHeader('set-cookie'))
      if (device !== null) pace.meet(device)
    }
    done()
  })
  api.addHook('onRequest', (request, _reply, done) => {
    const { url = '' } = request.routeOptions
    if (!hasWarned && request.headers['x-forwarded-for'] !== undefined && networksOf(request.ip).length === 0) {
      hasWarned = true
      api.log.warn('requests come through a proxy that TRUST_PROXY does not name: networks are not limited')
    }
    const isRead = reading.has(request.method)
    if (isRead && cheap.test(url)) return done()
    const weight = isRead ? weights.read : url.endsWith('/image') ? weights.picture : weights.write
    const turn = admit(request, weight, pace, config)
    if (turn) turn.then(() => done(), done)
    else done()
  })
}

/** Has a page that is made for this visitor, or a form, keep to the pace. @throws too_fast */
export async function pacePage(request: FastifyRequest, pace: Pace, config: Config): Promise<void> {
  await admit(request, reading.has(request.method) ? weights.page : weights.write, pace, config)
}

function admit(request: FastifyRequest, weight: number, pace: Pace, config: Config): Promise<void> | undefined {
  return pace.admit({
    kind: reading.has(request.method) ? 'read' : 'write',
    weight,
    credential: credentialOf(request, config),
    address: request.ip,
  })
}
