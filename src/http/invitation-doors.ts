import { createHmac, hkdfSync } from 'node:crypto'
import { rfc3339 } from '../base/clock.ts'
import { hashToken, newPublicId, participantToken, sameBytes } from '../base/ids.ts'
import { check } from '../base/validate.ts'
import type { Db } from '../db/connect.ts'
import type { InvitationRow } from '../db/tables.ts'
import { readList, tableOf, type ReadList } from '../invitation/rules.ts'
import { countInvitations, findAddresses, findInvitations, findInvitationsBefore } from '../invitation/store.ts'
import {
  Acceptance,
  NewInvitations,
  type InvitationPage,
  type InvitationView,
  type MadeInvitations,
} from '../invitation/wire.ts'
import { takeOwnerSeat, type Caller } from '../question/seat.ts'
import { invitationPath } from '../question/rules.ts'
import type { SnapshotCache } from '../snapshot/cache.ts'
import type { Joined, Verbs } from '../verbs/verbs.ts'

const perPage = 100
/** Rows of a table that are read at once. */
const perStretch = 1_000

/**
 * Tokens of invitations. Each follows from the server's secret key and the invitation's id, and only its hash is stored: so
 * the owner can see and print a link again, and whoever reads the database cannot.
 */
class Tokens {
  readonly #key: Buffer

  constructor(secretKey: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secretKey, '', 'folkmoot invitations', 32))
  }

  of(q: string, invitationId: string): string {
    return createHmac('sha256', this.#key).update(`${q} ${invitationId}`).digest('base64url').slice(0, 32)
  }
}

/** All about invitations: for the owner, and for whoever opens one. */
export function invitationDoors(read: Db, snapshots: SnapshotCache, verbs: Verbs, secretKey: string) {
  const tokens = new Tokens(secretKey)

  const asOwner = async (caller: Caller, q: string) => {
    const row = await snapshots.loadQuestion(q)
    await takeOwnerSeat(read, row, caller)
    return row.id
  }

  const view = (origin: string, q: string, row: InvitationRow): InvitationView => {
    const token = tokens.of(q, row.public_id)
    return {
      id: row.public_id,
      label: row.label,
      address: row.address,
      most: row.most,
      uses: row.uses,
      createdAt: rfc3339(row.created_at),
      revokedAt: row.revoked_at === null ? null : rfc3339(row.revoked_at),
      link: sameBytes(hashToken(token), row.token_hash) ? origin + invitationPath(q, token) : null,
    }
  }

  return {
    /** Makes invitations. @param origin where people reach the server; the links begin so. @returns them in the order given */
    async invite(caller: Caller, q: string, input: NewInvitations, origin: string): Promise<MadeInvitations> {
      const { invitations } = check(NewInvitations, input)
      const ids = await verbs.invite(
        caller,
        q,
        invitations.map((invitation) => {
          const publicId = newPublicId()
          return { ...invitation, publicId, tokenHash: hashToken(tokens.of(q, publicId)) }
        }),
      )
      const rows = await findInvitations(read, await asOwner(caller, q), ids)
      const byId = new Map(rows.map((row) => [row.public_id, row]))
      return { invitations: ids.flatMap((id) => [byId.get(id)].flatMap((row) => (row ? [view(origin, q, row)] : []))) }
    },

    /** Whom a pasted list names, and what is wrong with it; also who has an invitation already. @throws owner_only */
    async readInvitees(caller: Caller, q: string, list: string): Promise<ReadList> {
      const key = await asOwner(caller, q)
      const { people, wrong } = readList(list)
      const invited = await findAddresses(read, key)
      const isNew = ({ address }: { address?: string | null }) => !address || !invited.has(address.toLowerCase())
      const again = people.filter((one) => !isNew(one))
      return {
        people: people.filter(isNew),
        wrong: [
          ...wrong,
          ...again.map(({ line, address }) => ({ line, wrong: 'invited' as const, said: address ?? '' })),
        ].sort((a, b) => a.line - b.line),
      }
    },

    /**
     * Invitations, newest first.
     * @param page.before cursor from the page before
     * @param page.unused only those that still let somebody in
     * @throws owner_only
     */
    async invitations(
      caller: Caller,
      q: string,
      page: { before?: string; limit?: number; unused?: boolean },
      origin: string,
    ): Promise<InvitationPage> {
      const key = await asOwner(caller, q)
      const limit = page.limit ?? perPage
      const before = page.before === undefined ? null : Number(page.before)
      const rows = await findInvitationsBefore(read, key, before, limit + 1, page.unused ?? false)
      const here = rows.slice(0, limit)
      const last = here.at(-1)
      return {
        invitations: here.map((row) => view(origin, q, row)),
        total: await countInvitations(read, key),
        next: last && rows.length > limit ? String(last.id) : null,
      }
    },

    /** All of them as a table. @param heads of its columns: whom it is for, address, link, how often used, state */
    async invitationTable(
      caller: Caller,
      q: string,
      origin: string,
      heads: string[],
      stateOf: (invitation: InvitationView) => string,
    ): Promise<string> {
      const key = await asOwner(caller, q)
      let table = tableOf([heads])
      for (let before: number | null = null; ;) {
        const rows: InvitationRow[] = await findInvitationsBefore(read, key, before, perStretch, false)
        table += tableOf(
          rows
            .map((row) => view(origin, q, row))
            .map((one) => [one.label, one.address ?? '', one.link ?? '', String(one.uses), stateOf(one)]),
        )
        const last = rows.at(-1)
        if (!last || rows.length < perStretch) return table
        before = last.id
      }
    },

    revokeInvitation: verbs.revokeInvitation,

    /** Opens an invitation on this device. @returns who takes part by it, and the token that stands for them */
    async acceptInvitation(caller: Caller, q: string, input: Acceptance): Promise<Joined> {
      const { token } = check(Acceptance, input)
      const participant = await verbs.acceptInvitation(caller, q, token)
      return { participant, token: caller.bearer ?? participantToken(caller.device, q) }
    },
  }
}
