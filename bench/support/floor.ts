import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reply } from './connection.ts'
import { newFolder, startFloor, type Measured } from './processes.ts'

/** An address of the floor: it answers as the server did, without doing anything for it. */
export interface Echo {
  method: 'GET' | 'PUT'
  /** With Fastify's parameters, such as `/q/:q`. */
  path: string
  headers: Record<string, string>
  /** base64, as the bytes may be compressed. */
  body: string
  /** Whether the answer is the receipt of a vote, checked and written by its schemas. */
  isVote: boolean
}

/** Headers that whoever answers makes by itself. */
const own = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'])

/** An address of the floor that answers like this answer of the server. */
export function echoOf(method: 'GET' | 'PUT', path: string, reply: Reply, isVote = false): Echo {
  const headers = reply.head
    .split('\r\n')
    .slice(1)
    .map((line) => /^([^:]+): ?(.*)$/.exec(line) ?? [])
    .flatMap(([, name = '', value = '']) => (own.has(name.toLowerCase()) ? [] : [[name.toLowerCase(), value]]))
  const body = isChunked(reply) ? dechunk(reply.body) : reply.body
  return {
    method,
    path,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body.toString('base64'),
    isVote,
  }
}

/** Starts the same Fastify with these addresses and nothing behind them. */
export async function startEchoes(echoes: Echo[]): Promise<Measured> {
  const file = join(await newFolder(), 'echoes.json')
  await writeFile(file, JSON.stringify(echoes))
  return startFloor('fastify', file)
}

function isChunked({ head }: Reply): boolean {
  return /\r\ntransfer-encoding: chunked/i.test(head)
}

/** What was sent in chunks, in one piece. */
export function dechunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n', at)
    const length = parseInt(bytes.toString('latin1', at, end), 16)
    if (!(length > 0)) break
    parts.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return Buffer.concat(parts)
}
