import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { Refusal } from '../base/refusals.ts'
import type { House } from './doors.ts'
import { logOf } from './logging.ts'
import { refusals } from './problem.ts'

/** A store that takes longer than this is not one to send people to, in milliseconds. */
const within = 5_000

const Alive = Type.Object({ status: Type.Literal('ok') })
const Ready = Type.Object({ status: Type.Literal('ready') })
const NotReady = Type.Object({ status: Type.Literal('not ready'), reason: Type.String(), detail: Type.String() })

/** Why a server is not ready, for a load balancer's log and whoever reads it. */
const reasons = {
  shutting_down: 'This server is about to end. What is in flight is finished.',
  cannot_write: 'The store cannot be written to, or takes longer than 5 seconds.',
  cannot_read: 'The store cannot be read, or takes longer than 5 seconds.',
} as const

/**
 * Adds `/healthz`, alive, and `/readyz`, able to read and write. Ready is tried, not remembered: each time a row is
 * written, made durable and read.
 * @param isStopping whether the server is about to end
 */
export function healthRoutes(app: FastifyInstance, { verbs, read }: House, isStopping: () => boolean): void {
  app.get('/healthz', { schema: { summary: 'Alive', response: { 200: Alive, '4xx': refusals['4xx'] } } }, () => ({
    status: 'ok',
  }))

  const response = { 200: Ready, 503: NotReady, '4xx': refusals['4xx'] }
  app.get('/readyz', { schema: { summary: 'Can read and write', response } }, async (request, reply) => {
    void reply.header('cache-control', 'no-store')
    let reason: keyof typeof reasons = 'shutting_down'
    try {
      if (isStopping()) throw new Error(reasons.shutting_down)
      reason = 'cannot_write'
      await soon(verbs.touch())
      reason = 'cannot_read'
      const row = read.selectFrom('server').select('value').where('name', '=', 'ready')
      await soon(row.executeTakeFirstOrThrow())
      return { status: 'ready' }
    } catch (failure) {
      const cause = failure instanceof Refusal ? (failure.cause ?? failure) : failure
      if (reason !== 'shutting_down') logOf(request).error({ err: cause, reason }, 'not ready')
      // A rule that said no knows better why than we do.
      const [code, detail] = failure instanceof Refusal ? [failure.code, failure.message] : [reason, reasons[reason]]
      return await reply.code(503).send({ status: 'not ready', reason: code, detail })
    }
  })
}

/** @throws when it takes too long; then it goes on, and nobody waits for it */
async function soon<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`This took longer than ${within / 1000} seconds.`)), within)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
