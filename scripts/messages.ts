import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import type { Plugin } from 'vite'

/** Folder of the message files, one a language, named by its BCP 47 tag: `en.json`, `de.json`. */
const folder = join(import.meta.dirname, '..', 'web', 'messages')

/** The languages that have a message file. */
export function locales(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

/** The messages of one language: ICU MessageFormat by key. */
export function readMessages(locale: string): Record<string, string> {
  return JSON.parse(readFileSync(join(folder, `${locale}.json`), 'utf8')) as Record<string, string>
}

/** A language's messages; what it does not have yet is said in English. */
function messagesOf(locale: string): Record<string, string> {
  return { ...readMessages('en'), ...readMessages(locale) }
}

/**
 * Compiles ICU MessageFormat into plain functions, so that no page waits for a parser. Only the server has them.
 * `virtual:messages` exports how to load each language.
 */
export function messages(): Plugin {
  return {
    name: 'folkmoot-messages',
    resolveId: (id) => (/^virtual:messages(\/|$)/.test(id) ? `\0${id}` : undefined),
    buildStart: () => writeTypes(),
    load(id) {
      const [module, locale] = /^\0virtual:messages(?:\/(.+))?$/.exec(id) ?? []
      if (module === undefined) return undefined
      if (locale === undefined) {
        const loaders = locales().map((tag) => `${JSON.stringify(tag)}: () => import('virtual:messages/${tag}')`)
        return `export const loaders = {${loaders.join(',')}}`
      }
      this.addWatchFile(join(folder, `${locale}.json`))
      return compile(locale, messagesOf(locale))
    },
    handleHotUpdate({ file, server }) {
      if (!file.startsWith(folder)) return
      writeTypes()
      server.ws.send({ type: 'full-reload' })
    },
  }
}

/** Where the types of the messages are written: not kept in the repository, made anew from en.json. */
const typesFile = join(folder, '..', 'messages.d.ts')

/** Writes the types of all messages and their parameters; run by the build, and by `node scripts/messages.ts`. */
export function writeTypes(): void {
  const source = readMessages('en')
  const types = `// Made from messages/en.json by scripts/messages.ts.
declare module 'virtual:messages' {
  export interface Messages {
${signatures(source)}
  }
  export const loaders: Record<string, () => Promise<{ default: Messages }>>
}
`
  if (!existsSync(typesFile) || readFileSync(typesFile, 'utf8') !== types) writeFileSync(typesFile, types)
}

function signatures(source: Record<string, string>): string {
  return Object.entries(source)
    .map(([key, text]) => {
      const parameters = Object.entries(parameterTypes('en', key, text)).map(([name, type]) => `${name}: ${type}`)
      return `    ${key}: (${parameters.length > 0 ? `p: { ${parameters.join('; ')} }` : ''}) => string`
    })
    .join('\n')
}

/** JavaScript of a module with one function a message. @throws SyntaxError naming the message that does not parse */
export function compile(locale: string, source: Record<string, string>): string {
  const entries = Object.entries(source).map(([key, text]) => {
    const elements = parseMessage(locale, key, text)
    return `${JSON.stringify(key)}: (p) => ${expression(elements)}`
  })
  return `const tag = ${JSON.stringify(locale)}
const cardinal = new Intl.PluralRules(tag), ordinal = new Intl.PluralRules(tag, { type: 'ordinal' }), digits = new Intl.NumberFormat(tag)
const number = (n) => digits.format(n)
const plural = (rules, n, offset, cases) => (cases['=' + n] ?? cases[rules.select(n - offset)] ?? cases.other)(number(n - offset))
const select = (value, cases) => (cases[value] ?? cases.other)()
export default {
${entries.join(',\n')}
}`
}

/** The values that a message needs, with their types. */
export function parameterTypes(locale: string, key: string, text: string): Record<string, string> {
  const types: Record<string, string> = {}
  const visit = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue
      const counts = element.type === TYPE.number || element.type === TYPE.plural
      const type = counts ? 'number' : element.type === TYPE.select ? 'string' : 'string | number'
      // Counted in one place and named in another is still a number.
      if (types[element.value] !== 'number') types[element.value] = type
      if (element.type === TYPE.plural || element.type === TYPE.select)
        for (const option of Object.values(element.options)) visit(option.value)
    }
  }
  visit(parseMessage(locale, key, text))
  return types
}

function parseMessage(locale: string, key: string, text: string): MessageFormatElement[] {
  try {
    return parse(text, { ignoreTag: true })
  } catch (cause) {
    throw new SyntaxError(`web/messages/${locale}.json: “${key}” is not valid ICU MessageFormat.`, { cause })
  }
}

function expression(elements: MessageFormatElement[]): string {
  if (elements.length === 0) return '""'
  return elements.map((element) => piece(element)).join(' + ')
}

function piece(element: MessageFormatElement): string {
  switch (element.type) {
    case TYPE.literal:
      return JSON.stringify(element.value)
    case TYPE.argument:
      return `p[${JSON.stringify(element.value)}]`
    case TYPE.number:
      return `number(p[${JSON.stringify(element.value)}])`
    case TYPE.pound:
      return 'count'
    case TYPE.plural: {
      const rules = element.pluralType === 'ordinal' ? 'ordinal' : 'cardinal'
      const cases = Object.entries(element.options).map(
        ([name, option]) => `${JSON.stringify(name)}: (count) => ${expression(option.value)}`,
      )
      return `plural(${rules}, p[${JSON.stringify(element.value)}], ${element.offset}, {${cases.join(', ')}})`
    }
    case TYPE.select: {
      const cases = Object.entries(element.options).map(
        ([name, option]) => `${JSON.stringify(name)}: () => ${expression(option.value)}`,
      )
      return `select(p[${JSON.stringify(element.value)}], {${cases.join(', ')}})`
    }
    default:
      throw new SyntaxError('Messages take plain arguments, numbers, plurals and selects; format dates before.')
  }
}

if (import.meta.main) writeTypes()
