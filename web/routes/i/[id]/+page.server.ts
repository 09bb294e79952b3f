import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import type { Actions, PageServerLoad } from './$types'

/**
 * Where an invitation is opened. The page alone uses nothing up: what looks at links before people do, such as a scanner of
 * mail or a preview, presses no button.
 */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id } = event.params
  const question = await orError(event, doors.snapshot(id))
  const { invited } = await orError(event, doors.overlay(callerOf(event), id))
  return { question: { id, title: question.title, open: question.phase === 'open' }, invited }
}

export const actions: Actions = {
  async default(event) {
    const values = textsOf(await event.request.formData())
    // The whole link may be pasted as well as the token at its end.
    const token = (values.token ?? '').trim().replace(/^.*[#/]/s, '')
    // What is secret is not sent back, not even to be kept in its field.
    const { proof } = values
    return await carryOut(event, 'invitation', proof === undefined ? {} : { proof }, async (doors, caller) => {
      await doors.acceptInvitation(caller, event.params.id, { token })
      return `/q/${event.params.id}`
    })
  },
}
