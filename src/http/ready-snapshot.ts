import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { isAhead } from '../snapshot/build.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import { Snapshot } from '../snapshot/wire.ts'
import { refusals } from './problem.ts'
import { Ready } from './ready.ts'
import type { ReadyCache } from './ready-cache.ts'
import { withEveryAnswer } from './security-headers.ts'

const notModified = Type.Null({ description: 'As If-None-Match has it' })

const headers = {
  'content-type': 'application/json; charset=utf-8',
  ...withEveryAnswer,
  vary: 'accept-encoding, authorization, cookie',
}

/** The snapshot as ready bytes: written as JSON once a revision, through its schema like every answer. */
export function readySnapshot(
  app: FastifyInstance,
  { snapshots, ready }: { snapshots: SnapshotCache; ready: ReadyCache },
): void {
  app.get(
    '/questions/:q',
    { schema: { summary: 'The snapshot', response: { 200: Snapshot, 304: notModified, ...refusals } } },
    (request, reply): Promise<unknown> | undefined => {
      const questionId = (request.params as { q: string }).q
      const wanted = { key: questionId, questionId }
      if (ready.sendKept(request, reply, wanted)) return undefined
      const make = async () => {
        const snapshot = await snapshots.load(questionId)
        const body = reply.getSerializationFunction('200')?.(snapshot) as string
        return new Ready(snapshot.revision, { body, tag: tagOf(snapshot), headers })
      }
      return ready.answer(request, reply, { ...wanted, make })
    },
  )
}

/** Its revision. Before it is written down what time has done to a question, the same revision is still another view. */
function tagOf(snapshot: Snapshot): string {
  const { revision, stages } = snapshot
  return isAhead(snapshot) ? `${revision}-${stages.ideas}-${stages.votes}` : String(revision)
}
