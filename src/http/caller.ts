import type { FastifyReply, FastifyRequest } from 'fastify'
import { newToken } from '../base/ids.ts'
import { refuse } from '../base/refusals.ts'
import { onceFrom } from '../feed/once.ts'
import type { Caller } from '../question/seat.ts'
import type { Config } from './config.ts'

/** 400 days, the longest that browsers keep a cookie. */
const cookieAge = 400 * 24 * 60 * 60

/** Where people reach this server as this request sees it, without a slash at the end. */
export function originOf(request: FastifyRequest, config: Config): string {
  return config.publicUrl ?? `${protocolOf(request)}://${request.host}`
}

/** As a trusted proxy says, if there is one; what is neither http nor https is a word of nobody's. */
function protocolOf({ protocol }: FastifyRequest): 'http' | 'https' {
  return protocol === 'https' ? 'https' : 'http'
}

/** Whether people reach this server over HTTPS. */
export function isOverHttps(request: FastifyRequest, config: Config): boolean {
  return config.publicUrl === null ? request.protocol === 'https' : config.publicUrl.startsWith('https:')
}

/** The one necessary cookie: this device's secret. */
export function deviceCookie(origin: string) {
  const secure = origin.startsWith('https://')
  return {
    // The prefix makes browsers insist on Secure, on this host alone and on the whole site.
    name: secure ? '__Host-folkmoot' : 'folkmoot',
    options: { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: cookieAge },
  } as const
}

/** The script of a question's page sets it where it marks on the page what is this device's, which then need not be rendered. */
export const scriptCookie = 'folkmoot_script'

/** The device's secret from its cookie; null when it has none or something else. */
export function deviceOf(request: FastifyRequest, config: Config): string | null {
  const value = request.cookies[deviceCookie(originOf(request, config)).name]
  return value !== undefined && /^[A-Za-z0-9_-]{32}$/.test(value) ? value : null
}

/** What a device proves itself by, whatever it is worth; null for one that has nothing yet. */
export function credentialOf(request: FastifyRequest, config: Config): string | null {
  const { authorization, cookie } = request.headers
  // Another scheme is a proxy's password, which everyone may have in common.
  if (authorization !== undefined && /^Bearer /i.test(authorization)) return authorization
  return cookie === undefined ? null : deviceOf(request, config)
}

/** The device's secret in the cookie that an answer sets; null when it sets none. */
export function deviceIn(setCookie: unknown): string | null {
  return typeof setCookie === 'string'
    ? (/^(?:__Host-)?folkmoot=([A-Za-z0-9_-]{32});/.exec(setCookie)?.[1] ?? null)
    : null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent, for comparing a retry with what came first. */
    sent: string
  }
}

/** Who is calling the API. A device that has no secret yet gets one, which `keepDevice` sends back. */
export function callerOf(request: FastifyRequest, config: Config): Caller {
  const caller: Caller = { bearer: bearerOf(request), device: deviceOf(request, config) ?? newToken() }
  const key = request.headers['idempotency-key']
  if (request.method === 'POST' && key !== undefined) {
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) throw refuse('idempotency_key_invalid')
    const onceAs = (credential: string) =>
      onceFrom(key, `${request.method} ${request.url}\n${credential}`, request.sent, config.secretKey)
    const device = deviceOf(request, config)
    // A device without a secret gets one that follows from the request, so that a retry is answered with the same
    // cookie; also when the cookie had arrived and the answer had not.
    const asNobody = onceAs('')
    if (caller.bearer === null && (device === null || device === asNobody.device)) {
      caller.once = asNobody
      caller.device = asNobody.device
    } else caller.once = onceAs(caller.bearer ?? device ?? '')
  }
  return caller
}

/** Sends the cookie after a write that came without a token; each write renews it, so that it lasts for who comes back. */
export function keepDevice(request: FastifyRequest, reply: FastifyReply, caller: Caller, config: Config): void {
  if (caller.bearer !== null) return
  const { name, options } = deviceCookie(originOf(request, config))
  // Put together here: with every vote comes one, and its parts are ours and need no checking.
  const secure = options.secure ? '; Secure' : ''
  const attributes = `Max-Age=${options.maxAge}; Path=${options.path}; HttpOnly; SameSite=Lax${secure}`
  void reply.header('set-cookie', `${name}=${caller.device}; ${attributes}`)
}

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization
  if (header === undefined) return null
  // Another scheme is meant for somebody else, such as a proxy that asks for a password.
  if (!/^Bearer\b/i.test(header)) return null
  const token = /^Bearer ([A-Za-z0-9_-]{16,128})$/i.exec(header)?.[1]
  if (token === undefined) throw refuse('token_unknown')
  return token
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A page of another site must not write in the name of a device that has our cookie. Browsers say where a request
 * comes from in Sec-Fetch-Site or Origin; a write that carries a cookie needs one of them to name this site, and no
 * write may come from a page elsewhere.
 * @throws cross_site
 */
export function refuseCrossSite(request: FastifyRequest, config: Config): void {
  if (reading.has(request.method)) return
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const saysSame = site === 'same-origin' || (origin !== undefined && isOwnOrigin(request, origin, config))
  const saysOther = site === 'cross-site' || site === 'same-site' || (origin !== undefined && !saysSame)
  if (saysOther || (!saysSame && deviceOf(request, config) !== null)) throw refuse('cross_site')
}

/** Compared by host: behind a proxy that ends TLS the browser's scheme may differ from the request's. */
function isOwnOrigin(request: FastifyRequest, origin: string, config: Config): boolean {
  if (origin === config.publicUrl) return true
  return URL.canParse(origin) && new URL(origin).host === request.host
}
