import { loadMessages } from '#lib/messages.ts'
import type { LayoutLoad } from './$types'

// The pages are whole as they come from the server. What a script adds is in web/client: small, and not needed.
export const csr = false

/** The messages are functions, which are no data to be sent; so they are loaded where they are used. */
export const load: LayoutLoad = async ({ data }) => ({
  ...data,
  messages: await loadMessages(data.here.locale),
})
