import { listLocale } from './format.ts'
import type { Messages } from './messages.ts'

/** A piece of the line that says who voted: a name, to be isolated because it may run the other way, or words around it. */
export type VoterPiece = { name: string } | { words: string }

/**
 * The line that says who voted: “Karen Shawhan, Sharon Adams, Mark and 47 more”.
 * @param first the first names in the order in which they voted
 * @param others how many more voted, with or without a name
 */
export function voterLine(
  m: Pick<Messages, 'voters_none' | 'voters_unnamed' | 'voters_more'>,
  locale: string,
  { first, others }: { first: string[]; others: number },
): VoterPiece[] {
  if (first.length === 0) return [{ words: others === 0 ? m.voters_none() : m.voters_unnamed({ n: others }) }]
  const more = others > 0 ? [m.voters_more({ n: others })] : []
  let place = 0
  return new Intl.ListFormat(listLocale(locale), { type: 'conjunction' })
    .formatToParts([...first, ...more])
    .map(({ type, value }) => (type === 'element' && place++ < first.length ? { name: value } : { words: value }))
}
