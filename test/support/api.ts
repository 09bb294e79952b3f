import type { EntryPage } from '../../src/entry/wire.ts'
import type { RefusalCode } from '../../src/base/refusals.ts'
import type { NewArgument } from '../../src/argument/wire.ts'
import type { NewDecision } from '../../src/decision/wire.ts'
import type { Asked, Joined } from '../../src/http/doors.ts'
import type { IdeaPatch, NewIdea } from '../../src/idea/wire.ts'
import type { Leaving } from '../../src/participant/wire.ts'
import type { NewQuestion, QuestionPatch, Reopening } from '../../src/question/wire.ts'
import type {
  ArgumentView,
  CommentPage,
  CommentView,
  DecisionView,
  IdeaView,
  Overlay,
  OwnContributions,
  OwnerView,
  Snapshot,
} from '../../src/snapshot/wire.ts'
import type { Ballot, VoteReceipt, VoterPage } from '../../src/vote/wire.ts'

/**
 * The cast of all tests: Alice owns the question, Bob takes part, Charlie is a stranger, Mallory attacks.
 *
 *     const alice = await ask(server.url, { title: 'Where shall we meet?' })
 *     const bob = await alice.invite('Bob')
 *     const { body: idea } = await bob.addIdea({ title: 'At the lake' })
 *     const { status } = await alice.vote(idea.id)
 *
 * Every method makes one request and says what came back, also when it is a refusal.
 */
export interface Answer<Body> {
  status: number
  /** What a success answers. After a refusal read `problem` instead. */
  body: Body
  /** The refusal as problem+json; its code is '' after a success. */
  problem: Problem
  headers: Headers
}

export interface Problem {
  code: RefusalCode | ''
  title?: string
  status?: number
  detail?: string
  errors?: { path: string; message: string }[]
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * One request to the API, as a program would make it. A body that is a string or bytes is sent as it is.
 * @param patience how long to wait for the answer, in milliseconds; for ever when it is left out
 */
export async function request<Body>(
  method: Method,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
  patience?: number,
): Promise<Answer<Body>> {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    ...(patience !== undefined && { signal: AbortSignal.timeout(patience) }),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
  })
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const content: unknown = /\bjson\b/.test(type) && text !== '' ? JSON.parse(text) : text
  const problem = type.startsWith('application/problem+json') ? (content as Problem) : { code: '' as const }
  return { status: response.status, body: content as Body, problem, headers: response.headers }
}

/** Asks a question and is its owner from then on. @throws when it was refused */
export async function ask(server: string, question: NewQuestion = { title: 'Where shall we meet?' }): Promise<Owner> {
  const answer = await request<Asked & { adminUrl: string; url: string }>(
    'POST',
    `${server}/api/v1/questions`,
    question,
  )
  if (answer.status !== 201) throw new Error(`The question was refused: ${JSON.stringify(answer.body)}`)
  return new Owner(server, answer.body)
}

/** Takes part under a name, or without one. @throws when it was refused */
export async function join(server: string, questionId: string, name: string | null = null): Promise<Person> {
  const { status, body } = await new Person(server, questionId).post<Joined>('/participants', { name })
  if (status !== 201) throw new Error(`${name ?? 'A nameless participant'} was refused: ${JSON.stringify(body)}`)
  return new Person(server, questionId, body.token)
}

/** Anyone on one question. Without a token: a stranger, and somebody new with every request. */
export class Person {
  /** Where they ask; another node of the same server will do as well. */
  server: string
  readonly questionId: string
  readonly token: string | null
  /** How long they wait for an answer, in milliseconds; for ever when it is left out. */
  patience: number | undefined

  constructor(server: string, questionId: string, token: string | null = null) {
    this.server = server
    this.questionId = questionId
    this.token = token
  }

  /** A request to an address under this question's, such as `/ideas`. */
  async send<Body>(
    method: Method,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const credentials: Record<string, string> = this.token === null ? {} : { authorization: `Bearer ${this.token}` }
    const url = `${this.server}/api/v1/questions/${this.questionId}${path}`
    return request<Body>(method, url, body, { ...credentials, ...headers }, this.patience)
  }
  get = <Body>(path: string, headers?: Record<string, string>) => this.send<Body>('GET', path, undefined, headers)
  post = <Body>(path: string, body?: unknown, headers?: Record<string, string>) =>
    this.send<Body>('POST', path, body, headers)
  put = <Body>(path: string, body?: unknown, headers?: Record<string, string>) =>
    this.send<Body>('PUT', path, body, headers)
  patch = <Body>(path: string, body?: unknown) => this.send<Body>('PATCH', path, body)
  delete = <Body = ''>(path: string, body?: unknown) => this.send<Body>('DELETE', path, body)

  snapshot = () => this.get<Snapshot>('')
  me = () => this.get<Overlay>('/me')
  contributions = () => this.get<OwnContributions>('/me/contributions')
  changes = (since = 0) => this.get<ChangePage>(`/changes?since=${since}`)
  voters = (idea: string, query = '') => this.get<VoterPage>(`/ideas/${idea}/voters${query}`)
  comments = (query = '') => this.get<CommentPage>(`/comments${query}`)

  rename = (name: string | null) => this.patch<Overlay>('/me', { name })
  leave = (how: Leaving = {}) => this.delete('/me', how)

  addIdea = (idea: NewIdea) => this.post<IdeaView>('/ideas', idea)
  editIdea = (idea: string, patch: IdeaPatch) => this.patch<IdeaView>(`/ideas/${idea}`, patch)
  deleteIdea = (idea: string) => this.delete(`/ideas/${idea}`)
  setImage = (idea: string, bytes: Uint8Array, type = 'image/png') =>
    this.put<IdeaView>(`/ideas/${idea}/image`, bytes, { 'content-type': type })
  removeImage = (idea: string) => this.delete<IdeaView>(`/ideas/${idea}/image`)

  vote = (idea: string, value = 1) => this.put<VoteReceipt>(`/ideas/${idea}/vote`, { value })
  unvote = (idea: string) => this.delete<VoteReceipt>(`/ideas/${idea}/vote`)
  castBallot = (ideas: string[]) => {
    const ballot: Ballot = { votes: Object.fromEntries(ideas.map((idea) => [idea, 1])) }
    return this.put<Ballot & { revision: number }>('/ballot', ballot)
  }

  argue = (idea: string, argument: NewArgument) => this.post<ArgumentView>(`/ideas/${idea}/arguments`, argument)
  editArgument = (argument: string, text: string) => this.patch<ArgumentView>(`/arguments/${argument}`, { text })
  deleteArgument = (argument: string) => this.delete(`/arguments/${argument}`)
  agree = (argument: string) => this.put<Agreed>(`/arguments/${argument}/agreement`)
  disagree = (argument: string) => this.delete<Agreed>(`/arguments/${argument}/agreement`)

  comment = (text: string) => this.post<CommentView>('/comments', { text })
  editComment = (comment: string, text: string) => this.patch<CommentView>(`/comments/${comment}`, { text })
  deleteComment = (comment: string) => this.delete(`/comments/${comment}`)
}

/** What is kept out of sight, and the address that it has under the question's. */
type Hideable = 'ideas' | 'arguments' | 'comments'

/** A person and what only the owner may do. A test of refusals gives Mallory one with a token that is not hers. */
export class Owner extends Person {
  readonly asked: Asked & { adminUrl: string; url: string }

  constructor(server: string, asked: Asked & { adminUrl: string; url: string }, token = asked.adminToken) {
    super(server, asked.question.id, token)
    this.asked = asked
  }

  /** Somebody takes part in this question. */
  invite = (name: string | null = null) => join(this.server, this.questionId, name)
  /** Somebody who knows no more than the link. */
  stranger = () => new Person(this.server, this.questionId)

  ownerView = () => this.get<OwnerView>('/owner')
  edit = (patch: QuestionPatch) => this.patch<Snapshot>('', patch)
  close = () => this.put<Snapshot>('/closure')
  reopen = (reopening: Reopening = {}) => this.delete<Snapshot>('/closure', reopening)
  deleteQuestion = () => this.delete('')
  restoreQuestion = () => this.delete<Snapshot>('/deletion')
  replaceAdminLink = () => this.post<{ adminToken: string; adminUrl: string }>('/admin-link')
  decide = (decision: NewDecision) => this.put<DecisionView>('/decision', decision)
  undecide = () => this.delete('/decision')
  merge = (idea: string, into: string) => this.put<IdeaView>(`/ideas/${idea}/merger`, { into })
  hide = (kind: Hideable, id: string) => this.put<''>(`/${kind}/${id}/hidden`)
  show = (kind: Hideable, id: string) => this.delete(`/${kind}/${id}/hidden`)
  /** Votes that were counted in the room by a show of hands. */
  enter = (votes: Record<string, number>, note = '', people = 12) =>
    this.post<{ id: string }>('/room', { how: 'hands', people, votes, note })
  withdrawNewestEntry = async () => {
    const { body } = await this.get<EntryPage>('/room?limit=1')
    return await this.delete(`/room/${body.entries[0]?.id ?? 'none'}`)
  }
}

export interface Agreed {
  argument: string
  agreements: number
  revision: number
}

export interface ChangePage {
  question: string
  head: string | null
  changes: { revision: number; type: string; at: string; data: Record<string, unknown>; hash: string }[]
  revision: number
}
