import type { Snapshot } from '#src/snapshot/wire.ts'
import { pathTo } from '#lib/arrangement.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { errorPage, findOwnHeld, loadWithOverlay, refuseEditing } from '#lib/server/editing.ts'
import { textsOf } from '#lib/server/form.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const held = await findOwnHeld(event, overlay, 'arguments', event.params.argument)
  const found = held
    ? { idea: { id: held.idea, title: held.ideaTitle }, argument: held }
    : findArgument(question, event.params.argument)
  if (!found) return await errorPage(event, 404, 'argument_not_found')
  const { id, side, text } = found.argument
  await refuseEditing(event, question, overlay, overlay.arguments, id)
  return {
    question: { id: question.id, title: question.title },
    argument: { id, side, text, idea: found.idea.id, ideaTitle: found.idea.title },
    isOwner: overlay.role === 'owner',
  }
}

function findArgument({ ideas }: Snapshot, argumentId: string) {
  for (const idea of ideas)
    for (const argument of [...idea.pros, ...idea.cons]) if (argument.id === argumentId) return { idea, argument }
  return null
}

export const actions: Actions = {
  async save(event) {
    const values = textsOf(await event.request.formData())
    const { id, argument } = event.params
    return await carryOut(event, 'argument', values, async (doors, caller) => {
      const { held } = await doors.editArgument(caller, id, argument, { text: values.text ?? '' })
      if (held) return `/q/${id}/me#arguments`
      const found = findArgument(await doors.snapshot(id), argument)
      return found ? pathTo(id, { idea: found.idea.id, argument }) : `/q/${id}#ideas`
    })
  },

  withdraw: (event) =>
    carryOut(event, 'withdraw', {}, async (doors, caller) => {
      await doors.deleteArgument(caller, event.params.id, event.params.argument)
      return `/q/${event.params.id}#ideas`
    }),

  hide: (event) =>
    carryOut(event, 'hide', {}, async (doors, caller) => {
      await doors.hideArgument(caller, event.params.id, event.params.argument)
      return `/q/${event.params.id}/admin/contributions#hidden`
    }),
}
