import { loadMessages } from '#lib/messages.ts'
import type { LayoutLoad } from './$types'

/** The messages are functions, which no server can send as data: each side loads the reader's own here. */
export const load: LayoutLoad = async ({ data }) => ({
  ...data,
  messages: await loadMessages(data.here.locale),
})
