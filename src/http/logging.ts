import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify'
import ipaddr from 'ipaddr.js'
import type { RefusalCode } from '../base/refusals.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The page that answers, as its pattern: `/q/:id`. Empty where the route says it, or nobody. */
    page: string
    /** How it was refused; empty when it was not. */
    refusal: RefusalCode | ''
  }
}

/** Levels at which every request is logged. */
const logsRequests = new Set(['info', 'debug', 'trace'])

/**
 * What the server needs to log: JSON lines, each of a request with its id, and nothing in them that belongs to a person or
 * opens anything. So no address, path, query, header, cookie or body is ever given to the logger; what the framework and
 * the engine put into their own messages is taken out again.
 * @param logger as Fastify takes it; false for no lines at all
 * @param trusted addresses and networks of proxies, whose ids of requests are taken over
 */
export function loggingOptions(logger: { level: string } | false, trusted: string[]) {
  return {
    logger: logger && {
      ...logger,
      serializers: {
        err: failureOf,
        req: requestOf,
        res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      },
      hooks: {
        logMethod(this: unknown, args: unknown[], method: (...args: unknown[]) => void) {
          method.apply(
            this,
            args.map((one) => (typeof one === 'string' ? withoutQuotes(one) : one)),
          )
        },
      },
    },
    logController: new OneLine({ requestIdLogLabel: 'requestId' }),
    genReqId: requestIds(trusted),
    // A logger for each request would be a good part of what it costs; it is there for levels at which each is logged.
    childLoggerFactory: (all, bindings, options) => (logsRequests.has(all.level) ? all.child(bindings, options) : all),
  } satisfies FastifyServerOptions & Record<string, unknown>
}

/** One line for a request, when it is answered, instead of one at each end. */
class OneLine extends Fastify.LogController {
  override incomingRequest(): void {
    // It is told when it is answered.
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (error) logOf(request).warn({ err: error, ...requestOf(request) }, 'the answer broke off')
    if (!logsRequests.has(request.log.level)) return
    const { statusCode: status } = reply.raw
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10
    const { refusal } = request
    request.log.info({ ...requestOf(request), status, milliseconds, ...(refusal && { refusal }) }, 'answered')
  }

  override routeNotFound(): void {
    // Its message has the path in it, and the line of the request says as much.
  }
}

/** The logger of a request, whose every line has the request's id, also at levels at which no request has its own. */
export function logOf({ log, id }: FastifyRequest): FastifyBaseLogger {
  return logsRequests.has(log.level) ? log : log.child({ requestId: id })
}

/** Which route or page a request is for, as its pattern: never with what people put into the address. */
export function routeOf(request: FastifyRequest): string {
  return request.page || patternOf(request.routeOptions.url ?? '')
}

/** A route's pattern without the expressions in it. */
export function patternOf(url: string): string {
  return url.replace(/\([^)]*\)/g, '')
}

function requestOf(request: FastifyRequest): { method: string; route: string } {
  return { method: request.method, route: routeOf(request) }
}

/**
 * Ids that no two requests share, on whatever node and after however many starts; or a trusted proxy's, by which it names
 * the request in its own log. Whoever else names one would write into ours. They count nothing: how much others do here is
 * nobody's to see, least of all how many vote where votes are hidden.
 */
function requestIds(trusted: string[]): (raw: IncomingMessage) => string {
  const networks = trusted.map((one) => ipaddr.parseCIDR(one.includes('/') ? one : `${one}/${isIPv6(one) ? 128 : 32}`))
  const isTrusted = (address: string) => {
    const from = ipaddr.process(address)
    return networks.some((network) => from.kind() === network[0].kind() && from.match(network))
  }
  return ({ headers: { 'x-request-id': said }, socket: { remoteAddress } }) =>
    typeof said === 'string' && /^[A-Za-z0-9_-]{8,64}$/.test(said) && remoteAddress && isTrusted(remoteAddress)
      ? said
      : randomUUID()
}

interface LoggedFailure {
  [more: string]: unknown
  type: string
  message: string
  stack: string
  code?: string
  cause?: LoggedFailure
}

/** A failure for the log: what it is and where, without what else hangs on it, such as the bytes of a broken request. */
function failureOf(failure: unknown): LoggedFailure {
  const error = failure instanceof Error ? failure : new Error(typeof failure === 'string' ? failure : 'not an error')
  const { code } = error as NodeJS.ErrnoException
  return {
    type: error.name,
    message: withoutQuotes(error.message),
    stack: withoutQuotes(error.stack ?? ''),
    ...(typeof code === 'string' && { code }),
    ...(error.cause !== undefined && { cause: failureOf(error.cause) }),
  }
}

/** Without what messages quote of a request: its address, and JSON that cannot be read. */
function withoutQuotes(text: string): string {
  return text.replace(/"\/[^"]*"/g, '"/…"').replace(/"[^]*"(\.\.\.)? is not valid JSON/g, '"…" is not valid JSON')
}
