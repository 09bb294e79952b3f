import { carryOut } from '#lib/server/carry-out.ts'
import { textsOf } from '#lib/server/form.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import type { Values } from '#lib/server/refused.ts'
import { partIn, placeIn, rowsShown, stretchAt } from '#lib/stretch.ts'
import { questionPath } from '#src/question/rules.ts'
import { inOrder, placesOf } from '#src/snapshot/rules.ts'
import type { Actions, PageServerLoad } from './$types'

/** The ranking, ties as ties, and what the owner makes of it. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const places = placesOf(question.ideas)
  const chosen = question.decision?.ideas ?? []
  const ranked = inOrder(question.ideas, 'votes', '')
  const stretch = stretchAt(placeIn(event.url.searchParams), rowsShown, ranked.length)
  const here = partIn(ranked, stretch)
  // What was chosen stays in sight, and chosen, wherever it stands.
  const ideas = [...ranked.filter((idea) => chosen.includes(idea.id) && !here.includes(idea)), ...here]
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    stretch,
    tieOnTop: ranked.length > 1 && ranked[0]?.votes === ranked[1]?.votes,
    ideas: ideas.map(({ id, title, votes, votesInRoom }) => ({
      ...{ id, title, votes, votesInRoom },
      place: places.get(id) ?? { place: 1, tied: false },
    })),
    decision: question.decision && { ideas: question.decision.ideas, statement: question.decision.statement },
  }
}

export const actions: Actions = {
  async decide(event) {
    const form = await event.request.formData()
    const ideas = form.getAll('ideas').filter((idea) => typeof idea === 'string')
    const values: Values = { ...textsOf(form), ideas: ideas.join(' ') }
    return await carryOut(event, 'decision', values, async (doors, caller) => {
      await doors.decide(caller, event.params.id, { ideas, statement: values.statement ?? '' })
      return questionPath(event.params.id)
    })
  },

  undecide: (event) =>
    carryOut(event, 'undecide', {}, async (doors, caller) => {
      await doors.undecide(caller, event.params.id)
      return questionPath(event.params.id)
    }),
}
