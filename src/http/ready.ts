import type { FastifyReply, FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { chosenCoding } from '../base/negotiate.ts'

const codings = {
  // Higher levels take many times as long for a few per cent, and a busy question is made anew all the time.
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
  identity: (bytes: Buffer) => Promise.resolve(bytes),
}
type Coding = keyof typeof codings

/** The lines of an answer's head, name and value in turn, as node writes them without looking at them again. */
type Head = string[]

interface Coded {
  /**
   * The bytes as a string of as many characters: node sends that in one piece with the head, where a buffer is a second
   * piece and a sixth of the whole cost.
   */
  latin1: string
  /** Where nothing in the request says who is asking, so that caches on the way may keep it for a moment. */
  open: Head
  /** For whoever may have written something and must see it in the next answer. */
  own: Head
}

export interface Content {
  body: string
  /** Names this content, without quotes. Weak, because all codings share it (RFC 9110, 8.8.3.3). */
  tag: string
  /** Header lines besides those of every answer; `vary` among them. */
  headers: Record<string, string>
  /** How old it may grow though nothing changes, in milliseconds. Left out: for ever. */
  longest?: number
  /** Whether caches on the way may keep it. Left out: they may. */
  cacheable?: boolean
}

/** Nobody waits for a view to be renewed that is this young, in seconds; after it a cache may still help out. */
const openCaching = 'public, max-age=1, stale-while-revalidate=10'
const ownCaching = 'private, no-cache'

/** An answer that is the same for everyone: its bytes in every coding asked for so far, its headers already written. */
export class Ready {
  readonly revision: number
  readonly longest: number
  readonly madeAt = performance.now()
  /** When it was last known to be of the question's revision. */
  currentAt = performance.now()
  readonly #etag: string
  readonly #body: Buffer
  readonly #headers: Head
  readonly #openCaching: string
  readonly #notModified: { open: Head; own: Head }
  readonly #coded = new Map<Coding, Coded>()
  readonly #preparing = new Map<Coding, Promise<void>>()

  /** @param revision of the question that it was made of */
  constructor(revision: number, { body, tag, headers, longest = Infinity, cacheable = true }: Content) {
    this.revision = revision
    this.longest = longest
    this.#etag = `W/"${tag}"`
    this.#body = Buffer.from(body)
    this.#headers = Object.entries(headers).flat()
    this.#openCaching = cacheable ? openCaching : 'no-cache'
    const { vary = '' } = headers
    const notModified = (caching: string) => ['etag', this.#etag, 'cache-control', caching, 'vary', vary]
    this.#notModified = { open: notModified(this.#openCaching), own: notModified(ownCaching) }
  }

  /** About how much memory it takes, in bytes. */
  get size(): number {
    return [...this.#coded.values()].reduce((sum, { latin1 }) => sum + latin1.length, this.#body.length + 4096)
  }

  /** Prepares the coding that this request wants, unless that is done. */
  prepareFor(request: FastifyRequest): Promise<void> {
    const coding = codingFor(request)
    const preparing = this.#preparing.get(coding) ?? this.#prepare(coding)
    this.#preparing.set(coding, preparing)
    return preparing
  }

  async #prepare(coding: Coding): Promise<void> {
    const bytes = await codings[coding](this.#body)
    const head = (caching: string) => [
      ...this.#headers,
      ...(coding === 'identity' ? [] : ['content-encoding', coding]),
      ...['content-length', String(bytes.length), 'etag', this.#etag, 'cache-control', caching],
    ]
    this.#coded.set(coding, { latin1: bytes.toString('latin1'), open: head(this.#openCaching), own: head(ownCaching) })
  }

  /** Sends it, or 304 to who has it already. @returns false when the coding is not prepared yet; then nothing is sent */
  send(request: FastifyRequest, reply: FastifyReply): boolean {
    const { headers, method } = request
    const caching = headers.cookie === undefined && headers.authorization === undefined ? 'open' : 'own'
    const known = headers['if-none-match']
    if (known !== undefined && isNamed(known, this.#etag)) {
      reply.hijack()
      reply.raw.writeHead(304, this.#notModified[caching])
      reply.raw.end()
      return true
    }
    const coded = this.#coded.get(codingFor(request))
    if (!coded) return false
    reply.hijack()
    reply.raw.writeHead(200, coded[caching])
    if (method === 'HEAD') reply.raw.end()
    else reply.raw.end(coded.latin1, 'latin1')
    return true
  }
}

/** What browsers send in Accept-Encoding is the same few lines over and over. */
const chosen = new Map<string, Coding>()

function codingFor({ headers }: FastifyRequest): Coding {
  const accepted = headers['accept-encoding']
  if (accepted === undefined) return 'identity'
  const known = chosen.get(accepted)
  if (known) return known
  const coding = chosenCoding(accepted) ?? 'identity'
  if (chosen.size < 1000 && accepted.length < 300) chosen.set(accepted, coding)
  return coding
}

/** Whether If-None-Match names this tag, compared weakly as RFC 9110 has it. */
function isNamed(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag) return true
  const weak = (one: string) => one.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((one) => one.trim() === '*' || weak(one) === weak(etag))
}
