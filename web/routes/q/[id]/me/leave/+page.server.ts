import { carryOut } from '#lib/server/carry-out.ts'
import { loadWithOverlay } from '#lib/server/editing.ts'
import { textsOf } from '#lib/server/form.ts'
import { refusedField } from '#lib/server/refused.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { question, overlay } = await loadWithOverlay(event)
  const { id, title, phase, stages } = question
  // Once voting is over nothing is taken back that votes are part of.
  return {
    question: { id, title, open: phase === 'open' && stages.votes !== 'over' },
    takesPart: overlay.participant !== null,
  }
}

export const actions: Actions = {
  async default(event) {
    const values = textsOf(await event.request.formData())
    const { contributions } = values
    if (contributions !== 'keep' && contributions !== 'remove')
      return await refusedField(event, 'leave', values, 'contributions', (said) => said.flaw_choice())
    return await carryOut(event, 'leave', values, async (doors, caller) => {
      await doors.leave(caller, event.params.id, { contributions })
      return `/q/${event.params.id}/me/leave`
    })
  },
}
