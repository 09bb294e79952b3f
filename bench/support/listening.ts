import { connect, type Socket } from 'node:net'
import type { Order, Report } from './listeners.ts'

// A process that holds thousands of live connections and does with each what a page does: reads every event, remembers
// the last tallies, comes back with Last-Event-ID when it was cut off. It is started by `Listeners`.

interface Listener {
  socket: Socket
  /** What has come of a block that is not whole yet. */
  rest: string
  hasHead: boolean
  /** The last count of votes that it was told, -1 for none, and the last revision. */
  votes: number
  revision: number
  /** When what is waited for came, in milliseconds; 0 while it has not. */
  at: number
}

/** What some bytes say. The same bytes come thousands of times, so they are read once. */
interface Read {
  isMarked: boolean
  isResync: boolean
  votes: number | null
  revision: number | null
  rest: string
}

const listeners: Listener[] = []
/** One buffer for all: what is read is looked at before the next read. */
const buffer = Buffer.allocUnsafe(256 * 1024)
let marker = ''
let waiting = 0
let resyncs = 0
let returns = 0
let leaving = false
let known: { bytes: Buffer; read: Read } = { bytes: Buffer.alloc(0), read: readBlocks('') }
const problems = new Set<string>()

const now = () => Number(process.hrtime.bigint()) / 1e6
const report = (what: Report) => process.send?.(what)

function open(port: number, path: string, listener: Listener | null, ready: () => void): void {
  const socket = connect({
    ...{ port, host: '127.0.0.1', noDelay: true },
    onread: {
      buffer,
      callback: (length) => {
        hear(mine, buffer.subarray(0, length), ready)
        return true
      },
    },
  })
  const mine: Listener = listener ?? { socket, rest: '', hasHead: false, votes: -1, revision: -1, at: 0 }
  if (listener) Object.assign(listener, { socket, rest: '', hasHead: false })
  else listeners.push(mine)
  const resume = mine.revision >= 0 ? `last-event-id: ${mine.revision}\r\n` : ''
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) Folkmoot bench\r\n` +
      `accept: text/event-stream\r\n${resume}\r\n`,
  )
  socket.on('error', (failure) => problems.add(failure.message))
  socket.on('close', () => {
    if (leaving) return
    returns += 1
    setTimeout(() => open(port, path, mine, () => {}), 100)
  })
}

function hear(listener: Listener, bytes: Buffer, ready: () => void): void {
  if (!listener.hasHead) {
    const text = listener.rest + bytes.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) {
      listener.rest = text
      return
    }
    if (!text.startsWith('HTTP/1.1 200 ')) problems.add(text.slice(0, 300))
    listener.hasHead = true
    ready()
    apply(listener, readBlocks(text.slice(end + 4)))
    return
  }
  if (listener.rest !== '') {
    apply(listener, readBlocks(listener.rest + bytes.toString('latin1')))
    return
  }
  if (!known.bytes.equals(bytes)) known = { bytes: Buffer.from(bytes), read: readBlocks(bytes.toString('latin1')) }
  apply(listener, known.read)
}

function apply(listener: Listener, { isMarked, isResync, votes, revision, rest }: Read): void {
  listener.rest = rest
  if (votes !== null) listener.votes = votes
  if (revision !== null) listener.revision = revision
  if (isResync) resyncs += 1
  if (isMarked && listener.at === 0 && marker !== '') {
    listener.at = now()
    if (--waiting === 0) tellArrived()
  }
}

/** Whole blocks end with an empty line; the line ends of HTTP's own chunks may stand around them. */
function readBlocks(text: string): Read {
  const end = text.lastIndexOf('\n\n') + 2
  const whole = end >= 2 ? text.slice(0, end) : ''
  const votes = [...whole.matchAll(/"counts":\{[^}]*"votes":(\d+)/g)].at(-1)?.[1]
  const revision = [...whole.matchAll(/^id: ?(\d+)/gm)].at(-1)?.[1]
  return {
    isMarked: marker !== '' && whole.includes(marker),
    isResync: whole.includes('event: resync'),
    votes: votes === undefined ? null : Number(votes),
    revision: revision === undefined ? null : Number(revision),
    rest: text.slice(end >= 2 ? end : 0).replace(/^\r\n/, ''),
  }
}

function tellArrived(): void {
  marker = ''
  report({ arrived: listeners.map((listener) => listener.at) })
}

/** Not all at once: the system has room for some hundreds that knock at the same time. */
async function openAll(port: number, path: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 200) {
    const wave = Array.from({ length: Math.min(200, left) }, () => {
      return new Promise<void>((resolve) => open(port, path, null, resolve))
    })
    await Promise.all(wave)
  }
}

process.on('message', (order: Order) => {
  if ('open' in order)
    void openAll(order.open.port, order.open.path, order.open.count).then(() => report({ opened: listeners.length }))
  else if ('await' in order) {
    marker = order.await
    waiting = listeners.length
    known = { bytes: Buffer.alloc(0), read: readBlocks('') }
    for (const listener of listeners) listener.at = 0
    report({ ready: true })
  } else if ('ask' in order) {
    const votes = new Map<number, number>()
    for (const listener of listeners) votes.set(listener.votes, (votes.get(listener.votes) ?? 0) + 1)
    report({ votes: [...votes], resyncs, returns, problems: [...problems], last: known.bytes.toString('base64') })
  } else {
    leaving = true
    for (const { socket } of listeners) socket.destroy()
    listeners.length = 0
    // Those that come next are not leaving.
    setTimeout(() => {
      leaving = false
      report({ left: true })
    }, 500)
  }
})
process.on('disconnect', () => process.exit(0))
