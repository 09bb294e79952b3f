/** How many characters of a text are looked at. */
const looked = 200

/** Scripts that write no spaces between words: there two characters say as much as three of an alphabet. */
const unspaced = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Mymr}]/u

/**
 * The pieces of a text by which it is compared: three characters of each word and its ends, two where words are not
 * told apart by spaces. So it matters neither in which language something is written, nor how a word is inflected.
 * Capitals, accents and punctuation make no difference.
 */
export function piecesOf(text: string): Set<string> {
  const plain = text
    .slice(0, looked)
    .normalize('NFKD')
    // The accents of European scripts; in others such marks are vowels.
    .replace(/[\u0300-\u036f]/g, '')
    // By way of capitals, so that ß is ss and a final sigma a sigma.
    .toUpperCase()
    .toLowerCase()
  const pieces = new Set<string>()
  for (const [word] of plain.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const isUnspaced = unspaced.test(word)
    const letters = [...(isUnspaced ? word : ` ${word} `)]
    const length = isUnspaced ? 2 : 3
    for (let at = 0; at <= Math.max(0, letters.length - length); at++)
      pieces.add(letters.slice(at, at + length).join(''))
  }
  return pieces
}

/** How much two texts have in common. */
export interface Likeness {
  /** From 0 to 1: what both have, of what they have on average (Sørensen and Dice). */
  like: number
  /** From 0 to 1: how much of the first is in the second. What somebody has only begun to type is in what they mean. */
  contained: number
}

/** Compares the pieces of two texts. */
export function likenessOf(one: Set<string>, other: Set<string>): Likeness {
  const shared = one.intersection(other).size
  const all = one.size + other.size
  return { like: all === 0 ? 0 : (2 * shared) / all, contained: one.size === 0 ? 0 : shared / one.size }
}
