import type { Refusal } from '#src/base/refusals.ts'
import { loadMessages } from '#lib/messages.ts'

/** The pages get refusals from the server they run in, whose class they do not import, so they go by its name. */
export function isRefusal(thrown: unknown): thrown is Refusal {
  return thrown instanceof Error && thrown.name === 'Refusal'
}

/** The sentence of a refusal: what happened, why, and what to do. */
export async function sentenceOf(refusal: Refusal, locale: string): Promise<string> {
  const said = await loadMessages(locale)
  const sentences = said as unknown as Record<string, ((facts: object) => string) | undefined>
  return sentences[`refusal_${refusal.code}`]?.(refusal.facts) ?? refusal.message
}
