import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../base/clock.ts'
import { Refusal, type RefusalCode } from '../base/refusals.ts'
import { chooseLanguage, languageCookie } from '../base/negotiate.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import { firstOrder, isOrder, sharedOrders } from '../snapshot/rules.ts'
import type { Snapshot } from '../snapshot/wire.ts'
import { deviceOf, originOf, scriptCookie } from './caller.ts'
import type { Config } from './config.ts'
import { Ready, type Content } from './ready.ts'
import type { ReadyCache } from './ready-cache.ts'

/** A page as the pages made it. */
export interface Rendered {
  status: number
  headers: Record<string, string>
  body: string
  /** What went wrong while it was made. */
  failure?: unknown
  /** By which rule it says that it cannot be shown now. */
  refusal?: RefusalCode | undefined
}

/** Which page it is to be: path and query, where people reach the server, and the language. */
export interface PageWanted {
  url: string
  origin: string
  locale: string
}

interface Deps {
  snapshots: SnapshotCache
  ready: ReadyCache
  config: Config
  clock: Clock
  /** Has the pages make one that is for everyone. */
  render: (wanted: PageWanted) => Promise<Rendered>
  /** Has who asks for one keep to the pace. */
  paced: (request: FastifyRequest) => Promise<void>
}

/** Ages and countdowns on a page are told anew at least this often, in milliseconds. */
const longest = 30_000
/** So shortly before a deadline, or before something else is possible, the page counts down from what it says, so it is never older than a second. */
const countdown = 60_000

/** Cookies with which a page is made for this visitor alone, whatever else they have. */
const handover = 'folkmoot_admin_link'

const languages = readdirSync(join(import.meta.dirname, '..', '..', 'web', 'messages'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))

class ReadyPage extends Ready {
  /** Whether its ideas are shuffled: then strangers get different ones, and a participant an order of their own. */
  readonly isShuffled: boolean

  constructor(revision: number, content: Content, isShuffled: boolean) {
    super(revision, content)
    this.isShuffled = isShuffled
  }
}

/** There was no room for making a page, or the store cannot be read: what was made instead says which. */
class NotNow extends Error {
  readonly page: Rendered

  constructor(page: Rendered) {
    super('This page cannot be made now.')
    this.page = page
  }
}

/**
 * The page of a question as ready bytes, the same for everyone: for strangers, and for devices that take part where the
 * script marks on it what is theirs.
 * @returns a handler; `personal` is called for who gets a page of their own
 */
export function readyPage({ snapshots, ready, config, clock, render, paced }: Deps) {
  const make = async (questionId: string, wanted: PageWanted): Promise<ReadyPage> => {
    const snapshot = await snapshots.load(questionId)
    const page = await render(wanted)
    if (page.status === 503) throw new NotNow(page)
    if (page.status !== 200)
      throw new Error(`The page of a question that is there came back with ${page.status}.`, { cause: page.failure })
    const [, asked, seed = ''] = /[?&]order=(\w+)(?:&seed=(\d))?/.exec(wanted.url) ?? []
    const areVotesHidden = snapshot.counts.votes === null
    const own = firstOrder(snapshot.settings, areVotesHidden)
    const order = asked === undefined || (asked === 'votes' && areVotesHidden) ? own : asked
    const headers = headersOf(page)
    // A new policy makes it new as well: with a 304 browsers go on by the headers that they have.
    const hash = createHash('sha256').update(JSON.stringify(headers)).update(page.body).digest('base64url').slice(0, 16)
    const left = millisecondsLeft(snapshot, clock())
    return new ReadyPage(
      snapshot.revision,
      {
        body: page.body,
        tag: `${snapshot.revision}-${seed}-${hash}`,
        headers,
        longest: left < countdown ? 1_000 : Math.min(longest, left - countdown),
        cacheable: left >= countdown,
      },
      snapshot.phase === 'open' && order === 'shuffled',
    )
  }

  const known = new KnownAddresses()

  return (request: FastifyRequest, reply: FastifyReply, personal: () => void): Promise<unknown> | undefined => {
    const sendKept = (page: Page) => {
      const kept = ready.kept(page.key)
      return kept !== undefined && !isShuffled(kept) && ready.sendKept(request, reply, page)
    }
    const stranger = known.find(request)
    if (stranger && sendKept(stranger)) return undefined

    const questionId = (request.params as { id: string }).id
    const search = searchOf(request.url)
    const isDevice = request.headers.cookie !== undefined && deviceOf(request, config) !== null
    const isOwn =
      search === null ||
      (isDevice && request.cookies[scriptCookie] !== '1') ||
      (request.headers.cookie !== undefined && request.cookies[handover] !== undefined)
    if (isOwn) {
      personal()
      return undefined
    }

    const pageWith = (query: string) => {
      const wanted = {
        url: `/q/${questionId}${query}`,
        origin: originOf(request, config),
        locale: localeOf(request),
      }
      const key = `${wanted.locale} ${wanted.origin}${wanted.url}`
      return { key, questionId, make: () => make(questionId, wanted) }
    }
    const wanted = pageWith(search)
    if (sendKept(wanted)) {
      known.add(request, { key: wanted.key, questionId })
      return undefined
    }
    const findAndSend = async () => {
      // Of pages from some idea on there are as many as somebody can think of numbers.
      if (search.includes('from=') && ready.kept(wanted.key) === undefined) await paced(request)
      const found = await ready.find(request, wanted)
      if (!isShuffled(found)) {
        await ready.send(request, reply, wanted.key, found)
        return
      }
      if (isDevice) {
        personal()
        return
      }
      const shown = search.includes('seed=') ? wanted : pageWith(seeded(search, seedFor(request)))
      if (!ready.sendKept(request, reply, shown)) await ready.answer(request, reply, shown)
    }
    return (async () => {
      try {
        await findAndSend()
      } catch (failure) {
        if (failure instanceof NotNow) return await sendOnce(request, reply, failure.page)
        if (!(failure instanceof Refusal)) request.log.error({ err: failure, req: request }, 'page not made')
        // What cannot be made for everyone, such as the page of a question that is gone, says so to this visitor.
        personal()
      }
      return reply
    })()
  }
}

/** Sends a page as it is, to this visitor alone. */
function sendOnce(request: FastifyRequest, reply: FastifyReply, { status, headers, body, refusal }: Rendered) {
  if (refusal) request.refusal = refusal
  // How long it is depends on how it is sent.
  const { 'content-length': _length, 'transfer-encoding': _coding, connection: _connection, ...kept } = headers
  return reply.code(status).headers(kept).send(body)
}

/** How many addresses are known, and of each in how many ways it is asked for. */
const addresses = 10_000
const ways = 8
/** No browser sends more than this in these headers, in characters; what is longer is not remembered. */
const usual = 300

/**
 * Which page strangers get who ask for an address as others did before: to find that out anew each time would be a tenth
 * of what the answer costs.
 */
class KnownAddresses {
  readonly #ways = new Map<string, { host: string; protocol: string; accepted: string | undefined; page: Page }[]>()

  find(request: FastifyRequest): Page | undefined {
    const { headers, url } = request
    if (headers.cookie !== undefined) return undefined
    const accepted = headers['accept-language']
    return this.#ways
      .get(url)
      ?.find((way) => way.accepted === accepted && way.host === request.host && way.protocol === request.protocol)?.page
  }

  add(request: FastifyRequest, page: Page): void {
    const { headers, host, protocol, url } = request
    const accepted = headers['accept-language']
    if (headers.cookie !== undefined || (accepted ?? '').length + host.length > usual) return
    if (this.#ways.size >= addresses) this.#ways.clear()
    const all = this.#ways.get(url) ?? []
    this.#ways.set(url, [...all.slice(-ways + 1), { host, protocol, accepted, page }])
  }
}

interface Page {
  key: string
  questionId: string
}

function isShuffled(page: Ready): boolean {
  return page instanceof ReadyPage && page.isShuffled
}

/** The query of an address if the page of it is one of the few that are kept ready; null for any other. */
function searchOf(url: string): string | null {
  const at = url.indexOf('?')
  if (at < 0) return ''
  const parts = url.slice(at + 1).split('&')
  const [order] = parts
  const known = parts.every(
    (part, place) =>
      (place === 0 && part.startsWith('order=') && isOrder(part.slice(6))) ||
      (place === 1 && /^seed=\d$/.test(part) && order === 'order=shuffled' && Number(part.slice(5)) < sharedOrders) ||
      (place === parts.length - 1 && /^from=[1-9]\d{0,5}$/.test(part)),
  )
  return known ? url.slice(at) : null
}

/** The same page in one of the orders in which strangers see it. */
function seeded(search: string, seed: number): string {
  const from = /from=\d+/.exec(search)?.[0]
  return `?order=shuffled&seed=${seed}${from === undefined ? '' : `&${from}`}`
}

/** Who has a page already gets the same order once more; a newcomer any of them. */
function seedFor({ headers }: FastifyRequest): number {
  const seed = /^W\/"\d+-(\d)-/.exec(headers['if-none-match'] ?? '')?.[1]
  return seed === undefined ? Math.floor(Math.random() * sharedOrders) : Number(seed) % sharedOrders
}

/** Which language each Accept-Language means; browsers send the same few over and over. */
const meant = new Map<string, string>()

function localeOf({ headers, cookies }: FastifyRequest): string {
  const chosen = headers.cookie === undefined ? undefined : cookies[languageCookie]
  const accepted = headers['accept-language'] ?? ''
  if (chosen !== undefined) return chooseLanguage(chosen, accepted, languages)
  const known = meant.get(accepted)
  if (known !== undefined) return known
  const locale = chooseLanguage(undefined, accepted, languages)
  if (meant.size < 1000 && accepted.length <= usual) meant.set(accepted, locale)
  return locale
}

function millisecondsLeft({ stages: { next } }: Snapshot, now: number): number {
  return next === null ? Infinity : Date.parse(next.at) - now
}

/** What every answer has of its own; the rest is as the pages say. */
const ownHeaders = new Set(['etag', 'cache-control', 'content-length', 'date', 'connection', 'keep-alive'])

function headersOf({ headers }: Rendered): Record<string, string> {
  if ('set-cookie' in headers) throw new Error('A page for everyone must not set a cookie.')
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.has(name))
  return { ...Object.fromEntries(kept), vary: 'accept-encoding, accept-language, cookie' }
}
