import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** Whether somebody may agree with an argument. Where it is switched off it is for the owner as well: one alone counts for nothing. */
export function refuseAgreement(settings: Settings): Refusal | null {
  return settings.agreements ? null : refuse('agreements_off')
}

/** Whether somebody may add an argument. The owner always may. */
export function refuseNewArgument(settings: Settings, isOwner: boolean): Refusal | null {
  return settings.newArguments || isOwner ? null : refuse('new_arguments_off')
}
