import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { catalogue, refuse, type RefusalCode } from '../base/refusals.ts'
import { problemOf } from './failures.ts'
import { withEveryAnswer } from './security-headers.ts'

/** What node says of a request that it does not take; anything else that it says is about what is no HTTP at all. */
const nodeCodes: Record<string, RefusalCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too_slow',
}

/** For Fastify's `clientErrorHandler`: says in the words of every refusal why a request could not be read, and hangs up. */
export function refuseUnreadable(error: NodeJS.ErrnoException & { rawPacket?: unknown }, socket: Socket): void {
  // As node itself does: an answer that has begun cannot be followed by another.
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null }
  if (error.code !== 'ECONNRESET' && socket.writable && answer?.headersSent !== true)
    writeRefusal(socket, nodeCodes[error.code ?? ''] ?? 'malformed_request', isHead(error.rawPacket))
  socket.destroy(error)
}

/** Whether what could not be read begins as a HEAD does, after whose head a client takes anything for the next answer. */
function isHead(packet: unknown): boolean {
  return Buffer.isBuffer(packet) && packet.toString('latin1', 0, 5) === 'HEAD '
}

/**
 * Writes a refusal where there is no request to answer; what comes after it on this connection is not read.
 * @param headAlone without the body
 */
export function writeRefusal(socket: Duplex, code: RefusalCode, headAlone = false): void {
  const body = JSON.stringify(problemOf(refuse(code)))
  const [status] = catalogue[code]
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(withEveryAnswer).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${headAlone ? '' : body}`)
}

/** Answers like everything else what node would answer by itself in a few words. The server must not require a Host itself. */
export function answerAlike(app: FastifyInstance): void {
  app.server.on('connect', (_request, socket) => {
    writeRefusal(socket, 'method_not_allowed')
    socket.end()
  })
  // An expectation that is not known may be left unheard (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') throw refuse('malformed_request')
    done()
  })
  app.setNotFoundHandler(({ method }) => {
    throw refuse(app.supportedMethods.includes(method) ? 'not_found' : 'method_not_allowed')
  })
}
