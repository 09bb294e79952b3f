import type { AsideReason, AsideView } from '#src/aside/wire.ts'
import type { Messages } from './messages.ts'

/** Why votes were set aside, as it stands within a sentence. */
export function asideReason(m: Messages, reason: AsideReason): string {
  return m[`aside_reason_${reason}`]()
}

/** What everyone reads: how many votes, of how many people, and why. */
export function asideTold(
  m: Messages,
  { votes, people, reason }: Pick<AsideView, 'votes' | 'people' | 'reason'>,
): string {
  return m.aside_told({ votes, people, reason: asideReason(m, reason) })
}
