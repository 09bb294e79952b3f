import { carryOut } from '#lib/server/carry-out.ts'
import { callerOf, servicesOf } from '#lib/server/caller.ts'
import { textsOf } from '#lib/server/form.ts'
import { orError } from '#lib/server/or-error.ts'
import type { Actions, PageServerLoad } from './$types'

/** Where a device asks for the letter that confirms an e-mail address, and sees how far that is. */
export const load: PageServerLoad = async (event) => {
  const { doors } = servicesOf(event)
  const { id, title, phase, settings } = await orError(event, doors.snapshot(event.params.id))
  return {
    question: { id, title, open: phase === 'open' },
    isAsked: doors.sendsLetters && (settings.takePart === 'email' || settings.vote === 'email'),
    own: await orError(event, doors.ownConfirmation(callerOf(event), id)),
    /** Whether an address was confirmed here just now for the seat of another device. */
    elsewhere: event.url.searchParams.has('elsewhere'),
  }
}

export const actions: Actions = {
  async default(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'confirm', values, async (doors, caller) => {
      const language = event.locals.locale === 'de' ? 'de' : 'en'
      const request = await servicesOf(event).letterFrom()
      await doors.askConfirmation(caller, event.params.id, { email: values.email ?? '', language }, request)
      return `/q/${event.params.id}/confirm#sent`
    })
  },
}
