import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import type { Actions, PageServerLoad } from './$types'

/** Where a letter leads. Opening it changes nothing: programs that look through letters open every link. */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id, title } = await orError(event, doors.snapshot(event.params.id))
  const asked = await orError(event, doors.confirmable(callerOf(event), id, event.params.key))
  return { question: { id, title }, asked }
}

export const actions: Actions = {
  async default(event) {
    const { id, key } = event.params
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'confirm', values, async (doors, caller) => {
      const { here } = await doors.confirmable(caller, id, key)
      await doors.confirm(caller, id, key, here ? {} : { number: values.number ?? '' })
      return `/q/${id}/confirm${here ? '' : '?elsewhere'}`
    })
  },
}
