import { setTimeout as rest } from 'node:timers/promises'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Feed, News } from '../feed/follow.ts'

/** Nodes that understand each other: to be raised with a change to `News` that an older node would take for another. */
const dialect = 'folkmoot.1'
/** How long between two attempts to reach NATS, in milliseconds. */
const retryEvery = 1_000
/** How often is looked whether NATS is still there, in milliseconds; gone without a word, it is missed after two. */
const lookEvery = 5_000
/** Some bytes less than NATS takes in one message as it comes from its makers. */
const largest = 1_000_000

export interface BusOptions {
  /** `nats://` or `tls://`, with a user and a password or a token where NATS wants one; several with commas between. */
  url: string
  /** What tells the nodes of this server from those of another one on the same NATS; they all know it. */
  server: string
  feed: Feed
  /** Is told when NATS is gone and when it is back. */
  report: (sentence: string, failure?: unknown) => void
}

/** What the bus has done so far. */
export interface BusCounts {
  sent: number
  heard: number
  /** Committed while NATS was away. The other nodes find it in the feed. */
  unsent: number
}

/**
 * Carries what is committed from node to node over NATS. It only makes haste: what does not arrive, arrives twice or
 * late does no harm, because whoever follows knows from which revision news goes on, and reads the feed where there is
 * a gap. So a node starts and serves also while NATS is away.
 */
export class Bus {
  readonly counts: BusCounts = { sent: 0, heard: 0, unsent: 0 }
  readonly #options: BusOptions
  readonly #subject: string
  readonly #unfollow: () => void
  readonly #joining: Promise<void>
  #connection: NatsConnection | null = null
  #isThere = false
  #isClosing = false

  constructor(options: BusOptions) {
    this.#options = options
    this.#subject = `${dialect}.${options.server}`
    this.#unfollow = options.feed.followOwn((news) => this.#send(news))
    this.#joining = this.#join()
  }

  /** Whether NATS is there now. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** How long a message and its answer take to NATS and back, in milliseconds; null while it is away. */
  async roundTrip(): Promise<number | null> {
    if (!this.#isThere || !this.#connection) return null
    const began = performance.now()
    return await this.#connection.flush().then(
      () => performance.now() - began,
      () => null,
    )
  }

  /** Sends on what was committed until now, and leaves. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#unfollow()
    if (!this.#connection) return
    if (this.#isThere) await this.#connection.drain().catch(() => undefined)
    else await this.#connection.close()
    await this.#joining
  }

  async #join(): Promise<void> {
    const { servers, ...credentials } = addressesFrom(this.#options.url)
    let isTold = false
    while (!this.#isClosing && !this.#connection) {
      try {
        this.#connection = await connect({
          servers,
          ...credentials,
          name: 'folkmoot',
          noEcho: true,
          maxReconnectAttempts: -1,
          reconnectTimeWait: retryEvery,
          pingInterval: lookEvery,
          // A password that is wrong for a moment, while it is being changed, must not part the nodes for ever.
          ignoreAuthErrorAbort: true,
        })
      } catch (failure) {
        if (!isTold) this.#options.report('NATS cannot be reached; other nodes are heard of late until it can', failure)
        isTold = true
        await rest(retryEvery, undefined, { ref: false })
      }
    }
    if (!this.#connection) return
    this.#connection.subscribe(this.#subject, { callback: (_failure, message) => this.#hear(message.string()) })
    this.#isThere = true
    if (this.#isClosing) {
      await this.#connection.close()
      return
    }
    if (isTold) this.#options.report('NATS is there')
    void this.#watch(this.#connection)
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (this.#isClosing) return
      if (type === 'disconnect') {
        if (this.#isThere) this.#options.report('NATS is gone; other nodes are heard of late until it is back')
        this.#isThere = false
      } else if (type === 'reconnect') {
        this.#isThere = true
        this.#options.report('NATS is back')
      }
    }
  }

  #send(news: News): void {
    // The library would keep it for later, without a bound, and by then everyone has found it in the feed.
    if (!this.#connection || !this.#isThere) {
      this.counts.unsent++
      return
    }
    const text = JSON.stringify(news)
    // More than a message takes: whoever hears of the revision alone reads the feed.
    const { questionId, revision } = news
    const isTooMuch = Buffer.byteLength(text) > largest
    const sent: News = { questionId, since: revision, revision, changes: [], tallied: [] }
    this.#connection.publish(this.#subject, isTooMuch ? JSON.stringify(sent) : text)
    this.counts.sent++
  }

  #hear(text: string): void {
    this.counts.heard++
    try {
      this.#options.feed.relay(JSON.parse(text) as News)
    } catch (failure) {
      this.#options.report('What came over NATS was not understood', failure)
    }
  }
}

/** What the library wants to know, from addresses of which the first says who we are. */
function addressesFrom(text: string) {
  const urls = text.split(',').map((one) => new URL(one.trim()))
  const [{ username, password, protocol } = new URL('nats://nowhere')] = urls
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)]
  return {
    servers: urls.map(({ host }) => host),
    ...(user !== '' && (pass === '' ? { token: user } : { user, pass })),
    ...(protocol === 'tls:' && { tls: {} }),
  }
}
