import { Compile } from 'typebox/compile'

/** A schema as it stands in the description, in JSON. */
export interface JsonSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  patternProperties?: Record<string, JsonSchema>
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
}

interface Described {
  parameters?: { in: string; name: string; schema: JsonSchema }[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, { content?: Record<string, { schema?: JsonSchema }> }>
}

/** What `GET /api/v1/openapi.json` answers, as far as it is used here. */
export interface Description {
  paths: Record<string, Record<string, Described>>
}

/** One address with one method, with what it takes and what it may answer. */
export interface Operation {
  name: string
  method: string
  path: string
  query: { name: string; schema: JsonSchema }[]
  body: JsonSchema | null
  isStream: boolean
  /** What is wrong with an answer by what was declared; null when nothing is. */
  findFlaw(status: number, type: string, body: string): string | null
}

/** Everything that the description names. */
export function operationsOf({ paths }: Description): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method.toUpperCase(), described)),
  )
}

function operationOf(path: string, method: string, { parameters = [], requestBody, responses }: Described): Operation {
  const declared = Object.entries(responses).flatMap(([status, { content }]) => {
    const kinds = Object.entries(content ?? {})
    if (kinds.length === 0) return [{ status, type: '', check: () => true }]
    return kinds.map(([type, { schema }]) => {
      const isJson = /\bjson$/.test(type)
      const validator = schema && isJson ? Compile(schema) : null
      return { status, type, check: (body: string) => validator?.Check(JSON.parse(body)) ?? true }
    })
  })
  const [bodySchema] = Object.values(requestBody?.content ?? {})
  return {
    name: `${method} ${path}`,
    method,
    path,
    query: parameters.filter((parameter) => parameter.in === 'query'),
    body: bodySchema?.schema ?? null,
    isStream: declared.some(({ type }) => type === 'text/event-stream'),
    findFlaw(status, type, body) {
      const found = declared.filter((one) => one.status === String(status))
      const known = found.length > 0 ? found : declared.filter((one) => one.status === `${String(status)[0]}XX`)
      if (known.length === 0) return `answers ${status}, which is not declared: ${body.slice(0, 300)}`
      const same = known.filter((one) => one.type === type || (one.type === '' && body === ''))
      if (same.length === 0) return `answers ${status} as “${type}”, which is not declared: ${body.slice(0, 300)}`
      if (!same.some((one) => one.check(body)))
        return `answers ${status} with what is not its schema: ${body.slice(0, 300)}`
      return null
    },
  }
}
