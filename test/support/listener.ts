import { get, type IncomingMessage } from 'node:http'
import { get as getSecurely, type RequestOptions } from 'node:https'

/** One event of a stream; `id` is the last one that had been told when it came. */
export interface LiveEvent {
  event: string
  data: Record<string, unknown>
  id: string
}

/** Somebody who listens to a question as a browser would, and can be cut off anywhere. */
export class Listener {
  readonly events: LiveEvent[] = []
  /** All that arrived, as it was sent. */
  text = ''
  /** The last id, which goes back as Last-Event-ID. */
  id = ''
  ended = false
  readonly response: IncomingMessage
  #waiting: (() => void)[] = []

  private constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (part: string) => {
      this.text += part
      this.#read()
    })
    response.on('close', () => {
      this.ended = true
      this.#wake()
    })
    // Being cut off is what these tests are about.
    response.on('error', () => undefined)
  }

  /** Listens from a stream's address. @throws with what came instead of a stream */
  static open(url: string, headers: Record<string, string> = {}, secure: RequestOptions = {}): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const options = { ...secure, agent: false, headers: { accept: 'text/event-stream', ...headers } }
      const ask = url.startsWith('https:') ? getSecurely : get
      ask(url, options, (response) => {
        if (response.statusCode === 200) resolve(new Listener(response))
        else {
          response.resume()
          reject(new Error(`Listening was refused with ${response.statusCode}.`))
        }
      }).on('error', reject)
    })
  }

  of(event: string): Record<string, unknown>[] {
    return this.events.filter((one) => one.event === event).map((one) => one.data)
  }

  /** The types of the changes that arrived. */
  get changes(): unknown[] {
    return this.of('change').map((change) => change.type)
  }

  /** Waits until something is the case, looking after everything that arrives. @throws when the stream ends before */
  async until(isSo: (listener: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      if (this.ended) throw new Error(`The stream ended before what was waited for came. It told:\n${this.text}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Waits until everything up to a revision has arrived. */
  upTo(revision: number): Promise<void> {
    return this.until(() => Number(this.id) >= revision)
  }

  async toEnd(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  leave(): void {
    this.response.destroy()
  }

  #read(): void {
    const { events, id } = parseEvents(this.text)
    this.id = id
    this.events.splice(0, Infinity, ...events)
    this.#wake()
  }

  #wake(): void {
    for (const goOn of this.#waiting.splice(0)) goOn()
  }
}

/** Reads a stream as a browser does: what is not complete does not count. */
export function parseEvents(text: string): { events: LiveEvent[]; id: string } {
  const events: LiveEvent[] = []
  let id = ''
  for (const block of text.split('\n\n').slice(0, -1)) {
    const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]))
    id = fields.get('id') ?? id
    const data = fields.get('data')
    if (data !== undefined)
      events.push({ event: fields.get('event') ?? 'message', data: JSON.parse(data) as LiveEvent['data'], id })
  }
  return { events, id }
}
