import { hashToken } from '../base/ids.ts'
import { hold, refuse } from '../base/refusals.ts'
import { tidyLine } from '../base/text.ts'
import { append, nextId, type Taken } from '../feed/command.ts'
import { raiseLevel, type ParticipantSeat } from '../participant/actions.ts'
import { findParticipant } from '../participant/store.ts'
import { refuseWhenClosed } from '../question/rules.ts'
import { takeSeat, type Caller, type OwnerSeat } from '../question/seat.ts'
import { refuseInvitation, refuseMoreInvitations } from './rules.ts'
import * as store from './store.ts'
import type { NewInvitation } from './wire.ts'

/** An invitation to be made, by the ids and tokens that a door has given it. */
export type InvitationToMake = NewInvitation & { publicId: string; tokenHash: Uint8Array }

/**
 * Makes invitations. How many, and whether for one device each, everyone can read in the feed: an owner who invites
 * themselves a hundred times is seen to have made a hundred invitations.
 * @returns their public ids
 * @throws question_closed, invitations_spent
 */
export async function makeInvitations(
  taken: Taken,
  _seat: OwnerSeat,
  invitations: InvitationToMake[],
): Promise<string[]> {
  hold(refuseWhenClosed(taken.question, taken.now))
  hold(refuseMoreInvitations(await store.countInvitations(taken.trx, taken.question.id), invitations.length))
  await store.storeInvitations(
    taken,
    invitations.map(({ publicId, tokenHash, label, address, most = 1 }) => ({
      id: nextId(taken),
      public_id: publicId,
      token_hash: tokenHash,
      label: tidyLine(label ?? ''),
      address: address ?? null,
      most,
      created_at: taken.now,
    })),
  )
  const single = invitations.filter(({ most }) => most === undefined || most === 1).length
  append(taken, 'invitations.made', { single, reusable: invitations.length - single })
  return invitations.map(({ publicId }) => publicId)
}

/**
 * Lets nobody else in by an invitation. Who came in by it stays, and so do their votes.
 * @throws invitation_not_found
 */
export async function revokeInvitation(taken: Taken, _seat: OwnerSeat, invitationId: string): Promise<void> {
  const revoked = await store.revoke(taken, invitationId)
  if (revoked === null) throw refuse('invitation_not_found')
  if (revoked) append(taken, 'invitation.revoked')
}

/**
 * Lets somebody in by an invitation. On a device that was let in already nothing changes, by whichever invitation; so
 * opening a link again uses nothing up.
 * @throws question_closed, invitation_not_found, invitation_revoked, invitation_used, token_unknown, proof_needed
 */
export async function acceptInvitation(taken: Taken, caller: Caller, token: string): Promise<ParticipantSeat> {
  const seat = await takeSeat(taken.trx, taken.question, caller)
  hold(refuseWhenClosed(taken.question, taken.now))
  const invitation = await store.findByToken(taken, hashToken(token))
  if (!invitation) throw refuse('invitation_not_found')
  const participant = await findParticipant(taken.trx, taken.question.id, seat.tokenHash)
  if (participant && participant.invitation_id !== null) return { seat, participant }
  hold(refuseInvitation(invitation))
  const accepted = await raiseLevel(taken, caller, {
    level: 'invited',
    invitation: invitation.id,
    // One that lets in any number can be passed on without end, and then costs what joining without it costs.
    unproven: invitation.most !== null,
  })
  await store.useOnce(taken, invitation.id)
  return accepted
}
