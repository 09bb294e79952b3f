import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Gate } from '../base/gate.ts'
import type { Limits } from './limits.ts'
import { writeRefusal } from './unreadable.ts'

/** The largest body of all: a form with a picture of 10 MB and its texts. */
export const largestBody = 11 * 1024 * 1024

/** A body that has begun to arrive. */
interface Arriving {
  request: IncomingMessage
  response: ServerResponse
  since: number
  /** What the connection had brought before. */
  bytesBefore: number
  /** Whether it waits for room here, and is not read meanwhile. */
  isWaiting: boolean
}

/**
 * Lets a large body in once there is room for it.
 * @returns how to say that it is done with; null for a body that needs no room. It is refused with overloaded
 */
export type AdmitBody = (request: IncomingMessage) => Promise<() => void> | null

/**
 * Bounds what bodies take: only so many large ones are on their way at once, and a client that sends more slowly than
 * any network is cut off. Node's own limit is one for all requests, and would be long enough for the largest picture.
 */
export function boundBodies(app: FastifyInstance, limits: Limits, large: Gate): AdmitBody {
  const arriving = new Map<Socket, Arriving>()

  app.addHook('onRequest', ({ raw }, reply, done) => {
    const size = sizeOf(raw)
    if (size > 0) {
      const since = performance.now()
      // One entry a connection: it has a second request only once the first has arrived.
      const bytesBefore = raw.socket.bytesRead
      arriving.set(raw.socket, { request: raw, response: reply.raw, since, bytesBefore, isWaiting: false })
    }
    done()
  })

  const check = setInterval(() => {
    const now = performance.now()
    for (const [socket, { request, response, since, bytesBefore, isWaiting }] of arriving) {
      // The time that what has come may have taken: what is only announced gives none.
      const granted = limits.bodyWithin + (1000 * (socket.bytesRead - bytesBefore)) / limits.bytesPerSecond
      if (request.complete || socket.destroyed) arriving.delete(socket)
      // Refused, and still sending: it has had time to read why.
      else if (response.writableFinished && now - since > limits.bodyWithin / 2) socket.destroy()
      else if (!isWaiting && now - since > granted) cutOff(socket, response)
    }
  }, limits.checkEvery)
  check.unref()
  app.addHook('onClose', (_app, done) => {
    clearInterval(check)
    done()
  })
  const admit = async (request: IncomingMessage) => {
    const body = arriving.get(request.socket)
    if (body) body.isWaiting = true
    try {
      return await large.enter()
    } finally {
      if (body) Object.assign(body, { isWaiting: false, since: performance.now() })
    }
  }
  return (request) => (sizeOf(request) > limits.largeBody ? admit(request) : null)
}

/** How large a body is by what its headers say, at most as large as is ever read; 0 without one. */
function sizeOf({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return largestBody
  const said = Number(headers['content-length'] ?? 0)
  return Math.min(said, largestBody)
}

function cutOff(socket: Socket, response: ServerResponse): void {
  if (!response.headersSent) writeRefusal(socket, 'too_slow')
  socket.destroySoon()
}
