import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** Whether somebody may comment. The owner always may. */
export function refuseNewComment(settings: Settings, isOwner: boolean): Refusal | null {
  return settings.comments || isOwner ? null : refuse('comments_off')
}
