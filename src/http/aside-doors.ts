import { findBursts, findPeople } from '../aside/bursts.ts'
import { refuseWhileHidden } from '../aside/actions.ts'
import { findAsides } from '../aside/store.ts'
import { asideLimits, NewAside, type AsidePage, type BurstList, type PeoplePage, type SetAside } from '../aside/wire.ts'
import type { Clock } from '../base/clock.ts'
import { hold } from '../base/refusals.ts'
import { check } from '../base/validate.ts'
import type { Db } from '../db/connect.ts'
import { NewParticipant } from '../participant/wire.ts'
import { areNamesHidden, settingsOf } from '../question/rules.ts'
import { takeOwnerSeat, type Caller } from '../question/seat.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import type { Verbs } from '../verbs/verbs.ts'

/** The doors by which owners see from where many began at once and set votes aside, and everyone what was. */
export function asideDoors(read: Db, clock: Clock, snapshots: SnapshotCache, verbs: Verbs) {
  const asOwner = async (caller: Caller, q: string) => {
    const row = await snapshots.loadQuestion(q)
    await takeOwnerSeat(read, row, caller)
    hold(refuseWhileHidden(row, clock()))
    return row
  }
  return {
    /** From where many began to take part at once. @throws owner_only, results_hidden */
    async newcomers(caller: Caller, q: string): Promise<BurstList> {
      const { id } = await asOwner(caller, q)
      return await findBursts(read, id)
    },

    /** People who show a name; none where names are hidden. @throws owner_only, results_hidden, invalid_input */
    async people(caller: Caller, q: string, page: { name?: string; before?: string }): Promise<PeoplePage> {
      const row = await asOwner(caller, q)
      if (page.name !== undefined) check(NewParticipant, { name: page.name })
      return areNamesHidden(settingsOf(row)) ? { people: [], next: null } : await findPeople(read, row.id, page)
    },

    async setAside(caller: Caller, q: string, input: NewAside): Promise<SetAside> {
      return await verbs.setAside(caller, q, check(NewAside, input))
    },

    restoreAside: verbs.restoreAside,

    /** All that was set aside, newest first, for everyone. @param page.before cursor from the page before */
    async asides(q: string, { before }: { before?: string }): Promise<AsidePage> {
      const { id } = await snapshots.loadQuestion(q)
      const limit = asideLimits.asides
      const found = await findAsides(read, id, before === undefined ? null : Number(before), limit + 1)
      const shown = found.slice(0, limit)
      return {
        asides: shown.map(({ key: _, ...view }) => view),
        next: found.length > limit ? String(shown.at(-1)?.key) : null,
      }
    },
  }
}
