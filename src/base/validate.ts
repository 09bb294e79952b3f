import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import Format, { IsDateTime } from 'typebox/format'
import { refuse, type InputError, type InputFlaw } from './refusals.ts'
import { flawOf, isBlank, lengthOf, refuseText } from './text.ts'

// Formats say yes or no; the sentence for a no is found again in `sentence` below.
Format.Set('line', (value) => !isBlank(value) && refuseText(value) === null)
Format.Set('optional-line', (value) => refuseText(value) === null)
Format.Set('text', (value) => !isBlank(value) && refuseText(value) === null)
Format.Set('optional-text', (value) => refuseText(value) === null)
// RFC 3339 has leap seconds, which the engine's clock has not.
Format.Set('date-time', (value) => IsDateTime(value) && !Number.isNaN(Date.parse(value)))

type Validator = { Check(value: unknown): boolean; Errors(value: unknown): TLocalizedValidationError[] }
const compiled = new WeakMap<TSchema, Validator>()

function validator(schema: TSchema): Validator {
  let found = compiled.get(schema)
  if (!found) compiled.set(schema, (found = Compile(schema)))
  return found
}

/**
 * Checks what came from outside against a schema.
 * @returns the value, typed. @throws invalid_input with one error per field.
 */
export function check<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const errors = findErrors(schema, value)
  if (errors.length > 0) throw refuse('invalid_input', errors)
  return value as Static<T>
}

/** What is wrong with a value, one entry per field, in sentences that follow the field's name. */
export function findErrors(schema: TSchema, value: unknown): InputError[] {
  const type = validator(schema)
  if (type.Check(value)) return []
  const byPath = new Map<string, InputError>()
  for (const error of type.Errors(value)) {
    for (const found of describe(error, value)) if (!byPath.has(found.path)) byPath.set(found.path, found)
  }
  return [...byPath.values()]
}

function describe(error: TLocalizedValidationError, root: unknown): InputError[] {
  const path = error.instancePath.slice(1)
  const at = (field: string) => {
    const name = field.replace(/~/g, '~0').replace(/\//g, '~1')
    return path ? `${path}/${name}` : name
  }
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((field) => ({
        path: at(field),
        message: 'is missing',
        code: 'missing',
      }))
    case 'additionalProperties':
      return error.params.additionalProperties.map((field) => ({ path: at(field), message: 'is not a known field' }))
    case 'boolean':
      return [{ path, message: 'is not a known field' }]
    default: {
      const value = valueAt(root, path)
      const code = flaw(error, value)
      const limit = error.keyword === 'maxLength' ? { limit: error.params.limit } : {}
      return [{ path, message: sentence(error, value), ...(code && { code }), ...limit }]
    }
  }
}

function flaw(error: TLocalizedValidationError, value: unknown): InputFlaw | null {
  if (error.keyword === 'maxLength') return 'too_long'
  if (error.keyword !== 'format' || typeof value !== 'string') return null
  return flawOf(value) ?? (isBlank(value) ? 'empty' : null)
}

function sentence(error: TLocalizedValidationError, value: unknown): string {
  switch (error.keyword) {
    case 'type':
      return `must be ${Array.isArray(error.params.type) ? error.params.type.join(' or ') : error.params.type}`
    case 'maxLength':
      return `is ${lengthOf(String(value))} characters long; at most ${error.params.limit} are possible`
    case 'minLength':
      return 'is too short'
    case 'format': {
      if (typeof value !== 'string') return error.message
      const reason = refuseText(value)
      if (reason) return reason
      return isBlank(value) ? 'is empty' : `is not a valid ${error.params.format}`
    }
    case 'const':
      return `must be ${JSON.stringify(error.params.allowedValue)}`
    case 'enum':
      return `must be one of ${error.params.allowedValues.map((allowed) => JSON.stringify(allowed)).join(', ')}`
    default:
      return error.message
  }
}

function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const key of path ? path.split('/') : [])
    value = (value as Record<string, unknown> | undefined)?.[key.replace(/~1/g, '/').replace(/~0/g, '~')]
  return value
}
