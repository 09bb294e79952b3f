import { createContext } from 'svelte'
import { loaders, type Messages } from 'virtual:messages'

export type { Messages }

/** The languages that have a message file, as BCP 47 tags. */
export const languages: string[] = Object.keys(loaders)

/** Loads the messages of one language, on the server: the browser gets pages that are whole. */
export async function loadMessages(locale: string): Promise<Messages> {
  const load = loaders[locale] ?? loaders.en
  if (!load) throw new Error('There is no message file web/messages/en.json.')
  return (await load()).default
}

/** In a component: `const m = messages()`, then `m.some_key({ … })`. The root layout provides them. */
export const [messages, provideMessages] = createContext<Messages>()
