import { error } from '@sveltejs/kit'
import { kinds, reasons, type Kind, type Reason } from '#src/moderation/wire.ts'
import type { Snapshot } from '#src/snapshot/wire.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { errorPage, loadWithOverlay } from '#lib/server/editing.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { refusedField } from '#lib/server/refused.ts'
import type { Actions, PageServerLoad } from './$types'

function kindFrom(name: string): Kind {
  if (!(kinds as readonly string[]).includes(name)) error(404)
  return name as Kind
}

/** Asks what is wrong with one contribution. */
export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const kind = kindFrom(event.params.kind)
  const text = await textOf(event, question, kind)
  const isNew = overlay.participant === null
  return {
    question: { id: question.id, title: question.title },
    kind,
    id: event.params.contribution,
    text,
    asksName:
      question.phase === 'open' &&
      (isNew || (overlay.participant?.name === null && question.settings.names === 'required')),
    sent: event.url.searchParams.has('sent'),
  }
}

async function textOf(event: Parameters<PageServerLoad>[0], question: Snapshot, kind: Kind): Promise<string> {
  const { contribution } = event.params
  if (kind === 'comment') return (await orError(event, servicesOf(event).doors.comment(question.id, contribution))).text
  const found =
    kind === 'idea'
      ? question.ideas.find(({ id }) => id === contribution)?.title
      : question.ideas.flatMap(({ pros, cons }) => [...pros, ...cons]).find(({ id }) => id === contribution)?.text
  return found ?? (await errorPage(event, 404, `${kind}_not_found`))
}

export const actions: Actions = {
  async default(event) {
    const values = textsOf(await event.request.formData())
    const { kind, contribution, id } = event.params
    const { reason = '', text = '' } = values
    if (!(reasons as readonly string[]).includes(reason))
      return await refusedField(event, 'report', values, 'reason', (said) => said.flaw_choice())
    return await carryOut(event, 'report', values, async (doors, caller) => {
      await doors.report(caller, id, kindFrom(kind), contribution, { reason: reason as Reason, text })
      return `${event.url.pathname}?sent#sent`
    })
  },
}
