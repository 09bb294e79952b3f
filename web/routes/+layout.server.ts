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
  // A page that many get has no key: those who send the same words from it would be taken for one person.
  formKey: servicesOf(event).forEveryone ? '' : randomBytes(12).toString('base64url'),
})
