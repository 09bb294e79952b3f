import { loadModule, parseSync } from 'libpg-query'

await loadModule()

/** The tables that are distributed by question, each with the column that names the question. */
export const keyOf: Readonly<Record<string, string>> = {
  questions: 'id',
  ...Object.fromEntries(
    [
      ...['owners', 'participants', 'ideas', 'images', 'votes', 'arguments', 'agreements', 'comments'],
      ...['decisions', 'changes', 'held_words', 'waiting', 'acts', 'reports', 'moved'],
      ...[
        'room_entries',
        'room_votes',
        'votes_aside',
        'asides',
        'tallies',
        'invitations',
        'confirmations',
        'confirmed',
      ],
    ].map((table) => [table, 'question_id']),
  ),
}

/** A part of PostgreSQL's own syntax tree: { Kind: fields }. */
type Node = Record<string, unknown>

/** A question's table as one place of a statement names it, or what the question is known from. */
interface Place {
  label: string
  table: string | null
  /** What it is equal to; itself where that is nothing yet. */
  same: Place | null
}

interface Scope {
  byAlias: Map<string, Place | null>
  outer: Scope | null
}

/**
 * Which of a question's tables a statement reads or writes without saying of which question: neither by a value nor by
 * being joined, question to question, to one that has it. On a database that is distributed by question such a statement
 * goes to every part of it.
 * @param sql one statement of PostgreSQL. @returns table and alias of each, none where all is well
 */
export function tablesWithoutQuestion(sql: string): string[] {
  const places: Place[] = []
  const known: Place = { label: '', table: null, same: null }
  for (const { stmt } of (parseSync(sql) as { stmts?: { stmt: Node }[] }).stmts ?? [])
    statement(stmt, null, places, known)
  return places.filter((place) => root(place) !== root(known)).map(({ label }) => label)
}

function statement(node: Node, outer: Scope | null, places: Place[], known: Place): void {
  const scope: Scope = { byAlias: new Map(), outer }
  const [kind = '', fields] = entry(node)
  const conditions: Node[] = []

  const enter = (range: Node): Place | null => {
    const table = String(range.relname)
    const alias = nameOf(range.alias) ?? table
    const place = table in keyOf ? { label: alias === table ? table : `${table} ${alias}`, table, same: null } : null
    scope.byAlias.set(alias, place)
    if (place) places.push(place)
    return place
  }
  const from = (item: Node): void => {
    const [what = '', of] = entry(item)
    if (what === 'RangeVar') enter(of)
    else if (what === 'JoinExpr') {
      from(of.larg as Node)
      from(of.rarg as Node)
      if (of.quals) conditions.push(of.quals as Node)
    } else scope.byAlias.set(nameOf(of.alias) ?? '', null)
  }

  if (kind === 'InsertStmt') {
    const place = enter(fields.relation as Node)
    const columns = list(fields.cols).map((column) => entry(column)[1].name)
    // A question that is asked gets its key from the database; every other row says whose it is.
    if (place?.table === 'questions' || columns.includes('question_id')) if (place) join(place, known)
  } else if (kind === 'UpdateStmt' || kind === 'DeleteStmt') enter(fields.relation as Node)
  for (const item of [...list(fields.fromClause), ...list(fields.usingClause)]) from(item)
  if (fields.whereClause) conditions.push(fields.whereClause as Node)

  /** The place whose question an expression is; null: anything else, from which the question is known. */
  const placeOf = (expression: unknown): Place | null => {
    const [what = '', of] = entry(expression)
    if (what !== 'ColumnRef') return null
    const names = list(of.fields).map((field) => String(entry(field)[1].sval))
    const column = names.at(-1)
    for (let at: Scope | null = scope; at; at = at.outer) {
      if (names.length > 1) {
        if (!at.byAlias.has(names[0] ?? '')) continue
        const place = at.byAlias.get(names[0] ?? '') ?? null
        return place && keyOf[place.table ?? ''] === column ? place : null
      }
      const [place, ...others] = [...at.byAlias.values()].filter((one) => one && keyOf[one.table ?? ''] === column)
      if (place && others.length === 0) return place
    }
    return null
  }
  const equal = (left: unknown, right: unknown): void => {
    const [a, b] = [placeOf(left), placeOf(right)]
    if (a && b) join(a, b)
    else if (a ?? b) join((a ?? b) as Place, known)
  }
  for (const condition of conditions.flatMap(conjuncts)) {
    const [what = '', of] = entry(condition)
    if (what === 'A_Expr' && entry(list(of.name)[0])[1].sval === '=') {
      const sides = [of.lexpr, of.rexpr].map((side) => list(entry(side)[1].args))
      if (entry(of.lexpr)[0] === 'RowExpr' && entry(of.rexpr)[0] === 'RowExpr')
        for (const [index, left] of sides[0]?.entries() ?? []) equal(left, sides[1]?.[index])
      else equal(of.lexpr, of.rexpr)
    } else if (what === 'SubLink' && of.subLinkType === 'ANY_SUBLINK') {
      const tested = entry(of.testexpr)[0] === 'RowExpr' ? list(entry(of.testexpr)[1].args) : [of.testexpr]
      for (const column of tested) equal(column, null)
    }
  }
  for (const nested of statementsIn(fields)) statement(nested, scope, places, known)
}

/** The statements within a statement, but not those within these. */
function* statementsIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* statementsIn(one)
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) {
      if (name.endsWith('Stmt')) yield { [name]: inner as unknown }
      // The two sides of a union are statements without saying so.
      else if ((name === 'larg' || name === 'rarg') && 'op' in value) yield { SelectStmt: inner as unknown }
      else yield* statementsIn(inner)
    }
}

/** What all has to hold. */
function conjuncts(condition: Node): Node[] {
  const [what, of] = entry(condition)
  return what === 'BoolExpr' && of.boolop === 'AND_EXPR' ? list(of.args).flatMap(conjuncts) : [condition]
}

function entry(node: unknown): [kind: string | undefined, fields: Node] {
  const [[kind, fields] = []] = Object.entries((node ?? {}) as Node)
  return [kind, (fields ?? {}) as Node]
}

function nameOf(alias: unknown): string | undefined {
  return (alias as { aliasname: string } | undefined)?.aliasname
}

function list(value: unknown): Node[] {
  return (value ?? []) as Node[]
}

function root(place: Place): Place {
  return place.same ? root(place.same) : place
}

function join(a: Place, b: Place): void {
  const [one, other] = [root(a), root(b)]
  if (one !== other) one.same = other
}
