import { readdirSync, readFileSync } from 'node:fs'
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

/**
 * Compiles ICU MessageFormat into plain functions, so that no parser and no other language travels to the browser.
 * `virtual:messages/<locale>` exports one object of functions by key; `virtual:messages` exports how to load each.
 */
export function messages(): Plugin {
  return {
    name: 'folkmoot-messages',
    resolveId: (id) => (id === 'virtual:messages' || id.startsWith('virtual:messages/') ? `\0${id}` : undefined),
    load(id) {
      if (id === '\0virtual:messages') {
        const loaders = locales().map((tag) => `${JSON.stringify(tag)}: () => import('virtual:messages/${tag}')`)
        return `export const loaders = {${loaders.join(',')}}`
      }
      if (!id.startsWith('\0virtual:messages/')) return undefined
      const locale = id.slice('\0virtual:messages/'.length)
      this.addWatchFile(join(folder, `${locale}.json`))
      return compile(locale, readMessages(locale))
    },
    handleHotUpdate({ file, server }) {
      if (!file.startsWith(folder)) return
      server.ws.send({ type: 'full-reload' })
    },
  }
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

/** Names of the values that a message needs. */
export function parametersOf(locale: string, key: string, text: string): string[] {
  const names = new Set<string>()
  const visit = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue
      names.add(element.value)
      if (element.type === TYPE.plural || element.type === TYPE.select)
        for (const option of Object.values(element.options)) visit(option.value)
    }
  }
  visit(parseMessage(locale, key, text))
  return [...names].sort()
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
