import { pathTo } from '#lib/arrangement.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { errorPage, findOwnHeld, loadWithOverlay, refuseEditing } from '#lib/server/editing.ts'
import { imageOf, linkOf, textsOf } from '#lib/server/form.ts'
import { servicesOf } from '#lib/server/caller.ts'
import { mergeableWith } from '#lib/server/mergeable.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const held = await findOwnHeld(event, overlay, 'ideas', event.params.idea)
  const idea = held ? { ...held, image: null, closed: null } : question.ideas.find(({ id }) => id === event.params.idea)
  if (!idea) return await errorPage(event, 404, 'idea_not_found')
  await refuseEditing(event, question, overlay, overlay.ideas, idea.id)
  const { id, title, description, link, image, closed } = idea
  const isOwner = overlay.role === 'owner'
  return {
    question: { id: question.id, title: question.title },
    idea: { id, title, description, link, image, closed },
    isOwner,
    mayAttach: { images: isOwner || question.settings.images, links: isOwner || question.settings.links },
    // What it could be merged into; only the owner can.
    others: isOwner ? await mergeableWith(servicesOf(event).doors, question, idea, offered) : [],
  }
}

/** How many ideas are offered for a merger. */
const offered = 200

export const actions: Actions = {
  async save(event) {
    const form = await event.request.formData()
    const values = textsOf(form)
    const image = await imageOf(form)
    const { id, idea } = event.params
    return await carryOut(event, 'idea', values, async (doors, caller) => {
      // The picture first: it is what is refused most easily, and then nothing has changed yet.
      if (image || values.removeImage) await doors.setImage(caller, id, idea, image)
      const { title = '', description = '' } = values
      const { held } = await doors.editIdea(caller, id, idea, { title, description, link: linkOf(values) })
      return held ? `/q/${id}/me#ideas` : pathTo(id, { idea })
    })
  },

  withdraw: (event) =>
    carryOut(event, 'withdraw', {}, async (doors, caller) => {
      await doors.deleteIdea(caller, event.params.id, event.params.idea)
      return `/q/${event.params.id}#ideas`
    }),

  hide: (event) =>
    carryOut(event, 'hide', {}, async (doors, caller) => {
      await doors.hideIdea(caller, event.params.id, event.params.idea)
      return `/q/${event.params.id}/admin/contributions#hidden`
    }),

  async closeVotes(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'closing', values, async (doors, caller) => {
      await doors.closeIdea(caller, event.params.id, event.params.idea, { why: values.why ?? '' })
      return pathTo(event.params.id, { idea: event.params.idea })
    })
  },

  reopenVotes: (event) =>
    carryOut(event, 'closing', {}, async (doors, caller) => {
      await doors.reopenIdea(caller, event.params.id, event.params.idea)
      return pathTo(event.params.id, { idea: event.params.idea })
    }),

  async merge(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'merge', values, async (doors, caller) => {
      const into = await doors.mergeIdea(caller, event.params.id, event.params.idea, { into: values.into ?? '' })
      return pathTo(event.params.id, { idea: into.id })
    })
  },
}
