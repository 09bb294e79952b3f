import { connect, type Socket } from 'node:net'

/** What came back. `body` lies in a buffer that the next answer overwrites: copy what is to be kept. */
export interface Reply {
  status: number
  head: string
  body: Buffer
}

const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/**
 * One kept-alive HTTP/1.1 connection that has one request under way at a time. It is our own, because the well-known
 * load generators for Node (autocannon, undici) are slower than the server that is measured, and cannot give every
 * request a person of its own. It writes requests that were prepared as bytes, and reads no more of an answer than its
 * status and its length.
 */
export class Connection {
  readonly #socket: Socket
  readonly #broken: (failure: Error) => void
  #answered: ((reply: Reply) => void) | null = null
  /** What has arrived of an answer that came in several parts. */
  #parts: Buffer[] = []
  #arrived = 0
  #head = ''
  /** Bytes of the whole answer; -1 until its head is there, -2 when only its end will tell. */
  #length = -1
  #status = 0

  private constructor(socket: Socket, broken: (failure: Error) => void) {
    this.#socket = socket
    this.#broken = broken
  }

  /** @param broken is told when the connection ends before `close`, or says what is no HTTP */
  static open(port: number, broken: (failure: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      // What is read is looked at before the next read, so one buffer serves; copies are made only of parts.
      const buffer = Buffer.allocUnsafe(256 * 1024)
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer,
          callback: (bytes) => {
            connection.#take(buffer.subarray(0, bytes))
            return true
          },
        },
      })
      const connection = new Connection(socket, broken)
      socket.once('connect', () => resolve(connection))
      socket.once('error', reject)
      socket.on('error', broken)
      socket.on('close', () => broken(new Error('the server closed a connection')))
    })
  }

  /** Sends a whole request. @param answered is called once; only then may the next be sent */
  send(request: Buffer, answered: (reply: Reply) => void): void {
    this.#answered = answered
    this.#socket.write(request)
  }

  /** Sends a whole request and is gone before the answer comes, as a phone that loses its network. */
  sendAndVanish(request: Buffer): Promise<void> {
    this.#socket.removeAllListeners('close')
    return new Promise((resolve) => {
      this.#socket.write(request, () => {
        this.close()
        resolve()
      })
    })
  }

  close(): void {
    this.#socket
      .removeAllListeners('close')
      .removeAllListeners('error')
      .on('error', () => {})
    this.#socket.destroy()
  }

  #take(bytes: Buffer): void {
    if (this.#answered === null) {
      this.#broken(new Error('the server sent what nobody asked for'))
      return
    }
    if (this.#length === -1) {
      const seen = this.#parts.length === 0 ? bytes : Buffer.concat([...this.#parts, bytes])
      const end = seen.indexOf(headEnd)
      if (end < 0) {
        this.#parts = [Buffer.from(seen)]
        this.#arrived = seen.length
        return
      }
      this.#readHead(seen.toString('latin1', 0, end), end + headEnd.length)
      if (this.#isWhole(seen, seen.length)) {
        this.#finish(seen)
        return
      }
      this.#parts = [Buffer.from(seen)]
      this.#arrived = seen.length
      return
    }
    this.#parts.push(Buffer.from(bytes))
    this.#arrived += bytes.length
    if (this.#isWhole(bytes, this.#arrived)) this.#finish(Buffer.concat(this.#parts))
  }

  #readHead(head: string, end: number): void {
    this.#head = head
    this.#status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    if (length !== undefined) this.#length = end + Number(length)
    else this.#length = this.#status === 304 || this.#status === 204 ? end : -2
  }

  #isWhole(last: Buffer, arrived: number): boolean {
    if (this.#length === -2) return last.subarray(-lastChunk.length).equals(lastChunk)
    return arrived >= this.#length
  }

  #finish(whole: Buffer): void {
    const answered = this.#answered
    const reply = { status: this.#status, head: this.#head, body: whole.subarray(this.#head.length + headEnd.length) }
    this.#answered = null
    this.#parts = []
    this.#arrived = 0
    this.#length = -1
    answered?.(reply)
  }
}

/** A request as bytes. Its headers are those a browser cannot do without, and the same for whoever is measured. */
export function requestBytes(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Buffer {
  const sent: Record<string, string> = {
    host: '127.0.0.1',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Folkmoot bench',
    accept: '*/*',
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}
