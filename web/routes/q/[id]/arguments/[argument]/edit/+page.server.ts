import { carryOut } from '#lib/server/carry-out.ts'
import { errorPage, loadWithOverlay, refuseEditing } from '#lib/server/editing.ts'
import { textsOf } from '#lib/server/form.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const all = question.ideas.flatMap((idea) => [...idea.pros, ...idea.cons].map((argument) => ({ idea, argument })))
  const found = all.find(({ argument }) => argument.id === event.params.argument)
  if (!found) return await errorPage(event, 404, 'argument_not_found')
  const { id, side, text } = found.argument
  await refuseEditing(event, question, overlay, overlay.arguments, id)
  return {
    question: { id: question.id, title: question.title },
    argument: { id, side, text, ideaTitle: found.idea.title },
    isOwner: overlay.role === 'owner',
  }
}

export const actions: Actions = {
  async save(event) {
    const values = textsOf(await event.request.formData())
    const { id, argument } = event.params
    return await carryOut(event, 'argument', values, async (doors, caller) => {
      await doors.editArgument(caller, id, argument, { text: values.text ?? '' })
      return `/q/${id}#argument-${argument}`
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
