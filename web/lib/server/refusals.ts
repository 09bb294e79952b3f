import { loaders, type RefusalMessages } from 'virtual:refusals'
import type { Refusal } from '#src/base/refusals.ts'

/** What refusals say in one language. */
export async function loadRefusals(locale: string): Promise<RefusalMessages> {
  const load = loaders[locale] ?? loaders.en
  if (!load) throw new Error('There is no message file web/messages/en.json.')
  return (await load()).default
}

/** The pages get refusals from the server they run in, whose class they do not import, so they go by its name. */
export function isRefusal(thrown: unknown): thrown is Refusal {
  return thrown instanceof Error && thrown.name === 'Refusal'
}

/** The sentence of a refusal: what happened, why, and what to do. */
export async function sentenceOf(refusal: Refusal, locale: string): Promise<string> {
  const said = await loadRefusals(locale)
  const sentences = said as unknown as Record<string, ((facts: object) => string) | undefined>
  return sentences[`refusal_${refusal.code}`]?.(refusal.facts) ?? refusal.message
}
