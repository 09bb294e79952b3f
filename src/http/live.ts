import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { refuse } from '../base/refusals.ts'
import type { Hub } from '../live/hub.ts'
import type { Doors } from './doors.ts'
import { refusals } from './problem.ts'
import { withEveryAnswer } from './security-headers.ts'

const LiveQuery = Type.Object({ since: Type.Optional(Type.Integer({ minimum: 0 })) }, { additionalProperties: false })

/** Written as it is: one stream of bytes to the end of the connection, so that the same bytes serve every listener. */
const head = [
  'HTTP/1.1 200 OK',
  'content-type: text/event-stream; charset=utf-8',
  'cache-control: no-store',
  // A proxy that gathers answers before it passes them on would hold everything back.
  'x-accel-buffering: no',
  ...Object.entries(withEveryAnswer).map(([name, value]) => `${name}: ${value}`),
  'connection: close',
  '\r\n',
].join('\r\n')

const description = `Server-Sent Events, from now on or from the revision in \`Last-Event-ID\` (or \`since\`) on.
\`hello\` \`{revision}\` comes first. \`change\` \`{revision, type, at, data}\` is a public change, with its revision as id.
\`tallies\` \`{revision, counts, ideas: [{id, votes, voters}]}\` has the values that moved, as they are now, at most ten
times a second. \`resync\` \`{revision}\` says that too much was missed: load the question anew. The stream ends after the
change \`question.deleted\`.`

/** Adds the stream of a question's changes. */
export function liveRoute(app: FastifyInstance, { doors, hub }: { doors: Doors; hub: Hub }): void {
  app.get(
    '/questions/:q/live',
    {
      schema: {
        summary: 'The changes as they happen (Server-Sent Events)',
        description,
        querystring: LiveQuery,
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ pattern: '^[0-9]{0,15}$' })) }),
        response: {
          ...refusals,
          200: { description: 'A stream of events', content: { 'text/event-stream': { schema: Type.String() } } },
        },
      },
    },
    async (request, reply) => {
      const { q } = request.params as { q: string }
      if (request.method === 'HEAD') {
        await doors.snapshot(q)
        return await reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').send()
      }
      const since = lastKnown(request.headers['last-event-id']) ?? (request.query as { since?: number }).since ?? null
      await hub.join(q, since, (greeting) => {
        // Behind another request on the same connection: one stream is enough for one connection.
        if (!reply.raw.socket) {
          request.raw.socket.destroy()
          throw refuse('overloaded')
        }
        reply.hijack()
        const { socket } = request.raw
        socket.setTimeout(0)
        socket.setNoDelay(true)
        socket.write(head + greeting)
        return socket
      })
      return reply
    },
  )
}

/** @throws invalid_input when it is no revision of ours */
function lastKnown(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null
  if (typeof header === 'string' && /^[0-9]{1,15}$/.test(header)) return Number(header)
  throw refuse('invalid_input', [{ path: 'Last-Event-ID', message: 'must be the number of a revision' }])
}
