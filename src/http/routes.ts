// Over 300 lines: it is one map, every address of the JSON API on one page.
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, HTTPMethods } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { rfc3339 } from '../base/clock.ts'
import { refuse } from '../base/refusals.ts'
import { check } from '../base/validate.ts'
import { ArgumentPatch, NewArgument } from '../argument/wire.ts'
import { NewComment } from '../comment/wire.ts'
import { NewDecision } from '../decision/wire.ts'
import { IdeaPatch, Merger, NewIdea } from '../idea/wire.ts'
import { Reasoned } from '../moderation/wire.ts'
import { Leaving, NewParticipant, Renaming } from '../participant/wire.ts'
import { adminPath, questionPath } from '../question/rules.ts'
import type { Caller } from '../question/seat.ts'
import { NewQuestion, PublicId, QuestionPatch, Reopening, Time } from '../question/wire.ts'
import type { Hub } from '../live/hub.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import * as view from '../snapshot/wire.ts'
import { Ballot, NewVote, VoteReceipt, VoterPage } from '../vote/wire.ts'
import { callerOf, keepDevice, originOf } from './caller.ts'
import type { Config } from './config.ts'
import type { LetterRequest } from './confirmation-doors.ts'
import type { Doors } from './doors.ts'
import { asideRoutes } from './aside-routes.ts'
import { confirmationRoutes } from './confirmation-routes.ts'
import { deskRoutes } from './desk-routes.ts'
import { similarRoutes } from './similar-routes.ts'
import { entryRoutes } from './entry-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { liveRoute } from './live.ts'
import type { Newcomers } from './newcomers.ts'
import { arrivalOf } from './proof-needed.ts'
import type { ReadyCache } from './ready-cache.ts'
import { refusals } from './problem.ts'
import { recountRoutes } from './recount-routes.ts'
import { readySnapshot } from './ready-snapshot.ts'

const Agreed = Type.Object({ argument: PublicId, agreements: Type.Integer(), revision: Type.Integer() })
const Joined = Type.Object({
  participant: Type.Object({ id: PublicId, name: Type.Union([Type.String(), Type.Null()]) }),
  token: Type.String(),
})
const Asked = Type.Object({
  question: view.Snapshot,
  adminToken: Type.String(),
  adminUrl: Type.String(),
  url: Type.String(),
})
const AdminLink = Type.Object({ adminToken: Type.String(), adminUrl: Type.String() })
const BallotReceipt = Type.Object({ votes: Type.Record(Type.String(), Type.Integer()), revision: Type.Integer() })
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const ChangePage = Type.Object({
  question: PublicId,
  changes: Type.Array(
    Type.Object({
      revision: Type.Integer(),
      type: Type.String(),
      at: Time,
      data: Type.Record(Type.String(), Type.Unknown()),
      hash: Type.Union([Hash, Type.Null()]),
    }),
  ),
  revision: Type.Integer(),
  head: Type.Union([Hash, Type.Null()]),
})
const picture = { schema: Type.String({ format: 'binary' }) }
const pictures = {
  description: 'The picture',
  content: { 'image/jpeg': picture, 'image/png': picture, 'image/webp': picture, 'image/gif': picture },
}
const ImageBody = Type.Unsafe<Uint8Array>(Type.String({ format: 'binary' }))

const limit = (most: number) => Type.Optional(Type.Integer({ minimum: 1, maximum: most }))
const VotersQuery = Type.Object(
  { after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}(-[0-9]{1,15})?$' })), limit: limit(500) },
  { additionalProperties: false },
)
const CommentsQuery = Type.Object(
  { before: Type.Optional(PublicId), limit: limit(200) },
  { additionalProperties: false },
)
const ChangesQuery = Type.Object(
  { since: Type.Optional(Type.Integer({ minimum: 0 })), limit: limit(1_000) },
  { additionalProperties: false },
)

/** How large an image upload may be before it is cut off; the rule itself says 10 MB. */
const imageBodyLimit = 11 * 1024 * 1024

type Params = Record<
  'q' | 'idea' | 'argument' | 'comment' | 'image' | 'act' | 'aside' | 'entry' | 'invitation' | 'key',
  string
>
interface Call {
  caller: Caller
  params: Params
  body: unknown
  request: FastifyRequest
  reply: FastifyReply
}

interface ApiDeps {
  doors: Doors
  config: Config
  snapshots: SnapshotCache
  ready: ReadyCache
  hub: Hub
  newcomers: Newcomers
  /** From where a letter is asked for, and where its link leads. */
  letterFrom: (address: string) => Promise<LetterRequest>
}

/** The JSON API under `/api/v1`. Bodies are checked by the doors; their schemas here are for the description. */
export function apiRoutes(
  app: FastifyInstance,
  { doors, config, snapshots, ready, hub, newcomers, letterFrom }: ApiDeps,
): void {
  const methods = new Map<string, HTTPMethods[]>()

  /** Adds a route whose answer goes through its schema, so that nothing leaves that is not named there. */
  const route = (
    method: HTTPMethods,
    url: string,
    summary: string,
    schema: { body?: TSchema; query?: TSchema; status?: 200 | 201; answer?: TSchema },
    answer: (call: Call) => Promise<unknown>,
    options: { bodyLimit?: number } = {},
  ) => {
    const status = schema.status ?? (schema.answer ? 200 : 204)
    methods.set(url, [...(methods.get(url) ?? []), method])
    const described: FastifySchema & { summary: string } = {
      summary,
      ...(schema.body && { body: schema.body }),
      ...(schema.query && { querystring: schema.query }),
      response: { [status]: schema.answer ?? Type.Null({ description: 'Done' }), ...refusals },
    }
    app.route({
      method,
      url,
      schema: described,
      ...options,
      handler: async (request, reply) => {
        const caller = callerOf(request, config)
        const body = request.body ?? {}
        if (Buffer.isBuffer(body) && schema.body !== ImageBody) throw refuse('wrong_content_type')
        const params = request.params as Partial<Params>
        const newcomer = method === 'GET' ? undefined : newcomers.of(arrivalOf(request))
        if (newcomer) caller.newcomer = await newcomer
        if (params.idea !== undefined && params.argument !== undefined)
          await doors.expectArgumentOf(params.q ?? '', params.idea, params.argument)
        const done = await answer({ caller, params: request.params as Params, body, request, reply })
        if (method !== 'GET') keepDevice(request, reply, caller, config)
        if (method === 'GET') void reply.header('cache-control', 'private, no-cache')
        if (reply.sent) return reply
        return reply.code(reply.statusCode === 200 ? status : reply.statusCode).send(done)
      },
    })
  }

  const urls = (request: FastifyRequest, id: string, adminToken: string) => {
    const origin = originOf(request, config)
    return { adminUrl: origin + adminPath(id, adminToken), url: origin + questionPath(id) }
  }

  // Questions

  route('POST', '/questions', 'Ask a question', { body: NewQuestion, status: 201, answer: Asked }, async (call) => {
    const asked = await doors.ask(call.caller, call.body as NewQuestion)
    const { adminUrl, url } = urls(call.request, asked.question.id, asked.adminToken)
    void call.reply.header('location', url)
    return { ...asked, adminUrl, url }
  })

  readySnapshot(app, { snapshots, ready })
  methods.set('/questions/:q', ['GET'])

  route(
    'PATCH',
    '/questions/:q',
    'Change text, deadline or settings (owner)',
    { body: QuestionPatch, answer: view.Snapshot },
    ({ caller, params, body }) => doors.editQuestion(caller, params.q, body as QuestionPatch),
  )
  route('DELETE', '/questions/:q', 'Delete the question (owner)', {}, ({ caller, params }) =>
    doors.deleteQuestion(caller, params.q),
  )
  route(
    'DELETE',
    '/questions/:q/deletion',
    'Bring a deleted question back (owner, 30 days)',
    { answer: view.Snapshot },
    ({ caller, params }) => doors.restoreQuestion(caller, params.q),
  )
  route('PUT', '/questions/:q/closure', 'Close (owner)', { answer: view.Snapshot }, ({ caller, params }) =>
    doors.close(caller, params.q),
  )
  route(
    'DELETE',
    '/questions/:q/closure',
    'Reopen (owner)',
    { body: Reopening, answer: view.Snapshot },
    ({ caller, params, body }) => doors.reopen(caller, params.q, body as Reopening),
  )
  route(
    'POST',
    '/questions/:q/admin-link',
    'Replace the admin link (owner)',
    { status: 201, answer: AdminLink },
    async ({ caller, params, request }) => {
      const { adminToken } = await doors.replaceAdminLink(caller, params.q)
      return { adminToken, adminUrl: urls(request, params.q, adminToken).adminUrl }
    },
  )
  route('GET', '/questions/:q/owner', 'What only the owner sees', { answer: view.OwnerView }, ({ caller, params }) =>
    doors.ownerView(caller, params.q),
  )
  route(
    'PUT',
    '/questions/:q/decision',
    'Record the decision (owner)',
    { body: NewDecision, answer: view.DecisionView },
    ({ caller, params, body }) => doors.decide(caller, params.q, body as NewDecision),
  )
  route('DELETE', '/questions/:q/decision', 'Take the decision back (owner)', {}, ({ caller, params }) =>
    doors.undecide(caller, params.q),
  )
  route(
    'GET',
    '/questions/:q/changes',
    'The feed after a revision',
    { query: ChangesQuery, answer: ChangePage },
    async ({ params, request }) => {
      const page = await doors.changes(params.q, request.query as { since?: number; limit?: number })
      return { ...page, changes: page.changes.map((change) => ({ ...change, at: rfc3339(change.at) })) }
    },
  )

  liveRoute(app, { doors, hub })
  methods.set('/questions/:q/live', ['GET'])

  // Taking part

  route(
    'POST',
    '/questions/:q/participants',
    'Begin to take part',
    { body: NewParticipant, status: 201, answer: Joined },
    ({ caller, params, body }) => doors.join(caller, params.q, body as NewParticipant),
  )
  route('GET', '/questions/:q/me', 'The overlay of this seat', { answer: view.Overlay }, ({ caller, params }) =>
    doors.overlay(caller, params.q),
  )
  route(
    'GET',
    '/questions/:q/me/contributions',
    'All that this participant contributed',
    { answer: view.OwnContributions },
    ({ caller, params }) => doors.ownContributions(caller, params.q),
  )
  route(
    'PATCH',
    '/questions/:q/me',
    'Change the name',
    { body: Renaming, answer: view.Overlay },
    async ({ caller, params, body }) => {
      await doors.rename(caller, params.q, body as Renaming)
      return await doors.overlay(caller, params.q)
    },
  )
  route('DELETE', '/questions/:q/me', 'Leave', { body: Leaving }, ({ caller, params, body }) =>
    doors.leave(caller, params.q, body as Leaving),
  )

  // Ideas

  route(
    'POST',
    '/questions/:q/ideas',
    'Add an idea',
    { body: NewIdea, status: 201, answer: view.IdeaView },
    ({ caller, params, body }) => doors.addIdea(caller, params.q, body as NewIdea),
  )
  route(
    'PATCH',
    '/questions/:q/ideas/:idea',
    'Change an idea (author, owner)',
    { body: IdeaPatch, answer: view.IdeaView },
    ({ caller, params, body }) => doors.editIdea(caller, params.q, params.idea, body as IdeaPatch),
  )
  route('DELETE', '/questions/:q/ideas/:idea', 'Remove an idea (author, owner)', {}, ({ caller, params }) =>
    doors.deleteIdea(caller, params.q, params.idea),
  )
  route(
    'PUT',
    '/questions/:q/ideas/:idea/image',
    'Put a picture on an idea: the bytes of a JPEG, PNG, WebP or GIF (author, owner)',
    { body: ImageBody, answer: view.IdeaView },
    ({ caller, params, body }) => {
      if (!(body instanceof Uint8Array)) throw refuse('image_not_readable')
      return doors.setImage(caller, params.q, params.idea, body)
    },
    { bodyLimit: imageBodyLimit },
  )
  route(
    'DELETE',
    '/questions/:q/ideas/:idea/image',
    'Take the picture away (author, owner)',
    { answer: view.IdeaView },
    ({ caller, params }) => doors.setImage(caller, params.q, params.idea, null),
  )
  route(
    'PUT',
    '/questions/:q/ideas/:idea/hidden',
    'Hide an idea (owner)',
    { body: Reasoned },
    ({ caller, params, body }) => doors.hideIdea(caller, params.q, params.idea, body as Reasoned),
  )
  route('DELETE', '/questions/:q/ideas/:idea/hidden', 'Show an idea again (owner)', {}, ({ caller, params }) =>
    doors.showIdea(caller, params.q, params.idea),
  )
  route(
    'PUT',
    '/questions/:q/ideas/:idea/merger',
    'Merge an idea into another (owner)',
    { body: Merger, answer: view.IdeaView },
    ({ caller, params, body }) => doors.mergeIdea(caller, params.q, params.idea, body as Merger),
  )

  app.get(
    '/questions/:q/images/:image',
    { schema: { summary: 'A picture', response: { 200: pictures, ...refusals } } },
    async (request, reply) => {
      const { q, image } = request.params as Params
      const { type, bytes, isPublic } = await doors.image(callerOf(request, config), q, image)
      return await reply
        .header('cache-control', isPublic ? 'private, max-age=31536000, immutable' : 'private, no-store')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .type(type)
        .send(Buffer.from(bytes))
    },
  )

  // Votes

  route(
    'PUT',
    '/questions/:q/ideas/:idea/vote',
    'Vote for an idea',
    { body: NewVote, answer: VoteReceipt },
    ({ caller, params, body }) => {
      const { value } = check(NewVote, body)
      return doors.vote(caller, params.q, params.idea, value)
    },
  )
  route(
    'DELETE',
    '/questions/:q/ideas/:idea/vote',
    'Take the vote back',
    { answer: VoteReceipt },
    ({ caller, params }) => doors.unvote(caller, params.q, params.idea),
  )
  route(
    'PUT',
    '/questions/:q/ballot',
    'Replace the whole ballot',
    { body: Ballot, answer: BallotReceipt },
    ({ caller, params, body }) => doors.castBallot(caller, params.q, body as Ballot),
  )
  route(
    'GET',
    '/questions/:q/ideas/:idea/voters',
    'Who voted, in the order of voting',
    { query: VotersQuery, answer: VoterPage },
    ({ caller, params, request }) =>
      doors.voters(caller, params.q, params.idea, request.query as { after?: string; limit?: number }),
  )

  // Arguments

  route(
    'POST',
    '/questions/:q/ideas/:idea/arguments',
    'Argue for or against an idea',
    { body: NewArgument, status: 201, answer: view.ArgumentView },
    ({ caller, params, body }) => doors.addArgument(caller, params.q, params.idea, body as NewArgument),
  )
  // An argument has one address below its idea, as the contract writes it, and a short one.
  for (const base of ['/questions/:q/ideas/:idea/arguments/:argument', '/questions/:q/arguments/:argument']) {
    route(
      'PATCH',
      base,
      'Change an argument (author, owner)',
      { body: ArgumentPatch, answer: view.ArgumentView },
      ({ caller, params, body }) => doors.editArgument(caller, params.q, params.argument, body as ArgumentPatch),
    )
    route('DELETE', base, 'Remove an argument (author, owner)', {}, ({ caller, params }) =>
      doors.deleteArgument(caller, params.q, params.argument),
    )
    route('PUT', `${base}/agreement`, 'Agree', { answer: Agreed }, ({ caller, params }) =>
      doors.agree(caller, params.q, params.argument),
    )
    route('DELETE', `${base}/agreement`, 'Agree no more', { answer: Agreed }, ({ caller, params }) =>
      doors.disagree(caller, params.q, params.argument),
    )
    route('PUT', `${base}/hidden`, 'Hide an argument (owner)', { body: Reasoned }, ({ caller, params, body }) =>
      doors.hideArgument(caller, params.q, params.argument, body as Reasoned),
    )
    route('DELETE', `${base}/hidden`, 'Show an argument again (owner)', {}, ({ caller, params }) =>
      doors.showArgument(caller, params.q, params.argument),
    )
  }

  // Discussion

  route(
    'GET',
    '/questions/:q/comments',
    'A page of the discussion',
    { query: CommentsQuery, answer: view.CommentPage },
    ({ params, request }) => doors.comments(params.q, request.query as { before?: string; limit?: number }),
  )
  route(
    'POST',
    '/questions/:q/comments',
    'Add to the discussion',
    { body: NewComment, status: 201, answer: view.CommentView },
    ({ caller, params, body }) => doors.addComment(caller, params.q, body as NewComment),
  )
  route(
    'PATCH',
    '/questions/:q/comments/:comment',
    'Change a comment (author, owner)',
    { body: NewComment, answer: view.CommentView },
    ({ caller, params, body }) => doors.editComment(caller, params.q, params.comment, body as NewComment),
  )
  route('DELETE', '/questions/:q/comments/:comment', 'Remove a comment (author, owner)', {}, ({ caller, params }) =>
    doors.deleteComment(caller, params.q, params.comment),
  )
  route(
    'PUT',
    '/questions/:q/comments/:comment/hidden',
    'Hide a comment (owner)',
    { body: Reasoned },
    ({ caller, params, body }) => doors.hideComment(caller, params.q, params.comment, body as Reasoned),
  )
  route('DELETE', '/questions/:q/comments/:comment/hidden', 'Show a comment again (owner)', {}, ({ caller, params }) =>
    doors.showComment(caller, params.q, params.comment),
  )

  recountRoutes(app, { doors, config }, methods)
  deskRoutes(route, doors)
  similarRoutes(route, doors)
  asideRoutes(route, doors)
  entryRoutes(route, doors)
  invitationRoutes(route, { doors, config })
  confirmationRoutes(route, doors, ({ ip }) => letterFrom(ip))

  refuseTheRest(app, methods)
}

/** Every other method at an address that is there, and every address that is not: refused here, not by the pages. */
function refuseTheRest(app: FastifyInstance, methods: Map<string, HTTPMethods[]>): void {
  methods.set('/questions/:q/images/:image', ['GET'])
  methods.set('/openapi.json', ['GET'])
  for (const [url, known] of methods) {
    const answered = known.includes('GET') ? [...known, 'HEAD'] : known
    app.route({
      method: app.supportedMethods.filter((method) => !answered.includes(method)),
      url,
      schema: { hide: true },
      onRequest: (_request, reply, done) => {
        void reply.header('allow', answered.join(', '))
        done(refuse('method_not_allowed'))
      },
      handler: () => undefined,
    })
  }
  app.all(
    '/*',
    { schema: { hide: true }, onRequest: (_request, _reply, done) => done(refuse('not_found')) },
    () => undefined,
  )
}
