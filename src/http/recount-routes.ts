import { AsideReason } from '../aside/wire.ts'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import Type from 'typebox'
import { Gate } from '../base/gate.ts'
import { PublicId } from '../question/wire.ts'
import { callerOf } from './caller.ts'
import type { Config } from './config.ts'
import type { Doors } from './doors.ts'
import { refusals } from './problem.ts'

/** Ballot files written at once: each may be long, and reads all the while. */
const filesAtOnce = { inside: 2, waiting: 50 }

const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i

const script = readFileSync(new URL('../recount/recount.mjs', import.meta.url))

const Receipt = Type.Object({ receipt: Type.String() })
const Found = Type.Object({
  counted: Type.Boolean(),
  /** Why it is not counted, where the owner set the votes of its holder aside. */
  setAside: Type.Union([
    Type.Object({ reason: AsideReason, note: Type.String(), at: Type.String({ format: 'date-time' }) }),
    Type.Null(),
  ]),
  votes: Type.Union([
    Type.Array(Type.Object({ idea: PublicId, title: Type.String(), level: Type.String(), votes: Type.Integer() })),
    Type.Null(),
  ]),
})
const text = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: type === 'application/json' ? Type.Object({}) : Type.String() } },
})

/** Recounting: the ballot file of a closed question, the script that counts it, and receipts. @param methods of the API, by address */
export function recountRoutes(
  app: FastifyInstance,
  { doors, config }: { doors: Doors; config: Config },
  methods: Map<string, HTTPMethods[]>,
): void {
  const gate = new Gate(filesAtOnce)

  methods.set('/questions/:q/ballots', ['GET'])
  app.get(
    '/questions/:q/ballots',
    {
      schema: {
        summary: 'All counted ballots of a closed question, shuffled, to be recounted by anyone',
        response: { 200: text('application/json', 'The ballot file; docs/verifying.md describes it'), ...refusals },
      },
    },
    async (request, reply) => {
      const { q } = request.params as { q: string }
      const { tag, pieces } = await doors.ballots(q)
      const etag = `W/"${tag}"`
      void reply
        .header('etag', etag)
        .header('cache-control', 'public, no-cache')
        .header('vary', 'accept-encoding')
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="ballots-${q}.json"`)
      if (request.headers['if-none-match'] === etag) return await reply.code(304).send()
      if (request.method === 'HEAD') return await reply.send()
      const leave = await gate.enter()
      const source = Readable.from(pieces(), { objectMode: false })
      source.once('close', leave)
      // Who asked may have gone while waiting, and then nothing would end it.
      if (request.raw.socket.destroyed) source.destroy()
      reply.raw.once('close', () => source.destroy())
      if (!takesGzip.test(request.headers['accept-encoding'] ?? '')) return await reply.send(source)
      const gzip = createGzip({ level: 3 })
      source.once('error', (failure) => gzip.destroy(failure))
      return await reply.header('content-encoding', 'gzip').send(source.pipe(gzip))
    },
  )

  methods.set('/recount.mjs', ['GET'])
  app.get(
    '/recount.mjs',
    {
      schema: {
        summary: 'The script that recounts a ballot file: node recount.mjs FILE',
        response: { 200: text('text/javascript', 'For Node, without any package'), ...refusals },
      },
    },
    (_request, reply) =>
      reply
        .header('cache-control', 'public, no-cache')
        .header('content-disposition', 'attachment; filename="recount.mjs"')
        .type('text/javascript; charset=utf-8')
        .send(script),
  )

  methods.set('/questions/:q/me/receipt', ['GET'])
  app.get(
    '/questions/:q/me/receipt',
    { schema: { summary: 'The receipt by which this participant finds their ballot', response: { 200: Receipt, ...refusals } } }, // prettier-ignore
    async (request, reply) => {
      const receipt = await doors.receipt(callerOf(request, config), (request.params as { q: string }).q)
      void reply.header('cache-control', 'private, no-store')
      return { receipt }
    },
  )

  methods.set('/questions/:q/receipts/:receipt', ['GET'])
  app.get(
    '/questions/:q/receipts/:receipt',
    { schema: { summary: 'Whether the ballot of a receipt is counted, and how, once closed', response: { 200: Found, ...refusals } } }, // prettier-ignore
    async (request, reply) => {
      const { q, receipt } = request.params as { q: string; receipt: string }
      const found = await doors.findBallot(q, receipt)
      void reply.header('cache-control', 'private, no-store')
      const setAside = found?.setAside ?? null
      return { counted: found !== null && setAside === null, setAside, votes: found?.votes ?? null }
    },
  )
}
