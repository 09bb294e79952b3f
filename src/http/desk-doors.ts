import { check } from '../base/validate.ts'
import type { Db } from '../db/connect.ts'
import { buildActs, buildQueue } from '../desk/queue.ts'
import { NewAct, type Acted, type ActPage, type QueuePage } from '../desk/wire.ts'
import { findHeldWords } from '../moderation/store.ts'
import { HeldWords, IdeaClosure, NewReport, Reasoned, type Kind } from '../moderation/wire.ts'
import { takeOwnerSeat, type Caller } from '../question/seat.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import type { IdeaView } from '../snapshot/wire.ts'
import type { Verbs } from '../verbs/verbs.ts'

type Hide = (caller: Caller, q: string, id: string, why?: Reasoned) => Promise<void>
type Show = (caller: Caller, q: string, id: string) => Promise<void>

/** The doors of the owner's desk, and those by which something gets onto it. */
export function deskDoors(
  read: Db,
  snapshots: SnapshotCache,
  verbs: Verbs,
  named: (caller: Caller) => Caller,
  viewIdea: (q: string, ideaId: string) => Promise<IdeaView>,
) {
  const asOwner = async (caller: Caller, q: string) => {
    const row = await snapshots.loadQuestion(q)
    return { row, seat: await takeOwnerSeat(read, row, caller) }
  }
  const hides =
    (kind: Kind): Hide =>
    async (caller, q, id, why = {}) =>
      await verbs.hide(caller, q, kind, id, check(Reasoned, why))
  const shows =
    (kind: Kind): Show =>
    async (caller, q, id) =>
      await verbs.show(caller, q, kind, id)

  return {
    hideIdea: hides('idea'),
    showIdea: shows('idea'),
    hideArgument: hides('argument'),
    showArgument: shows('argument'),
    hideComment: hides('comment'),
    showComment: shows('comment'),

    /** Lets nobody vote for an idea any more. */
    async closeIdea(caller: Caller, q: string, ideaId: string, input: IdeaClosure): Promise<IdeaView> {
      await verbs.closeIdea(caller, q, ideaId, check(IdeaClosure, input))
      return await viewIdea(q, ideaId)
    },

    async reopenIdea(caller: Caller, q: string, ideaId: string): Promise<IdeaView> {
      await verbs.reopenIdea(caller, q, ideaId)
      return await viewIdea(q, ideaId)
    },

    async report(caller: Caller, q: string, kind: Kind, id: string, input: NewReport): Promise<void> {
      await verbs.report(named(caller), q, kind, id, check(NewReport, input))
    },

    /** What waits for the owner, oldest first. @param page.after cursor from the page before */
    async queue(caller: Caller, q: string, page: { after?: string; limit?: number }): Promise<QueuePage> {
      const { row, seat } = await asOwner(caller, q)
      return await buildQueue(read, row, seat, page)
    },

    /** Every act, newest first. @param page.before cursor from the page before */
    async acts(caller: Caller, q: string, page: { before?: string; limit?: number }): Promise<ActPage> {
      const { row, seat } = await asOwner(caller, q)
      return await buildActs(read, row, seat, page)
    },

    async act(caller: Caller, q: string, input: NewAct): Promise<Acted> {
      return await verbs.act(caller, q, check(NewAct, input))
    },

    undoAct: verbs.undoAct,

    /** Words that hold back what contains one. */
    async heldWords(caller: Caller, q: string): Promise<HeldWords> {
      const { row } = await asOwner(caller, q)
      return { words: await findHeldWords(read, row.id) }
    },

    async setHeldWords(caller: Caller, q: string, input: HeldWords): Promise<HeldWords> {
      await verbs.setHeldWords(caller, q, check(HeldWords, input))
      return { words: await findHeldWords(read, (await snapshots.loadQuestion(q)).id) }
    },
  }
}
