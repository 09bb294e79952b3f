import type { InvitationView } from '#src/invitation/wire.ts'
import type { Messages } from './messages.ts'

/** How far an invitation is used, in words. */
export function stateOfInvitation(m: Messages, { most, uses, revokedAt }: InvitationView): string {
  if (revokedAt !== null) return m.invitation_revoked({ n: uses })
  if (most === 1) return uses === 0 ? m.invitation_unused() : m.invitation_used_up()
  return most === null ? m.invitation_uses({ n: uses }) : m.invitation_uses_of({ n: uses, most })
}
