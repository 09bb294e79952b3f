import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalogue, Refusal, refuse, type RefusalCode } from '../base/refusals.ts'
import { logOf, routeOf } from './logging.ts'

/** What Fastify itself refuses before a route is reached, in our words. */
const fastifyCodes: Record<string, RefusalCode> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'wrong_content_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
}

/** When to come back after a refusal that passes, in seconds from and to. */
const retryAfter: Partial<Record<RefusalCode, [number, number]>> = {
  overloaded: [3, 10],
  cannot_store: [30, 60],
  database_away: [3, 10],
  storage_damaged: [300, 600],
}

/** RFC 9457 problem details of a refusal. */
export function problemOf(refusal: Refusal): Record<string, unknown> {
  const { code, status, errors, facts } = refusal
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Refused',
    status,
    code,
    detail: catalogue[code][1],
    ...(errors.length > 0 && { errors: errors.map(({ path, message }) => ({ path, message })) }),
    ...facts,
  }
}

/** One handler for everything that goes wrong: refusals are answers, the rest is logged once and told to nobody. */
export function handleFailures(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => sendFailure(error, request, reply))
}

/** @param more what stands in the problem besides */
export function sendFailure(
  error: FastifyError | Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
  more: object = {},
): FastifyReply {
  const refusal = refusalOf(error)
  // Not all at the same moment again.
  const [soonest, latest] = retryAfter[refusal.code] ?? []
  if (soonest !== undefined && latest !== undefined)
    void reply.header('retry-after', soonest + Math.floor(Math.random() * (latest - soonest + 1)))
  request.refusal = refusal.code
  if (refusal.code === 'too_fast') void reply.header('retry-after', String(refusal.facts.retryAfter))
  if (refusal.code === 'internal') logFailure(error, request)
  return reply
    .header('x-request-id', request.id)
    .code(refusal.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problemOf(refusal), ...more }))
}

/** Logs what nobody expected, once, where it is turned into an answer. */
export function logFailure(failure: unknown, request: FastifyRequest): void {
  logOf(request).error({ err: failure, method: request.method, route: routeOf(request) }, 'unexpected failure')
}

function refusalOf(error: FastifyError | Refusal): Refusal {
  if (error instanceof Refusal) return error
  const known = fastifyCodes[error.code]
  if (known) return refuse(known)
  // JSON with a poisonous key such as __proto__ comes without a code of Fastify's.
  if (error.statusCode === 400) return refuse('malformed_json')
  return refuse('internal')
}
