import { Agent, request as httpRequest } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Confirmation } from '../../src/confirmation/wire.ts'
import type { MadeInvitations } from '../../src/invitation/wire.ts'
import { ask, type Owner, type Person } from './api.ts'
import type { Operation } from './fuzz-description.ts'
import { escaped, type Plan } from './fuzz-requests.ts'
import type { Mailbox } from './mailbox.ts'

/** A question with something of everything, and everything that came about on it since. */
export interface Stage {
  alice: Owner
  bob: Person
  /** From where its requests come, as a trusted proxy says. */
  address: string
  known: Record<string, string[]>
}

interface Scene {
  address: string
  isClosed: boolean
  elsewhere: Stage | null
  mailbox: Mailbox | null
}

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/**
 * @param address from where its requests are to come
 * @param isClosed whether the question is closed already
 * @param elsewhere another question, whose ids are there and mean nothing here
 * @param mailbox where letters come, for a question that asks for a confirmed address
 */
export async function setStage(url: string, { address, isClosed, elsewhere, mailbox }: Scene): Promise<Stage> {
  const alice = await ask(url, { title: 'Where shall we meet?' })
  const bob = await alice.invite('Bob')
  const [first, second] = [await alice.addIdea({ title: 'At the lake' }), await bob.addIdea({ title: 'In the hall' })]
  const argument = await bob.argue(first.body.id, { side: 'pro', text: 'It is free.' })
  const comment = await bob.comment('I come by train.')
  const { body: shown } = await alice.setImage(first.body.id, picture)
  const away = await bob.comment('Or by bus.')
  await alice.hide('comments', away.body.id)
  const { body: done } = await alice.get<{ acts: { id: string }[] }>('/desk/acts')
  const people = await Promise.all(['Carol', 'Dave', 'Eve'].map((name) => alice.invite(name)))
  const participants: string[] = []
  for (const one of people) {
    await one.vote(first.body.id)
    participants.push((await one.me()).body.participant?.id ?? '')
  }
  const aside = await alice.post<{ id: string }>('/asides', { participant: participants[0], reason: 'trial' })
  const counted = { how: 'hands', people: 9, votes: { [first.body.id]: 4 } }
  const entry = await alice.post<{ id: string }>('/room', counted)
  const { body: made } = await alice.post<MadeInvitations>('/invitations', { invitations: [{}, {}, { most: null }] })
  const letter = mailbox ? await askForLetter(alice, bob, address, mailbox) : null
  if (isClosed) await alice.close()
  const foreign = Object.values(elsewhere?.known ?? {}).flatMap((ids) => ids.slice(0, 1))
  return {
    alice,
    bob,
    address,
    known: {
      question: [alice.questionId],
      idea: [first.body.id, second.body.id],
      argument: [argument.body.id],
      comment: [comment.body.id],
      image: [shown.image?.url.split('/').at(-1) ?? ''],
      act: done.acts.map(({ id }) => id),
      participant: participants,
      aside: [aside.body.id],
      entry: [entry.body.id],
      invitation: made.invitations.map(({ id }) => id),
      token: made.invitations.map(({ link }) => link?.split('#')[1] ?? ''),
      key: letter ? [letter.key] : [],
      number: letter ? [letter.number] : [],
      foreign,
    },
  }
}

/** What only a letter tells: the key with which Bob's address is confirmed. */
async function askForLetter(alice: Owner, bob: Person, address: string, mailbox: Mailbox) {
  await alice.edit({ settings: { vote: 'email' } })
  const to = `bob-${address}@example.org`
  const { body } = await bob.post<Confirmation>('/confirmations', { email: to })
  const { text } = await mailbox.next(to)
  return { key: /\/confirm\/([A-Za-z0-9_-]{32})\s/.exec(text)?.[1] ?? '', number: body.number }
}

const decoders: Record<string, ((bytes: Buffer) => Buffer) | undefined> = { gzip: gunzipSync, br: brotliDecompressSync }

interface Request {
  method: string
  address: string
  headers: Record<string, string>
  body: string | Buffer | null
}

interface Answer {
  status: number
  type: string
  text: string
}

/** Sends what was planned on kept connections, and looks at every answer. */
export class Sender {
  readonly #url: string
  readonly #operations: Operation[]
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 })

  constructor(url: string, operations: Operation[]) {
    this.#url = url
    this.#operations = operations
  }

  /**
   * @param seen counts, by operation, what was done and what was refused
   * @returns what is wrong with the answer, with a command that sends the request again; null when nothing is
   */
  async send(plan: Plan, stage: Stage, seen: Map<string, number>): Promise<string | null> {
    const operation = this.#operations[plan.operation] as Operation
    const request = requestFor(plan, operation, stage)
    const answer = await this.#ask(request)
    const flaw = this.#findFlaw(operation, request.method, answer)
    if (flaw !== null) return `${asCommand(this.#url, request)}\n  ${flaw}`
    if (answer && request.method === operation.method) {
      const name = `${operation.name} ${answer.status < 400 ? 'done' : 'refused'}`
      seen.set(name, (seen.get(name) ?? 0) + 1)
      if (answer.status < 300) keep(operation.path, answer.text, stage)
    }
    return null
  }

  #findFlaw({ path }: Operation, method: string, answer: Answer | null): string | null {
    // A ballot file that is on its way while the question is changed is cut off, rather than be of two moments.
    if (answer === null) return path.endsWith('/ballots') ? null : 'had no answer'
    const { status, type, text } = answer
    // Nothing here fails, and too many are never here at once.
    if (status >= 500) return `answers ${status}: ${text.slice(0, 300)}`
    const isGet = method === 'HEAD'
    const declared = this.#operations.find((one) => one.path === path && one.method === (isGet ? 'GET' : method))
    // Where the body is left out, a request that has one says the same.
    if (isGet) return text === '' ? null : `has a body: ${text.slice(0, 300)}`
    if (declared) return declared.findFlaw(status, type, text)
    // Outside of the API it is the pages that say so.
    const isSaid = type === 'application/problem+json' || !path.startsWith('/api/')
    return status >= 400 && isSaid ? null : `answers ${status} as “${type}” where there is nothing`
  }

  #ask({ method, address, headers, body }: Request): Promise<Answer | null> {
    return new Promise((resolve) => {
      const sent = httpRequest(this.#url + address, { method, agent: this.#agent, headers }, (response) => {
        const status = response.statusCode ?? 0
        const type = (response.headers['content-type'] ?? '').split(';')[0] ?? ''
        const parts: Buffer[] = []
        if (type === 'text/event-stream' && method !== 'HEAD') {
          response.destroy()
          resolve({ status, type, text: '' })
          return
        }
        response.on('data', (part: Buffer) => parts.push(part))
        const decode = decoders[response.headers['content-encoding'] ?? '']
        response.on('end', () => {
          const bytes = Buffer.concat(parts)
          resolve({ status, type, text: (bytes.length > 0 && decode ? decode(bytes) : bytes).toString() })
        })
        response.on('error', () => resolve(null))
      })
      sent.on('error', () => resolve(null))
      sent.end(body ?? undefined)
    })
  }
}

function requestFor(plan: Plan, operation: Operation, stage: Stage): Request {
  const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    escaped(filled(plan.path[name] ?? '', stage)),
  )
  const method = plan.method ?? operation.method
  const headers = headersFor(plan, stage)
  let body: string | Buffer | null = null
  if (plan.raw !== null) body = plan.raw
  else if (operation.path.endsWith('/image') && operation.method === 'PUT' && plan.query === '') {
    body = picture
    headers['content-type'] = 'image/png'
  } else if (plan.body !== undefined) body = fill(JSON.stringify(plan.body), stage)
  if (method === 'GET' || method === 'HEAD' || method === 'TRACE') body = null
  if (body !== null) {
    headers['content-type'] ??= 'application/json'
    headers['content-length'] = String(Buffer.byteLength(body))
  }
  // Not behind a proxy, or nobody may read it.
  if (operation.path !== '/metrics') headers['x-forwarded-for'] ??= stage.address
  return { method, address: path + (plan.query === '' ? '' : `?${plan.query}`), headers, body }
}

function headersFor({ headers }: Plan, { alice, bob }: Stage): Record<string, string> {
  const tokens: Record<string, string | null> = {
    '@owner': alice.token,
    '@bob': bob.token,
    '@stranger': 'C'.repeat(32),
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const token = tokens[value]
      // What cannot stand in a header at all no client can send; larger than they may be all together is refused elsewhere.
      const sendable = value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()
      return [name, token === undefined ? sendable.slice(0, 4_000) : `Bearer ${token}`]
    }),
  )
}

/** Puts in what there is now. */
function filled(text: string, { known }: Stage): string {
  const [, kind, n] = /^@(\w+):(\d+)$/.exec(text) ?? []
  if (kind === undefined) return text
  const ids = known[kind] ?? []
  return ids.length > 0 ? (ids[Number(n) % ids.length] as string) : 'AAAAAAAAAAA'
}

const fill = (json: string, stage: Stage) => json.replace(/@\w+:\d+/g, (found) => filled(found, stage))

/** Remembers what came about, so that the next requests may be about it. */
function keep(path: string, text: string, { known }: Stage): void {
  const kinds = {
    ideas: 'idea',
    arguments: 'argument',
    comments: 'comment',
    acts: 'act',
    asides: 'aside',
    room: 'entry',
  }
  const kind = new Map(Object.entries(kinds)).get(path.split('/').at(-1) ?? '')
  if (kind === undefined || !text.startsWith('{')) return
  const { id } = JSON.parse(text) as { id?: string }
  if (id !== undefined) known[kind]?.push(id)
}

/** A request as a command for a shell. */
function asCommand(url: string, { method, address, headers, body }: Request): string {
  const quoted = (text: string) => `'${text.replace(/'/g, "'\\''")}'`
  const lines = Object.entries(headers)
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => ` -H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`)
  const bytes = [...Buffer.from(body ?? '')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  const sent = typeof body === 'string' && !/[\0\r\n]/.test(body) ? `printf %s ${quoted(body)}` : `printf '${bytes}'`
  const how = method === 'HEAD' ? ' --head' : ` -X ${method}`
  return `${body === null ? '' : `${sent} | `}curl -i${how} ${quoted(url + address)}${lines.join('')}${body === null ? '' : ' --data-binary @-'}`
}
