/** Why a text cannot be taken as it is; the pages have a sentence for each in every language. */
export type TextFlaw = 'broken' | 'nul' | 'control' | 'direction'

const sentences: Record<TextFlaw, string> = {
  broken: 'contains a broken character. Type it again, or paste it without formatting',
  nul: 'contains a NUL character, which cannot be stored',
  control: 'contains an invisible control character. Type it again, or paste it without formatting',
  direction:
    'contains an invisible character that turns the direction of writing. Type it again, or paste it without formatting',
}

/** What is wrong with a text; `null` when it can be taken. */
export function flawOf(value: string): TextFlaw | null {
  // Lone surrogates are half a character; stored as UTF-8 they would come back as something else.
  if (!value.isWellFormed()) return 'broken'
  if (value.includes('\u0000')) return 'nul'
  if (/[\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(value)) return 'control'
  // Embeddings and overrides (UAX #9) can make text read differently from what it says; isolates and marks cannot
  // reach beyond their own line, so those stay allowed for people who write from right to left.
  if (/[\u202A-\u202E]/.test(value)) return 'direction'
  return null
}

/** Why a text cannot be taken as it is, in words for the person who typed it; `null` when it can. */
export function refuseText(value: string): string | null {
  const flaw = flawOf(value)
  return flaw && sentences[flaw]
}

/** Whether there is nothing to be seen in a text: white space, and characters that take no room or show no ink. */
export function isBlank(value: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(value)
}

/** One line: trimmed, white space folded, NFC; empty when there is nothing to be seen. */
export function tidyLine(value: string): string {
  return isBlank(value) ? '' : value.normalize('NFC').replace(/\s+/gu, ' ').trim()
}

/** Several lines: line ends as \n, trailing blanks gone, at most one empty line in a row, trimmed, NFC; as above. */
export function tidyText(value: string): string {
  if (isBlank(value)) return ''
  return (
    value
      .normalize('NFC')
      .replace(/\r\n?/g, '\n')
      // Not a pattern that ends in $: on a long run of blanks inside a line it would try every start of the run.
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  )
}

/** Length in code points, which is what the limits count. */
export function lengthOf(value: string): number {
  let length = 0
  for (const _ of value) length++
  return length
}
