import { kinds, reasons, type Kind, type Reason } from '#src/moderation/wire.ts'
import type { NewAct } from '#src/desk/wire.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import type { Values } from '#lib/server/refused.ts'
import { mergeableWith } from '#lib/server/mergeable.ts'
import type { Actions, PageServerLoad } from './$types'

/** How many acts the desk shows as done last, and how many ideas it offers for a merger. */
const [lastActs, offered] = [5, 50]

/** What waits for the owner, a stretch at a time. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const { doors } = servicesOf(event)
  const caller = callerOf(event)
  const asked = event.url.searchParams.get('after') ?? ''
  const after = /^\d{1,15}\.\d{1,15}$/.test(asked) ? asked : null
  const queue = await orError(event, doors.queue(caller, question.id, after === null ? {} : { after }))
  const { acts } = await orError(event, doors.acts(caller, question.id, { limit: lastActs }))
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    after,
    next: queue.next,
    total: queue.total,
    items: await Promise.all(
      queue.items.map(async (item) => ({
        ...item,
        others:
          item.kind === 'idea' && question.phase === 'open'
            ? await mergeableWith(doors, question, { id: item.id, title: item.fields.title ?? '' }, offered)
            : [],
      })),
    ),
    acts,
  }
}

/** What the form of one contribution says to do. */
function actFrom(values: Values, act: NewAct['act']): NewAct {
  const { kind = '', id = '', version, reason = '', note = '', into, title, description, link, text } = values
  return {
    kind: (kinds as readonly string[]).includes(kind) ? (kind as Kind) : 'idea',
    id,
    act,
    note,
    ...(version !== undefined && { version }),
    ...((reasons as readonly string[]).includes(reason) && { reason: reason as Reason }),
    ...(act === 'merge' && { into: into ?? '' }),
    ...(act === 'edit' && kind === 'idea' && { title: title ?? '', description: description ?? '', link: link ?? '' }),
    ...(act === 'edit' && kind !== 'idea' && { text: text ?? '' }),
  }
}

function acts(act: NewAct['act']) {
  return async (event: Parameters<NonNullable<Actions[string]>>[0]) => {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, `desk-${values.id ?? ''}`, values, async (doors, caller) => {
      await doors.act(caller, event.params.id, actFrom(values, act))
      const after = event.url.searchParams.get('after')
      return `${event.url.pathname}${after === null ? '' : `?after=${after}`}#queue`
    })
  }
}

export const actions: Actions = {
  approve: acts('approve'),
  decline: acts('decline'),
  hide: acts('hide'),
  edit: acts('edit'),
  merge: acts('merge'),
  async undo(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'undo', {}, async (doors, caller) => {
      await doors.undoAct(caller, event.params.id, values.act ?? '')
      return `${event.url.pathname}#queue`
    })
  },
}
