import type { IdeaView } from '#src/snapshot/wire.ts'
import { pathTo } from '#lib/arrangement.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { errorPage, loadWithOverlay, refuseEditing } from '#lib/server/editing.ts'
import { imageOf, linkOf, textsOf } from '#lib/server/form.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const idea = question.ideas.find(({ id }) => id === event.params.idea)
  if (!idea) return await errorPage(event, 404, 'idea_not_found')
  await refuseEditing(event, question, overlay, overlay.ideas, idea.id)
  const { id, title, description, link, image } = idea
  const isOwner = overlay.role === 'owner'
  return {
    question: { id: question.id, title: question.title },
    idea: { id, title, description, link, image },
    isOwner,
    // What it could be merged into; only the owner can.
    others: isOwner ? likest(idea, question.ideas).map(({ id, title }) => ({ id, title })) : [],
  }
}

/** How many ideas are offered for a merger. */
const offered = 200

/** The other ideas, and of very many those whose titles have most words in common with this one, most votes first. */
function likest(idea: IdeaView, ideas: IdeaView[]): IdeaView[] {
  const others = ideas.filter(({ id }) => id !== idea.id)
  if (others.length <= offered) return others
  const wordsOf = (title: string) => title.toLocaleLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []
  const words = new Set(wordsOf(idea.title))
  const likeness = new Map(others.map(({ id, title }) => [id, wordsOf(title).filter((word) => words.has(word)).length]))
  return others
    .toSorted((a, b) => (likeness.get(b.id) ?? 0) - (likeness.get(a.id) ?? 0) || b.votes - a.votes)
    .slice(0, offered)
}

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
      await doors.editIdea(caller, id, idea, { title, description, link: linkOf(values) })
      return pathTo(id, { idea })
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

  async merge(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'merge', values, async (doors, caller) => {
      const into = await doors.mergeIdea(caller, event.params.id, event.params.idea, { into: values.into ?? '' })
      return pathTo(event.params.id, { idea: into.id })
    })
  },
}
