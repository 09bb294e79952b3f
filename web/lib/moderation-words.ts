import type { ActName, Kind, Reason } from '#src/moderation/wire.ts'
import type { Messages } from './messages.ts'

/** A reason as it stands within a sentence. */
export function reasonWord(m: Messages, reason: Reason | null): string {
  return m[`reason_${reason ?? 'none'}`]()
}

/** A reason as somebody chooses it who reports something. */
export function reportWord(m: Messages, reason: Reason): string {
  return m[`reported_as_${reason}`]()
}

export function kindWord(m: Messages, kind: Kind): string {
  return m[`kind_${kind}`]()
}

/** What was done about a contribution. */
export function actWord(m: Messages, act: ActName): string {
  return m[`act_${act}`]()
}

type Told = { act: ActName; reason: Reason | null; count: number }

/** The summary that everyone reads: how many, what was done, and why. */
export function toldWord(m: Messages, { act, reason, count }: Told): string {
  const said =
    act === 'hide' || act === 'decline' || act === 'edit' || act === 'merge' || act === 'delete'
      ? m[`moderated_${act}`]({ n: count })
      : actWord(m, act)
  return reason === null ? said : `${said}: ${reasonWord(m, reason)}`
}
