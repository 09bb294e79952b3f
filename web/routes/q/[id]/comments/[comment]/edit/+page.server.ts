import { carryOut } from '#lib/server/carry-out.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { findOwnHeld, loadWithOverlay, refuseEditing } from '#lib/server/editing.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  await refuseEditing(event, question, overlay, overlay.comments, event.params.comment)
  const held = await findOwnHeld(event, overlay, 'comments', event.params.comment)
  const comment = held ?? (await orError(event, servicesOf(event).doors.comment(question.id, event.params.comment)))
  return {
    question: { id: question.id, title: question.title },
    comment: { id: comment.id, text: comment.text },
    isOwner: overlay.role === 'owner',
  }
}

export const actions: Actions = {
  async save(event) {
    const values = textsOf(await event.request.formData())
    const { id, comment } = event.params
    return await carryOut(event, 'comment', values, async (doors, caller) => {
      const { held } = await doors.editComment(caller, id, comment, { text: values.text ?? '' })
      if (held) return `/q/${id}/me#comments`
      return `/q/${id}#comment-${comment}`
    })
  },

  withdraw: (event) =>
    carryOut(event, 'withdraw', {}, async (doors, caller) => {
      await doors.deleteComment(caller, event.params.id, event.params.comment)
      return `/q/${event.params.id}#discussion`
    }),

  hide: (event) =>
    carryOut(event, 'hide', {}, async (doors, caller) => {
      await doors.hideComment(caller, event.params.id, event.params.comment)
      return `/q/${event.params.id}/admin/contributions#hidden`
    }),
}
