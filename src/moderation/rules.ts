import type { Settings } from '../question/wire.ts'

/** Acts that everyone is told of in the summary: what they did can be seen, or is missed. */
export const told = ['hide', 'decline', 'edit', 'merge', 'delete']

/** What is looked for: the tokens of every listed word, one after the other. */
interface Branch {
  isEnd: boolean
  next: Map<string, Branch>
}

/**
 * Scripts that write no space between words: each of their characters is looked at by itself, so that a listed word is
 * found wherever it stands. In all others what is found is a whole word.
 */
const tokens =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]\p{M}*|[[\p{L}\p{N}\p{M}_]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]]+/gv

/** The words of a text as they are compared: without case, width or what cannot be seen. */
export function tokensOf(text: string): string[] {
  const folded = text
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
  return folded.match(tokens) ?? []
}

/**
 * Whether one of the texts contains one of the words, whatever their case. It takes time in proportion to the texts,
 * however many words there are: the owner's words are never a pattern.
 */
export function containsOne(words: string[], texts: string[]): boolean {
  const root: Branch = { isEnd: false, next: new Map() }
  for (const word of words) {
    let at = root
    for (const token of tokensOf(word)) {
      const next = at.next.get(token) ?? { isEnd: false, next: new Map<string, Branch>() }
      at.next.set(token, next)
      at = next
    }
    at.isEnd = at !== root
  }
  return texts.some((text) => {
    const found = tokensOf(text)
    return found.some((_token, from) => {
      let at: Branch | undefined = root
      for (let n = from; at !== undefined && !at.isEnd; n++) at = at.next.get(found[n] ?? '')
      return at?.isEnd === true
    })
  })
}

/** Whether what somebody writes waits for the owner before anyone else sees it. What the owner writes never does. */
export function isToWait(settings: Settings, isOwner: boolean, words: string[], texts: string[]): boolean {
  if (isOwner) return false
  return settings.moderation === 'hold' || (words.length > 0 && containsOne(words, texts))
}
