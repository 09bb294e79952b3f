import type { Refusal } from '#src/base/refusals.ts'
import { makeFormats } from '#lib/format.ts'
import { loadMessages } from '#lib/messages.ts'

/** The pages get refusals from the server they run in, whose class they do not import, so they go by its name. */
export function isRefusal(thrown: unknown): thrown is Refusal {
  return thrown instanceof Error && thrown.name === 'Refusal'
}

/** The sentence of a refusal: what happened, why, and what to do. */
export async function sentenceOf(refusal: Refusal, locale: string): Promise<string> {
  const said = await loadMessages(locale)
  const sentences = said as unknown as Record<string, ((facts: object) => string) | undefined>
  return sentences[`refusal_${refusal.code}`]?.(readable(refusal.facts, locale)) ?? refusal.message
}

/** A time that a sentence names is said in the server's zone, with its name. */
function readable(facts: Refusal['facts'], locale: string): Refusal['facts'] {
  if (typeof facts.at !== 'string') return facts
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return { ...facts, at: makeFormats({ locale, zone, now: 0 }).moment(facts.at) }
}
