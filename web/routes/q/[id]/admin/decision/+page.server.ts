import { carryOut } from '#lib/server/carry-out.ts'
import { textsOf } from '#lib/server/form.ts'
import { loadAsOwner } from '#lib/server/owner.ts'
import type { Values } from '#lib/server/refused.ts'
import { questionPath } from '#src/question/rules.ts'
import { inOrder, placesOf } from '#src/snapshot/rules.ts'
import type { Actions, PageServerLoad } from './$types'

/** The ranking, ties as ties, and what the owner makes of it. */
export const load: PageServerLoad = async (event) => {
  const { question } = await loadAsOwner(event)
  const places = placesOf(question.ideas)
  return {
    question: { id: question.id, title: question.title, open: question.phase === 'open' },
    ideas: inOrder(question.ideas, 'votes', '').map(({ id, title, votes }) => ({
      ...{ id, title, votes },
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
