import { refuse } from '../base/refusals.ts'
import type { Core, Trx } from '../feed/command.ts'
import { isSpent, lettersKept, pauseAfter, perAddress, perNetwork, takenFor, waitingAtMost } from './rules.ts'

/** A letter as a door made it. What it says, and to whom, only the server's key opens. */
export interface NewLetter {
  id: string
  toHash: Uint8Array
  network: string | null
  /** How many may be asked for in the network within an hour; null for any number. */
  networkLimit: number | null
  sealed: Uint8Array
}

export interface DueLetter {
  id: string
  sealed: Uint8Array
}

/**
 * Puts a letter into the outbox, in the transaction of the verb that wants it sent. One to an address that has had as many
 * as it may is written down as done with: whoever asks learns nothing from that of what others asked for.
 * @throws letters_spent when the network has asked for too many, mail_full when too many wait
 */
export async function storeLetter(trx: Trx, letter: NewLetter, now: number): Promise<void> {
  const { id, toHash, network, networkLimit, sealed } = letter
  if (network !== null && networkLimit !== null) {
    const asked = await countRecent(trx, { network }, now - perNetwork.within, networkLimit)
    if (asked >= networkLimit) throw refuse('letters_spent')
  }
  if ((await countWaiting(trx)) >= waitingAtMost) throw refuse('mail_full')
  const times = await findTimes(trx, toHash, now)
  const goes = !isSpent(times, now)
  await trx
    .insertInto('letters')
    .values({
      id,
      to_hash: toHash,
      network,
      created_at: now,
      next_at: goes ? now : null,
      sealed: goes ? sealed : new Uint8Array(),
    })
    .execute()
}

/** When letters to an address were asked for lately. */
async function findTimes(trx: Trx, toHash: Uint8Array, now: number): Promise<number[]> {
  const rows = await trx
    .selectFrom('letters')
    .select('created_at')
    .where('to_hash', '=', toHash)
    .where('created_at', '>', now - lettersKept)
    .where('sealed', '!=', new Uint8Array())
    .orderBy('created_at', 'desc')
    .limit(perAddress.day)
    .execute()
  return rows.map((row) => row.created_at)
}

async function countRecent(trx: Trx, { network }: { network: string }, after: number, most: number): Promise<number> {
  const recent = trx
    .selectFrom('letters')
    .select('id')
    .where('network', '=', network)
    .where('created_at', '>', after)
    .limit(most)
  const { n } = await trx
    .selectFrom(recent.as('recent'))
    .select((of) => of.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

async function countWaiting(trx: Trx): Promise<number> {
  const waiting = trx.selectFrom('letters').select('id').where('next_at', 'is not', null).limit(waitingAtMost)
  const { n } = await trx
    .selectFrom(waiting.as('waiting'))
    .select((of) => of.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

/**
 * Takes letters that are due, each for one sender alone: it is due again only after longer than sending takes. Who ends in
 * between, or does not hear what the mail server said, has it sent a second time rather than never.
 */
export async function takeLetters({ store, clock }: Core, limit: number): Promise<DueLetter[]> {
  const now = clock()
  const due = await store.write
    .selectFrom('letters')
    .select(['id', 'sealed', 'next_at'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
  const taken: DueLetter[] = []
  for (const { id, sealed, next_at } of due) {
    const { numUpdatedRows } = await store.write
      .updateTable('letters')
      .set((of) => ({ next_at: now + takenFor, attempts: of('attempts', '+', 1) }))
      .where('id', '=', id)
      // Another sender may have been quicker.
      .where('next_at', '=', next_at)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) taken.push({ id, sealed })
  }
  return taken
}

/** Keeps of a letter only that it was. */
export async function settleLetter({ store }: Core, id: string): Promise<void> {
  await store.write
    .updateTable('letters')
    // Not empty, by which those that never went out are told from it.
    .set({ next_at: null, sealed: Buffer.from('sent') })
    .where('id', '=', id)
    .execute()
}

/** Tries a letter again later, later each time. @returns false when it has become too old and is given up */
export async function postponeLetter(core: Core, id: string): Promise<boolean> {
  const row = await core.store.write
    .selectFrom('letters')
    .select(['created_at', 'attempts'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return false
  const nextAt = core.clock() + pauseAfter(row.attempts)
  if (nextAt > row.created_at + lettersKept) {
    await settleLetter(core, id)
    return false
  }
  await core.store.write.updateTable('letters').set({ next_at: nextAt }).where('id', '=', id).execute()
  return true
}

/** Takes away what is older than a day, sent or not. */
export async function forgetLetters({ store }: Core, now: number): Promise<void> {
  await store.write
    .deleteFrom('letters')
    .where('created_at', '<', now - lettersKept)
    .execute()
}
