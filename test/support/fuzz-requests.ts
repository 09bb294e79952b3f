import fc from 'fast-check'
import type { JsonSchema, Operation } from './fuzz-description.ts'

/** One request; what begins with @ in it is put in when it is sent: `@idea:2` is the third idea that there is then. */
export interface Plan {
  operation: number
  method: string | null
  path: Record<string, string>
  query: string
  headers: Record<string, string>
  /** As it is sent; null for none. */
  body: unknown
  /** Sent as it is, though it may be no JSON. */
  raw: string | null
}

const oddStrings = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\0', '\ud800', '\udc00\ud800', '\u202e', '\ufeff', '%00', '%', '%ff', '?', '#', '*', '../..'],
    ...['__proto__', 'constructor', 'toString', '<script>alert(1)</script>', "' or 1=1; --"],
    ...['0', '-1', '1e400', '9007199254740993', 'NaN', 'null', '2026-02-30T25:61:61Z', '+275760-09-13T00:00:00.001Z'],
    ...['🙂'.repeat(300), 'x'.repeat(20_000), '👩‍👩‍👧‍👦'.repeat(30), 'e' + '\u0301'.repeat(500)],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 300 }),
)
const oddValues = fc.oneof(
  oddStrings,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 63), [], {}, [[[[]]]], { a: { b: {} } }),
  fc.jsonValue({ maxDepth: 3 }),
)

const reference = (kind: string) => fc.nat(3).map((n) => `@${kind}:${n}`)
const anyReference = fc.oneof(...['question', 'idea', 'argument', 'comment', 'image', 'foreign'].map(reference))
const kinds: Record<string, string> = { q: 'question' }

/** What only the stage or a rule behind the schema knows. */
const byName: Record<string, fc.Arbitrary<string>> = {
  participant: reference('participant'),
  token: reference('token'),
  number: reference('number'),
  email: fc.constantFrom('bob@example.org', 'Bob+1@EXAMPLE.org', 'carol@example.net'),
}

/** A value as a schema wants it, mostly. */
function validFor(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(validFor))
  switch (schema.type) {
    case 'object': {
      const { additionalProperties: other } = schema
      const [pattern] = Object.values(schema.patternProperties ?? (typeof other === 'object' ? { other } : {}))
      if (pattern) return fc.dictionary(reference('idea'), validFor(pattern), { maxKeys: 4 })
      // What somebody saw of the desk only an answer tells; any other version is refused.
      const known = Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'version')
      const fields = known.map(([name, one]) => [name, byName[name] ?? validFor(one)] as const)
      const bodies = fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] })
      // What says of which kind something is names one of them mostly, or next to nothing would come of it.
      return fc.tuple(bodies, fc.nat(3)).map(([body, n]) => {
        const { kind, id } = body as Record<string, unknown>
        return n > 0 && typeof kind === 'string' && typeof id === 'string' ? { ...body, id: `@${kind}:${n}` } : body
      })
    }
    case 'array':
      return fc.array(validFor(schema.items ?? {}), { maxLength: 4 })
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 1_000) })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return textFor(schema)
    default:
      return oddValues
  }
}

function textFor({ format, pattern }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.constantFrom('2031-01-01T00:00:00Z', '2031-06-01T12:00:00+02:00', '2001-01-01T00:00:00Z')
  if (pattern?.includes('{11}') === true)
    return fc.oneof({ weight: 3, arbitrary: reference('idea') }, { weight: 1, arbitrary: anyReference })
  if (pattern !== undefined) return fc.nat(50).map(String)
  return fc.constantFrom('At the lake', 'In the hall', 'Über den Dächern', 'https://example.org/', '한국어', 'a')
}

/** A body that is right, one in which a field is not, or something else altogether. */
function bodyFor(schema: JsonSchema | null): fc.Arbitrary<Pick<Plan, 'body' | 'raw'>> {
  const asJson = (values: fc.Arbitrary<unknown>) => values.map((body) => ({ body, raw: null }))
  const garbage = fc.constantFrom(
    ...['{"broken', '[', '\0', '"', '{}{}', '\ufeff{}', '[]', 'null', '""', '-', '1e999', "{'title':'x'}"],
    ...['{"__proto__": {"a": 1}}', '{"constructor": {"prototype": {"a": 1}}}', '{"title":"a","title":"b"}'],
    ...['[['.repeat(10_000), '{"a":'.repeat(10_000), '"\\ud800"', `{"title":"${'x'.repeat(300_000)}"}`],
  )
  const nothing = fc.constant({ body: undefined, raw: null })
  const broken = garbage.map((raw) => ({ body: undefined, raw }))
  if (!schema)
    return fc.oneof(
      { weight: 8, arbitrary: nothing },
      { weight: 1, arbitrary: broken },
      { weight: 1, arbitrary: asJson(oddValues) },
    )
  const valid = validFor(schema)
  const fields = Object.keys(schema.properties ?? {})
  const flawed = fc
    .tuple(valid, fc.oneof(fc.constantFrom(...(fields.length > 0 ? fields : ['votes'])), oddStrings), oddValues)
    .map(([body, field, value]) => ({ ...(body as object), [field]: value }))
  return fc.oneof(
    { weight: 8, arbitrary: asJson(valid) },
    { weight: 4, arbitrary: asJson(flawed) },
    { weight: 1, arbitrary: asJson(oddValues) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: nothing },
  )
}

const headers = fc.record(
  {
    authorization: fc.oneof(
      { weight: 5, arbitrary: fc.constant('@owner') },
      { weight: 5, arbitrary: fc.constant('@bob') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('@stranger', 'Bearer', 'Bearer x', 'Basic YTpi', `Bearer ${'A'.repeat(128)}`),
      },
      { weight: 1, arbitrary: oddStrings },
    ),
    cookie: fc.oneof(
      fc.constantFrom(`folkmoot=${'B'.repeat(32)}`, 'folkmoot=', 'folkmoot=%ff', 'a=b; ; ='),
      oddStrings,
    ),
    'sec-fetch-site': fc.constantFrom('same-origin', 'same-origin', 'same-origin', 'cross-site', 'none'),
    origin: fc.oneof(fc.constantFrom('null', 'https://evil.example'), oddStrings),
    'idempotency-key': fc.oneof(fc.constantFrom('a', 'b', 'c'), oddStrings),
    'if-none-match': fc.constantFrom('*', 'W/"1"', 'W/"3"', '"', ','),
    'last-event-id': fc.oneof(fc.nat(5).map(String), oddStrings),
    'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', '*'),
    'content-type': fc.constantFrom(
      ...['text/plain', 'image/png', 'application/json; charset=utf-16', 'x', 'application/octet-stream', ''],
      ...['application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=a', 'a/b;c'],
    ),
    'content-encoding': fc.constantFrom('gzip', 'br', 'x'),
    'cache-control': fc.constantFrom('no-cache', 'no-store', 'x'),
    'accept-language': fc.constantFrom('de', '*', 'x;q=9', ',,,', 'zz-ZZ-zz'),
    'user-agent': oddStrings,
    host: fc.oneof(fc.constantFrom('example.org', '[::1]:80', 'a:99999', '..', ''), oddStrings),
    expect: fc.constantFrom('100-continue', 'x'),
    range: fc.constantFrom('bytes=0-0', 'bytes=9-1'),
    upgrade: fc.constantFrom('websocket', 'h2c'),
    'x-http-method-override': fc.constant('DELETE'),
    'x-forwarded-for': fc.oneof(fc.constantFrom('unknown', '1.2.3.4, ::1', '_', '256.1.1.1', '::ffff:1.2.3.4')),
    'x-forwarded-proto': fc.oneof(fc.constantFrom('https', 'javascript', 'http, https'), oddStrings),
    'x-forwarded-host': fc.oneof(fc.constantFrom('evil.example', 'a, b'), oddStrings),
  },
  { requiredKeys: [] },
)
/** A token, mostly, and at most two of the others: all at once would be refused by the first. */
const someHeaders = fc.tuple(headers, fc.array(fc.nat(30), { maxLength: 2 })).map(([all, places]) => {
  const { authorization, ...others } = all
  const kept = Object.entries(others).filter((_header, place) => places.includes(place))
  return Object.fromEntries(authorization === undefined ? kept : [['authorization', authorization], ...kept])
})

/** Any request to any of the operations, right and wrong in every part. */
export function anyRequest(operations: Operation[]): fc.Arbitrary<Plan> {
  const each = operations.map((operation, index) => {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
    const path = names.map((name) => [
      name,
      fc.oneof(
        { weight: 12, arbitrary: reference(kinds[name] ?? name) },
        { weight: 1, arbitrary: anyReference },
        { weight: 1, arbitrary: oddStrings },
      ),
    ])
    const query = fc
      .tuple(
        ...operation.query.map(({ name, schema }) =>
          fc.tuple(fc.constant(name), fc.oneof(validFor(schema), oddStrings)),
        ),
      )
      .chain((pairs) => fc.subarray(pairs))
    return fc
      .record({
        operation: fc.constant(index),
        method: fc.oneof(
          { weight: 30, arbitrary: fc.constant(null) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'QUERY'],
            ),
          },
        ),
        path: fc.record(Object.fromEntries(path) as Record<string, fc.Arbitrary<string>>),
        query: fc.oneof(
          {
            weight: 6,
            arbitrary: query.map((pairs) =>
              pairs.map(([name, value]) => `${name}=${escaped(String(value))}`).join('&'),
            ),
          },
          { weight: 1, arbitrary: oddStrings.map(escaped) },
        ),
        headers: someHeaders,
        sent: bodyFor(operation.body),
      })
      .map(({ sent, ...plan }): Plan => ({ ...plan, ...sent }))
  })
  // What ends everything comes seldom, so that something is there for the others.
  const isRare = ({ name }: Operation) =>
    /^(DELETE \S+\/questions\/\{q\}(\/me)?|PUT \S+\/closure|POST \S+\/admin-link)$/.test(name)
  return fc.oneof(
    ...each.map((arbitrary, index) => ({ weight: isRare(operations[index] as Operation) ? 1 : 8, arbitrary })),
  )
}

/** For a part of an address: whole characters escaped, halves of them and what cannot be sent left out. */
export function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
