import { randomBytes } from 'node:crypto'
import { servicesOf } from '#lib/server/caller.ts'
import type { LayoutServerLoad } from './$types'

/** What every page needs to say things in the reader's language, time and place. */
export const load: LayoutServerLoad = (event) => ({
  here: {
    locale: event.locals.locale,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: servicesOf(event).now(),
  },
  formKey: randomBytes(12).toString('base64url'),
})
