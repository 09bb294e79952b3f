import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import prettier from 'prettier'

/** A document with something between two marks, `<!-- name: begin -->` and `<!-- name: end -->`; what is around it stays. */
export async function withPart(document: string, name: string, part: string): Promise<{ file: string; text: string }> {
  const file = join(import.meta.dirname, '..', '..', 'docs', document)
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const text = readFileSync(file, 'utf8')
  const [before = '', after = ''] = [text.split(begin)[0], text.split(end)[1]]
  const options = await prettier.resolveConfig(file)
  const whole = `${before}${begin}\n\n${part}\n\n${end}${after}`
  return { file, text: await prettier.format(whole, { ...options, parser: 'markdown' }) }
}

/** Puts something into a document, between its two marks. */
export async function writePart(document: string, name: string, part: string): Promise<void> {
  const { file, text } = await withPart(document, name, part)
  writeFileSync(file, text)
}
