import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** Whether somebody may add an argument. The owner always may. */
export function refuseNewArgument(settings: Settings, isOwner: boolean): Refusal | null {
  return settings.newArguments || isOwner ? null : refuse('new_arguments_off')
}
