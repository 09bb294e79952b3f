import { openLine, type Told } from './line.ts'

/** Between the pages of one browser: what was told, who has just come, and up to where the others know. */
type Passed = { told: Told } | { since: number } | { upTo: number }

/**
 * The same as a line of one's own, but for all open pages of a browser together there is only one: whoever holds the lock
 * passes on what it hears, and when it goes the next one takes over from where it is.
 */
export function shareLine(question: string, since: number, hear: (told: Told) => void): () => void {
  // Browsers lock only where the page came over a secure connection.
  if (!('locks' in navigator)) return openLine(question, since, hear)
  const name = `folkmoot-live-${question}`
  const channel = new BroadcastChannel(name)
  const end = new AbortController()
  let known = since
  let holds = false

  const take = (told: Told) => {
    known = told.id
    hear(told)
  }
  const pass = (passed: Passed) => channel.postMessage(passed)
  channel.onmessage = ({ data }: MessageEvent<Passed>) => {
    if ('since' in data) {
      if (holds) pass({ upTo: known })
    } else if (holds) return
    else if ('told' in data) take(data.told)
    else {
      // What was told before this page came to listen is loaded at once.
      const event = data.upTo > known ? 'resync' : 'hello'
      take({ event, id: Math.max(known, data.upTo), data: { revision: data.upTo } })
    }
  }
  pass({ since })

  const hold = () =>
    new Promise<void>((release) => {
      if (end.signal.aborted) return release()
      holds = true
      const hangUp = openLine(question, known, (told) => {
        take(told)
        pass({ told })
      })
      end.signal.addEventListener('abort', () => {
        hangUp()
        release()
      })
    })
  navigator.locks.request(name, { signal: end.signal }, hold).catch(() => undefined)
  return () => {
    end.abort()
    channel.close()
  }
}
