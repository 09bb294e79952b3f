import type { Socket } from 'node:net'
import { setTimeout as rest } from 'node:timers/promises'
import { addAmount, durations, noAmounts } from '../base/measured.ts'
import { refuse } from '../base/refusals.ts'
import { asOfOne, type Db } from '../db/connect.ts'
import type { Feed } from '../feed/follow.ts'
import { loadQuestionEvenDeleted } from '../question/store.ts'
import { findRevisions, readCounted, readMissed, type Missed } from './catch-up.ts'
import { Room } from './room.ts'
import { hangUp, sendToAll } from './sending.ts'
import { encodeHello, encodeResync, encodeTelling, heartbeat, type Telling } from './stream.ts'

/** How often listeners are told at the most, in milliseconds. What happens in between is told together. */
const tellingEvery = 100
/** Listeners get at most this share of the process's time: after a round of telling, the others come first. */
const share = 1 / 4
/** How often something is sent to who has nothing to hear, in milliseconds; proxies give up after 30 seconds or more. */
const heartbeatEvery = 25_000
/** How often is looked for what other processes wrote, such as an import, in milliseconds. */
const lookingEvery = 1_000
/** How long a listener that was cut off waits before coming back, in milliseconds: not all at the same moment. */
const retryFrom = 1_000
const retryTo = 5_000

export interface HubOptions {
  /** How many may listen at once. */
  maxListeners: number
  /** Is told when the store failed; who listens is told later. */
  report: (failure: unknown) => void
}

/** What this thread has worked so far, in milliseconds: waiting for the database is no work. */
function spent(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Tells open connections what happens in the questions they listen to. */
export class Hub {
  /** How long it took from hearing of a change until its listeners were told, in seconds, by `durations`. */
  readonly tellings = noAmounts(durations)
  readonly #read: Db
  readonly #options: HubOptions
  readonly #rooms = new Map<string, Room>()
  readonly #due = new Set<Room>()
  readonly #unfollow: () => void
  #telling = false
  #closed = false
  #timers: NodeJS.Timeout[] = []
  #count = 0

  constructor({ read, feed }: { read: Db; feed: Feed }, options: HubOptions) {
    this.#read = read
    this.#options = options
    this.#unfollow = feed.follow((news) => {
      const room = this.#rooms.get(news.questionId)
      if (!room) return
      room.hear(news)
      this.#wake(room)
    })
  }

  /** How many questions are listened to. */
  get questions(): number {
    return this.#rooms.size
  }

  /** How many listen now, or are about to. */
  get listeners(): number {
    return this.#count
  }

  /**
   * Lets a connection listen to a question from a revision on, telling it first what it missed.
   * @param since the last revision it knows; null to begin now
   * @param take called once it is certain, with what is to be sent first; hands over the connection, which from then on
   *   is the hub's
   * @throws question_not_found, overloaded; then `take` was not called
   */
  async join(questionId: string, since: number | null, take: (greeting: string) => Socket): Promise<void> {
    if (this.#closed || this.#count >= this.#options.maxListeners) throw refuse('overloaded')
    this.#count++
    const room = this.#rooms.get(questionId) ?? new Room(questionId, this.#left)
    this.#rooms.set(questionId, room)
    room.arriving++
    try {
      const greeting = await this.#greet(room, since)
      // From here to the end nothing waits, so nothing can be told in between.
      const socket = take(greeting)
      socket.on('close', room.leave)
      room.listeners.add(socket)
      // Gone while it was found out what it missed: its end will not be heard of any more.
      if (socket.destroyed) room.leave.call(socket)
    } catch (failure) {
      this.#count--
      throw failure
    } finally {
      room.arriving--
      this.#tidy(room)
    }
    this.#keepTime()
    if (room.heard) this.#wake(room)
  }

  /** Ends every stream at once, and hears of nothing any more. */
  close(): void {
    this.#closed = true
    this.#unfollow()
    for (const room of [...this.#rooms.values()]) this.#end(room)
  }

  /**
   * What a new listener is told first: exactly up to where the others in the room have been told, so that whatever all of
   * them are told next goes on from there.
   */
  async #greet(room: Room, since: number | null): Promise<string> {
    for (;;) {
      if (this.#closed) throw refuse('overloaded')
      if (room.ended) throw refuse('question_not_found')
      if (room.told !== null && (since === null || since === room.told)) return hello(room.told)
      const missed = await asOfOne(this.#read, (db) => readMissed(db, room.questionId, since))
      if (missed.tallies === null) throw refuse('question_not_found')
      const told = (room.told ??= missed.revision)
      if (since !== null && since > told && !missed.tooMuch) {
        // It has loaded the question since the others were told: it waits until they are.
        room.hearOf(missed.revision)
        this.#wake(room)
        await room.moved()
      } else if (missed.revision >= told) {
        if (missed.tooMuch) return hello(told) + encodeResync(told, room.listeners.size)
        const changes = missed.changes.filter((change) => change.revision <= told)
        return (
          hello(told) +
          (since === null ? '' : encodeTelling({ ...missed, revision: told, changes }, room.listeners.size))
        )
      }
    }
  }

  #wake(room: Room): void {
    if (this.#closed) return
    this.#due.add(room)
    if (this.#telling) return
    this.#telling = true
    // What is committed in this same turn is told together.
    setImmediate(() => void this.#tellAll())
  }

  /** Tells round after round while there is something to tell. */
  async #tellAll(): Promise<void> {
    while (this.#due.size > 0 && !this.#closed) {
      const began = performance.now()
      const rooms = [...this.#due]
      this.#due.clear()
      let busy = 0
      for (const room of rooms) busy += await this.#tell(room)
      const lasted = performance.now() - began
      await rest(Math.max(tellingEvery - lasted, busy / share - lasted, 0), undefined, { ref: false })
    }
    this.#telling = false
  }

  /** @returns how long the process was busy with it, in milliseconds */
  async #tell(room: Room): Promise<number> {
    const { told, heard, heardAt } = room
    // Nobody has arrived yet; whoever does is told.
    if (told === null || heard === null) return 0
    const began = spent()
    room.heard = null
    let telling: Missed
    try {
      if (heard.incomplete || heard.since > told)
        telling = await asOfOne(this.#read, (db) => readMissed(db, room.questionId, told))
      else {
        const changes = heard.changes.filter((change) => change.revision > told)
        telling = {
          revision: heard.revision,
          changes,
          tallies: await this.#counted(room, heard.tallied),
          tooMuch: false,
        }
      }
    } catch (failure) {
      this.#options.report(failure)
      room.hearOf(heard.revision)
      room.heardAt = heardAt
      this.#wake(room)
      return 0
    }
    const { revision, tooMuch, tallies } = telling
    if (revision > told) room.tellUpTo(revision)
    else return 0
    const { size } = room.listeners
    const bytes = Buffer.from(tooMuch ? encodeResync(revision, size) : encodeTelling(telling, size))
    const busy = spent() - began
    const sent = await sendToAll([...room.listeners], bytes)
    addAmount(this.tellings, durations, (performance.now() - heardAt) / 1000)
    if (tallies === null) this.#end(room)
    return busy + sent
  }

  #counted(room: Room, tallied: Set<string>): Promise<Telling['tallies']> {
    return asOfOne(this.#read, async (db) =>
      readCounted(db, await loadQuestionEvenDeleted(db, room.questionId), [...tallied]),
    )
  }

  #end(room: Room): void {
    room.ended = true
    room.letOn()
    this.#forget(room)
    hangUp([...room.listeners])
  }

  readonly #left = (room: Room) => {
    this.#count--
    this.#tidy(room)
  }

  #tidy(room: Room): void {
    if (room.isEmpty) this.#forget(room)
  }

  #forget(room: Room): void {
    this.#due.delete(room)
    if (this.#rooms.get(room.questionId) === room) this.#rooms.delete(room.questionId)
    if (this.#rooms.size > 0) return
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }

  /** Time passes only while somebody listens. */
  #keepTime(): void {
    if (this.#timers.length > 0 || this.#rooms.size === 0 || this.#closed) return
    this.#timers = [
      setInterval(() => void this.#beat(), heartbeatEvery),
      setInterval(() => void this.#look().catch(this.#options.report), lookingEvery),
    ]
  }

  async #beat(): Promise<void> {
    for (const room of [...this.#rooms.values()]) await sendToAll([...room.listeners], heartbeat)
  }

  /**
   * Looks for what other processes wrote. What this one wrote is in the feed a moment before it is heard of, so only
   * what was there a look ago already and is still not known came from elsewhere.
   */
  async #look(): Promise<void> {
    const rooms = [...this.#rooms.values()].filter((room) => room.told !== null)
    const revisions = await findRevisions(
      this.#read,
      rooms.map((room) => room.questionId),
    )
    for (const room of rooms) {
      const revision = revisions.get(room.questionId)
      if (revision === undefined) this.#end(room)
      else if (room.seen > room.known) {
        room.hearOf(room.seen)
        this.#wake(room)
      }
      room.seen = revision ?? 0
    }
  }
}

function hello(revision: number): string {
  return encodeHello(revision, Math.round(retryFrom + Math.random() * (retryTo - retryFrom)))
}
