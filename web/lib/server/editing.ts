import { error, type RequestEvent } from '@sveltejs/kit'
import type { RefusalCode } from '#src/base/refusals.ts'
import type { OwnContributions, Overlay, Snapshot } from '#src/snapshot/wire.ts'
import { loadMessages } from '#lib/messages.ts'
import { callerOf, servicesOf } from './caller.ts'
import { orError } from './or-error.ts'

type Event = Pick<RequestEvent, 'platform' | 'locals'> & { params: { id: string } }

/** A question and what the visitor has to do with it. */
export async function loadWithOverlay(event: Event): Promise<{ question: Snapshot; overlay: Overlay }> {
  const { doors } = servicesOf(event)
  const question = await orError(event, doors.snapshot(event.params.id))
  return { question, overlay: await orError(event, doors.overlay(callerOf(event), event.params.id)) }
}

/** The error page for what a page cannot show, in the words of the refusal catalogue. */
export async function errorPage(
  event: Pick<RequestEvent, 'locals'>,
  status: number,
  code: (RefusalCode & `${'idea' | 'argument' | 'comment'}_not_found`) | 'author_only' | 'question_closed',
): Promise<never> {
  const said = await loadMessages(event.locals.locale)
  error(status, said[`refusal_${code}`](), { code })
}

/** What somebody wrote that is held, and that nobody else sees; null where they have nothing of the kind. */
export async function findOwnHeld<Name extends 'ideas' | 'arguments' | 'comments'>(
  event: Event,
  overlay: Overlay,
  name: Name,
  id: string,
): Promise<OwnContributions[Name][number] | null> {
  if (!overlay[name].includes(id)) return null
  const own = await orError(event, servicesOf(event).doors.ownContributions(callerOf(event), event.params.id))
  return own[name].find((one) => one.id === id && one.held) ?? null
}

/** Stops whoever may not change a contribution: all but its author and the owner, and everybody after the close. */
export async function refuseEditing(
  event: Event,
  question: Snapshot,
  overlay: Overlay,
  own: string[],
  id: string,
): Promise<void> {
  if (overlay.role !== 'owner' && !own.includes(id)) await errorPage(event, 403, 'author_only')
  if (question.phase === 'closed') await errorPage(event, 409, 'question_closed')
}
