import type { Socket } from 'node:net'
import type { News } from '../feed/follow.ts'
import { farthest } from './catch-up.ts'

/** What was heard of a question since its listeners were last told. */
interface Heard {
  since: number
  revision: number
  changes: News['changes']
  tallied: Set<string>
  /** Something between was not heard, or more than is worth keeping: the feed has it. */
  incomplete: boolean
}

/** One question's listeners and what they are still to be told. */
export class Room {
  readonly questionId: string
  readonly listeners = new Set<Socket>()
  /** How many are about to become listeners. */
  arriving = 0
  /** The revision up to which every listener has been told, or is being told; null until there is the first. */
  told: number | null = null
  heard: Heard | null = null
  /** When the first of it was heard of. */
  heardAt = 0
  /** The revision when last looked for what other processes write. */
  seen = 0
  /** The question is gone, and so is everyone. */
  ended = false
  /** Who arrived knowing more than the others have been told; called when that has changed. */
  ahead: (() => void)[] = []
  /** Called by a listener's connection when it ends. One for all of them, to keep listeners small. */
  readonly leave: (this: Socket) => void

  /** @param left is told after each listener that went */
  constructor(questionId: string, left: (room: Room) => void) {
    this.questionId = questionId
    const room = this as Room
    this.leave = function () {
      if (room.listeners.delete(this)) left(room)
    }
  }

  get isEmpty(): boolean {
    return this.listeners.size === 0 && this.arriving === 0
  }

  /** Up to which revision something was heard. */
  get known(): number {
    return Math.max(this.heard?.revision ?? 0, this.told ?? 0)
  }

  /** Adds news to what is still to be told. */
  hear({ since, revision, changes, tallied }: Omit<News, 'questionId'>): void {
    if (revision <= this.known) return
    if (!this.heard) this.heardAt = performance.now()
    this.heard ??= { since, revision: since, changes: [], tallied: new Set(), incomplete: false }
    const heard = this.heard
    if (since > heard.revision || heard.changes.length + changes.length > farthest) heard.incomplete = true
    heard.revision = revision
    heard.changes = heard.incomplete ? [] : heard.changes.concat(changes)
    if (!heard.incomplete) for (const idea of tallied) heard.tallied.add(idea)
  }

  /** Learns that there is more in the feed than was heard of. */
  hearOf(revision: number): void {
    if (revision <= this.known) return
    if (!this.heard) this.heardAt = performance.now()
    this.heard = { since: revision, revision, changes: [], tallied: new Set(), incomplete: true }
  }

  /** Once the listeners have been told of more, or never will be. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.ahead.push(resolve))
  }

  /** Remembers up to where the listeners have been told. */
  tellUpTo(revision: number): void {
    this.told = revision
    this.letOn()
  }

  letOn(): void {
    for (const goOn of this.ahead.splice(0)) goOn()
  }
}
