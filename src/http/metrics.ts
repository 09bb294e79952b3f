import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { refuse } from '../base/refusals.ts'
import type { Config } from './config.ts'
import type { Meter } from './meter.ts'
import { refusals } from './problem.ts'

const text = {
  description: 'Metrics',
  content: { 'text/plain': { schema: Type.String() } },
}

/**
 * Adds `/metrics`. It answers to who has METRICS_TOKEN; where none is set, only to the machine itself, and not to what a
 * proxy on it hands on. To anybody else there is nothing at this address.
 */
export function metricsRoute(app: FastifyInstance, meter: Meter, { metricsToken }: Config): void {
  const response = { 200: text, '4xx': refusals['4xx'] }
  app.get(
    '/metrics',
    { schema: { summary: 'What the server does, for Prometheus', response } },
    async (request, reply) => {
      if (metricsToken === null ? !isOfThisMachine(request) : !hasToken(request, metricsToken))
        throw refuse('not_found')
      const { type, text } = await meter.tell()
      return await reply.header('cache-control', 'no-store').type(type).send(text)
    },
  )
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

function isOfThisMachine({ raw, hostname }: FastifyRequest): boolean {
  return (
    loopback.test(raw.socket.remoteAddress ?? '') &&
    (hostname === 'localhost' || loopback.test(hostname.replace(/^\[|\]$/g, ''))) &&
    forwarded.every((name) => raw.headers[name] === undefined)
  )
}

function hasToken({ headers: { authorization = '' } }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`))
}
