/** What came over the line. `lost` while there is none; `gone` when there is no such question any more. */
export interface Told {
  event: 'hello' | 'tallies' | 'change' | 'resync' | 'lost' | 'gone'
  /** The revision up to which everything has been told. */
  id: number
  data: Record<string, unknown>
}

/** A stream that says nothing for so long, in milliseconds, is held back by something in between. */
const patience = 15_000
/** After so many failures one after the other the server is asked now and then instead. */
const failuresToAsk = 3
/** The longest wait for a server that is away, about, in milliseconds. */
const longest = 10_000
/** How often the line is tried again meanwhile: every so many times that the server was asked. */
const asksToTry = 5

/**
 * Hears what happens in a question, over a stream that is opened again whenever it breaks; where there is none to be
 * had, by asking now and then.
 * @param since the revision from which to go on
 * @returns how to hang up
 */
export function openLine(question: string, since: number, hear: (told: Told) => void): () => void {
  const address = `/api/v1/questions/${question}`
  let known = since
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let asked = 0
  let etag: string | null = null
  let closed = false

  const later = (next: () => void, time: number) => {
    clearTimeout(timer)
    timer = setTimeout(next, time * (0.5 + Math.random()))
  }

  const connect = () => {
    source?.close()
    source = new EventSource(`${address}/live?since=${known}`)
    for (const event of ['hello', 'tallies', 'change', 'resync'] as const)
      source.addEventListener(event, (message: MessageEvent<string>) => {
        clearTimeout(timer)
        failures = 0
        if (message.lastEventId !== '') known = Number(message.lastEventId)
        hear({ event, id: known, data: JSON.parse(message.data) as Told['data'] })
      })
    // Opened again by ourselves: the browser would try for ever, and give up for ever when it was refused once.
    source.onerror = fail
    clearTimeout(timer)
    timer = setTimeout(fail, patience)
  }

  const fail = () => {
    source?.close()
    source = null
    failures++
    hear({ event: 'lost', id: known, data: {} })
    if (failures < failuresToAsk) later(connect, 1_000 * 2 ** failures)
    else void ask()
  }

  const ask = async () => {
    const answer = await fetch(address, {
      method: 'HEAD',
      cache: 'no-store',
      headers: etag === null ? {} : { 'if-none-match': etag },
    }).catch(() => null)
    if (closed) return
    if (answer?.status === 404) {
      hear({ event: 'gone', id: known, data: {} })
      return
    }
    // Nobody there, so it is not the stream that is held back: soon again.
    if (!answer || answer.status >= 500) {
      later(connect, Math.min(longest, 1_000 * 2 ** failures))
      return
    }
    if (answer.ok) {
      etag = answer.headers.get('etag')
      const revision = Number(/^W\/"(\d+)/.exec(etag ?? '')?.[1] ?? NaN)
      hear({ event: 'resync', id: known, data: { ...(revision && { revision }), isAsked: true } })
    }
    later(++asked % asksToTry === 0 ? connect : () => void ask(), 25_000)
  }

  const isBack = () => {
    failures = 0
    connect()
  }
  addEventListener('online', isBack)
  connect()
  return () => {
    closed = true
    removeEventListener('online', isBack)
    clearTimeout(timer)
    source?.close()
  }
}
