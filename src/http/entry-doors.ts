import { rfc3339 } from '../base/clock.ts'
import { refuse } from '../base/refusals.ts'
import { check } from '../base/validate.ts'
import { asOfOne, type Db } from '../db/connect.ts'
import type { RoomEntryRow } from '../db/tables.ts'
import { countEntries, findEntries, findEntryVotes } from '../entry/store.ts'
import { NewEntry, type EntryPage, type EntryView } from '../entry/wire.ts'
import { takeSeat, type Caller } from '../question/seat.ts'
import { loadQuestion } from '../question/store.ts'
import { shownOf } from '../snapshot/build.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import type { Verbs } from '../verbs/verbs.ts'

/** Entries on a page. */
const entriesPerPage = 20

/**
 * The doors of votes in the room.
 * @param showsTo whether votes that are hidden are shown to this caller, who has voted
 */
export function entryDoors(
  read: Db,
  clock: () => number,
  snapshots: SnapshotCache,
  verbs: Verbs,
  showsTo: (caller: Caller, q: string) => Promise<boolean>,
) {
  return {
    async enter(caller: Caller, q: string, input: NewEntry): Promise<{ id: string }> {
      return { id: await verbs.enter(caller, q, check(NewEntry, input)) }
    },

    withdrawEntry: verbs.withdrawEntry,

    forgetRoomName: verbs.forgetRoomName,

    /**
     * What was counted in the room, newest first; while votes are hidden, for the owner who entered it and for whom they
     * are shown to.
     * @param page.before cursor from the page before. @throws results_hidden
     */
    async entries(caller: Caller, q: string, page: { before?: string; limit?: number }): Promise<EntryPage> {
      const question = await snapshots.loadQuestion(q)
      const { isOwner } = await takeSeat(read, question, caller)
      const mayLook = isOwner || (await showsTo(caller, q))
      return await asOfOne(read, async (db) => {
        const row = await loadQuestion(db, q)
        if (!shownOf(row, clock()).votes && !mayLook) throw refuse('results_hidden')
        const limit = page.limit ?? entriesPerPage
        const before = page.before === undefined ? null : Number(page.before)
        const rows = await findEntries(db, row.id, before, limit + 1)
        const here = rows.slice(0, limit)
        const keys = here.map(({ id }) => id)
        const votes = Map.groupBy(await findEntryVotes(db, row.id, keys), ({ entry }) => entry)
        return {
          entries: here.map((entry) => viewEntry(entry, votes.get(entry.id) ?? [])),
          total: await countEntries(db, row.id),
          next: rows.length > limit ? String(here.at(-1)?.id) : null,
        }
      })
    },
  }
}

function viewEntry(
  { public_id, how, people, note, entered_at, withdrawn_at }: RoomEntryRow,
  votes: EntryView['votes'],
): EntryView {
  return {
    ...{ id: public_id, how, people, note, at: rfc3339(entered_at) },
    withdrawnAt: withdrawn_at === null ? null : rfc3339(withdrawn_at),
    votes: votes.map(({ idea, title, votes }) => ({ idea, title, votes })),
  }
}
