import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Freshness } from '../snapshot/freshness.ts'
import type { Ready } from './ready.ts'

/** Where making takes more than this share of the time, what was right a moment ago is sent once more. */
const share = 0.25
/** How long ago it may have been right, in milliseconds. */
const moment = 1_000

interface Kept {
  ready: Ready
  size: number
  /** When it was last put behind those that are read less. */
  movedAt: number
}

export interface Wanted {
  /** What tells these bytes from others of the same question. */
  key: string
  questionId: string
  /** Makes them as the question is now. */
  make: () => Promise<Ready>
}

/** Ready bytes by what they are, made once a revision however many ask at the same time; those unread longest go first. */
export class ReadyCache {
  readonly #freshness: Freshness
  readonly #room: number
  readonly #kept = new Map<string, Kept>()
  readonly #making = new Map<string, Promise<Ready>>()
  #size = 0
  #spent = 0
  #spentAt = 0
  /** How many answers were sent as they were kept, and how many were made, since the start. */
  readonly counts = { sent: 0, made: 0 }

  /** @param room how much memory they may take, in bytes */
  constructor(freshness: Freshness, room = 64 * 1024 * 1024) {
    this.#freshness = freshness
    this.#room = room
  }

  /** What is kept under a key, whether it is right or not. */
  kept(key: string): Ready | undefined {
    return this.#kept.get(key)?.ready
  }

  /**
   * Sends the bytes at once if that is possible without waiting for anything.
   * @returns false when it is not; then nothing is sent, and `answer` is to be called
   */
  sendKept(request: FastifyRequest, reply: FastifyReply, { key, questionId }: Omit<Wanted, 'make'>): boolean {
    const kept = this.#kept.get(key)
    if (!kept || !this.#isRight(kept.ready, this.#freshness.revisionOf(questionId))) return false
    // To the second: moving it with every read would cost more than looking it up.
    if (kept.ready.currentAt - kept.movedAt > moment) {
      kept.movedAt = kept.ready.currentAt
      this.#kept.delete(key)
      this.#kept.set(key, kept)
    }
    const sent = kept.ready.send(request, reply)
    if (sent) this.counts.sent++
    return sent
  }

  /** Sends the bytes, made or compressed before if need be. @throws question_not_found, and what making throws */
  async answer(request: FastifyRequest, reply: FastifyReply, wanted: Wanted): Promise<FastifyReply> {
    return await this.send(request, reply, wanted.key, await this.find(request, wanted))
  }

  /** Sends bytes that were found here, compressed before if need be. */
  async send(request: FastifyRequest, reply: FastifyReply, key: string, ready: Ready): Promise<FastifyReply> {
    await ready.prepareFor(request)
    if (this.kept(key) === ready) this.#keep(key, ready)
    ready.send(request, reply)
    return reply
  }

  /** The bytes as the question is now, made if need be. @throws question_not_found, and what making throws */
  async find(request: FastifyRequest, { key, questionId, make }: Wanted): Promise<Ready> {
    const { authorization, 'cache-control': caching } = request.headers
    // What was right a moment ago will not do for who may just have written something.
    const now = authorization !== undefined || caching === 'no-cache'
    const revision = await this.#freshness.look(questionId)
    for (;;) {
      const kept = this.kept(key)
      if (kept && this.#isRight(kept, revision)) return kept
      if (kept && !now && this.#isBusy() && performance.now() - kept.currentAt < moment) return kept
      const running = this.#making.get(key)
      if (!running) return await this.#make(key, make)
      // It may have begun before what is asked for here was committed. Whether it failed is told to who began it.
      await running.catch(() => undefined)
    }
  }

  #isRight(ready: Ready, revision: number | null): boolean {
    if (revision === null || ready.revision < revision) return false
    const now = performance.now()
    if (now - ready.madeAt >= ready.longest) return false
    ready.currentAt = now
    return true
  }

  async #make(key: string, make: () => Promise<Ready>): Promise<Ready> {
    this.counts.made++
    const began = performance.now()
    const making = make()
    this.#making.set(key, making)
    try {
      const ready = await making
      this.#keep(key, ready)
      return ready
    } finally {
      this.#making.delete(key)
      this.#spent = this.#spentLately() + performance.now() - began
      this.#spentAt = performance.now()
    }
  }

  /** How much of about the last second went into making, in milliseconds; what is longer ago counts for less and less. */
  #spentLately(): number {
    return this.#spent * Math.exp((this.#spentAt - performance.now()) / 1000)
  }

  #isBusy(): boolean {
    return this.#spentLately() > share * 1000
  }

  #keep(key: string, ready: Ready): void {
    this.#size -= this.#kept.get(key)?.size ?? 0
    this.#kept.delete(key)
    const { size } = ready
    this.#kept.set(key, { ready, size, movedAt: performance.now() })
    this.#size += size
    for (const [oldest, { size: freed }] of this.#kept) {
      if (this.#size <= this.#room || oldest === key) break
      this.#kept.delete(oldest)
      this.#size -= freed
    }
  }
}
