import type { LayoutServerLoad } from './$types'

/** What every page needs to say things in the reader's language, time and place. */
export const load: LayoutServerLoad = ({ locals, platform }) => ({
  here: {
    locale: locals.locale,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: platform!.req.folkmoot.now(),
  },
})
