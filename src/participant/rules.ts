import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** Where names are required, nobody takes part without one. */
export function refuseName(settings: Settings, name: string | null): Refusal | null {
  if (settings.names !== 'required' || name !== null) return null
  return refuse('name_required', [{ path: 'name', message: 'is missing' }])
}

/** Who wants to change something that was contributed. */
export interface Editor {
  isOwner: boolean
  /** The participant's key; null for somebody who does not take part. */
  participantKey: number | null
}

/**
 * Whether somebody may change or withdraw a contribution: its author may, and the owner.
 * @param missing the refusal for a stranger to whom a hidden contribution is not there at all
 */
export function refuseChange(
  contribution: { author_id: number | null; hidden_at: number | null },
  editor: Editor,
  missing: 'idea_not_found' | 'argument_not_found' | 'comment_not_found',
): Refusal | null {
  if (editor.isOwner) return null
  if (contribution.author_id !== null && contribution.author_id === editor.participantKey) return null
  return refuse(contribution.hidden_at === null ? 'author_only' : missing)
}
