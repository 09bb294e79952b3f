// Over 300 lines: it is one check, and most of it the list of rooms.
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { isBuiltin } from 'node:module'
import ts from 'typescript'

/**
 * The rooms of src, from the ground up. A room imports only from lines above its own; rooms on one line never import
 * each other. A new room is entered here, on the line where it belongs.
 */
const house = [
  ['base'],
  ['db'],
  ['feed'],
  ['letter'], // on its way out, until the mail server has it
  ['question'],
  ['participant'],
  // By what people are proven: whom the owner invited, and who has an address.
  ['invitation', 'confirmation'],
  // What is held back, and the list of what was done about contributions.
  ['moderation'],
  ['idea'],
  ['argument', 'vote', 'comment', 'entry'],
  // What touches ideas, arguments, votes and comments at once: removing, hiding, merging, leaving.
  ['contribution'],
  // The recorded outcome; votes that the owner set aside, and from where many began at once.
  ['decision', 'aside'],
  // The owner's desk: what is done about any contribution, and undone.
  ['desk'],
  ['snapshot'],
  // What anyone recounts a closed question from, and by what people find their ballot in it.
  ['recount'],
  // Every verb under one roof, and the thread they run in.
  ['verbs'],
  // Looks after a whole store: whether what it counts is true, copies of it.
  ['upkeep'],
  // A whole server in one file, and out of it again, whatever engine it is on.
  ['transfer'],
  ['live'],
  ['mail', 'webhook', 'embed', 'export', 'account', 'page', 'import', 'seed'],
  ['http'],
  // Looks at a server from beside it: its settings, its data, what it must reach.
  ['doctor'],
  ['cli'],
]

/** The domain's rooms hold only files of these names, and a file imports only names that stand before its own. */
const vocabulary = ['rules', 'wire', 'store', 'actions', 'routes'] as const
type Word = (typeof vocabulary)[number]

const domain = [
  'question',
  'participant',
  'invitation',
  'confirmation',
  'moderation',
  'idea',
  'argument',
  'vote',
  'comment',
  'entry',
  'contribution',
  'decision',
  'aside',
  'desk',
]

/** Files of the domain's rooms that go by another name: the word whose place they take, and why they are there. */
const exceptions: Record<string, { as: Word; reason: string }> = {
  'question/levels': { as: 'rules', reason: 'who is proven well enough to take part and to vote' },
  'question/seat': { as: 'store', reason: 'the one place that mints seats: it reads tokens, and verbs need its types' },
  'question/lengths': { as: 'rules', reason: 'how long texts may be, which ideas, arguments and comments all go by' },
  'question/stages': { as: 'rules', reason: 'when what is possible; the rules of settings are long enough' },
  'vote/newcomers': { as: 'store', reason: 'counts, for a batch, who begins to take part in each network' },
  'vote/proven': { as: 'store', reason: 'sums up, while votes are cast, at which levels they are' },
  'vote/cast': { as: 'actions', reason: 'what goes into a batch, and what comes of it' },
  'vote/batch': { as: 'actions', reason: 'the verb for many votes, which takes no question of its own' },
  'vote/queue': { as: 'actions', reason: 'gathers votes into batches' },
  'aside/bursts': { as: 'store', reason: 'reads from where many began at once, in stretches' },
  'desk/undo': { as: 'actions', reason: 'the way back of each act' },
  'desk/queue': { as: 'store', reason: 'reads what waits, and builds the owner’s views of it' },
  'idea/image': { as: 'store', reason: 'writes uploaded pictures anew: neither pure, nor a query, nor a verb' },
}

/** What shipped code may import must be among the dependencies that `npm ci --omit=dev` installs. */
const shipped = [
  'src/',
  'web/',
  'scripts/build.ts',
  'scripts/client.ts',
  'scripts/messages.ts',
  'scripts/run.ts',
  'vite.config.ts',
]

const longest = 300
/** Stands above the first declaration, as a comment. */
const reasonForLength = /^\s*(\/\/|\/?\*+|<!--).*over 300 lines(:| because) \S+/im

interface Import {
  /** Path in the repository, or a package's name with a colon in front. */
  target: string
  line: number
  typeOnly: boolean
}

/**
 * Whether everything under a root stands in its room.
 * @returns sentences that say where, what is wrong and what to do; none when all is well
 */
export function checkRooms(root: string): string[] {
  const files = globSync('{src,web,test,bench,scripts}/**/*.{ts,js,mjs,svelte,css}', { cwd: root })
    // Made from the messages by the build; nobody reads or edits it.
    .filter((file) => file !== 'web/messages.d.ts')
    .sort()
  if (globSync('vite.config.ts', { cwd: root }).length > 0) files.push('vite.config.ts')
  const dependencies = readDependencies(root)
  return [...checkFolders(root), ...files.flatMap((file) => checkFile(root, file, dependencies))]
}

function checkFolders(root: string): string[] {
  return readdirSync(join(root, 'src'), { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory())
      return [`src/${entry.name}: stands outside of every room. Move it into the room it belongs to.`]
    if (levelOf(entry.name) >= 0) return []
    return [
      `src/${entry.name}: is a room that nobody knows. Enter it in scripts/rooms.ts, on the line where it belongs.`,
    ]
  })
}

function checkFile(root: string, file: string, dependencies: Set<string>): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = [...checkLength(file, text), ...checkName(file)]
  if (file.endsWith('.css')) return found
  const source = parse(file, text)
  found.push(...checkBarrel(file, source))
  // A test may use whatever it needs to set its scene.
  if (isTest(file)) return found
  for (const one of importsOf(file, source)) {
    const reason = one.target.startsWith(':')
      ? refusePackage(file, one, dependencies)
      : (refuseOutside(file, one) ?? refuseForWeb(file, one) ?? refuseRoom(file, one) ?? refuseWord(file, one))
    if (reason) found.push(`${file}:${one.line}: ${reason}`)
  }
  return found
}

function checkLength(file: string, text: string): string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  const top = text.split('\n', 50).join('\n')
  if (lines <= longest || reasonForLength.test(top)) return []
  return [
    `${file}: has ${lines} lines. Divide it by what its parts are about, or say in a comment at its top why it is longer: ` +
      `“Over 300 lines: …”.`,
  ]
}

function checkName(file: string): string[] {
  const [room, ...inside] = roomPath(file)
  if (!room || !domain.includes(room) || isTest(file)) return []
  if (inside.length === 1 && wordOf(file)) return []
  return [
    `${file}: a room of the domain holds only ${vocabulary.join(', ')}. Put the code into one of these, ` +
      `or list the file with its reason under \`exceptions\` in scripts/rooms.ts.`,
  ]
}

function checkBarrel(file: string, source: ts.SourceFile): string[] {
  if (!file.startsWith('src/') && !file.startsWith('web/')) return []
  const onlyPassesOn =
    source.statements.length > 0 &&
    source.statements.every((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier)
  if (!/^index\.[a-z]+$/.test(basename(file)) && !onlyPassesOn) return []
  return [`${file}: is a barrel. Import from the files themselves and delete it.`]
}

function refusePackage(file: string, { target, typeOnly }: Import, dependencies: Set<string>): string | null {
  const name = target.slice(1)
  const word = wordOf(file)
  if ((word === 'rules' || word === 'wire') && isBuiltin(name) && !typeOnly)
    return `${word} are pure and also run in the browser, so they cannot import ${name}. Pass in what is needed.`
  if (typeOnly || isBuiltin(name) || dependencies.has(name)) return null
  if (!shipped.some((path) => file.startsWith(path))) return null
  return `imports ${name}, which is not among package.json's dependencies, so it is missing where only those are installed. Move it there.`
}

function refuseOutside(file: string, { target }: Import): string | null {
  if (!file.startsWith('src/') || target.startsWith('src/') || target === 'package.json') return null
  return `src does not know what is outside of it, so it cannot import ${target}. Turn the dependency round, or pass in what is needed.`
}

function refuseForWeb(file: string, { target, typeOnly }: Import): string | null {
  if (!file.startsWith('web/') || !target.startsWith('src/') || typeOnly) return null
  const name = basename(target, '.ts')
  if (name === 'wire' || name === 'rules' || /^src\/base\/(text|negotiate)\.ts$/.test(target)) return null
  return (
    `the pages take only types, wire, rules, and base/text and base/negotiate from src, so they cannot import ${target}. ` +
    `Write \`import type\`, or go through event.platform.req.folkmoot.`
  )
}

function refuseRoom(file: string, { target }: Import): string | null {
  const [from] = roomPath(file)
  const [to] = roomPath(target)
  if (!from || !to || from === to) return null
  const [here, there] = [levelOf(from), levelOf(to)]
  if (here < 0 || there < 0 || there < here) return null
  const why = there === here ? 'these are siblings, which never import each other' : `${to} stands above ${from}`
  return (
    `${from} cannot import ${target}: ${why}. Move what both need into a room below them, ` +
    `or let ${there === here ? 'a room above' : to} join the two.`
  )
}

function refuseWord(file: string, { target, typeOnly }: Import): string | null {
  const own = wordOf(file)
  if (!own) return null
  const [room = ''] = roomPath(target)
  const other = wordOf(target)
  const isPure = own === 'rules' || own === 'wire'
  if (other) {
    const isPeer = isPure && (other === 'rules' || other === 'wire')
    if (isPeer || vocabulary.indexOf(other) <= vocabulary.indexOf(own)) return null
    return `${own} cannot import ${target}: ${other} stands above ${own} (${vocabulary.join(' ← ')}). Move what is needed down.`
  }
  if (!isPure || room === 'base' || (typeOnly && target === 'src/db/tables.ts')) return null
  return `${own} are pure: they take base, other rules and wire, and types of src/db/tables.ts, but not ${target}. Pass in what is needed.`
}

/** Room and path inside it, for files of src. */
function roomPath(file: string): string[] {
  return file.startsWith('src/') ? file.slice('src/'.length).split('/') : []
}

function levelOf(room: string): number {
  return house.findIndex((line) => line.includes(room))
}

function wordOf(file: string): Word | undefined {
  const [room, name, ...deeper] = roomPath(file)
  if (!room || !name || deeper.length > 0 || !domain.includes(room)) return undefined
  const base = name.replace(/\.ts$/, '')
  return vocabulary.find((word) => word === base) ?? exceptions[`${room}/${base}`]?.as
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.startsWith('test/')
}

function readDependencies(root: string): Set<string> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies?: object }
  return new Set(Object.keys(manifest.dependencies ?? {}))
}

/** A Svelte component counts by its scripts; everything else in it is blanked, so that the lines keep their numbers. */
function parse(file: string, text: string): ts.SourceFile {
  let code = text
  if (file.endsWith('.svelte')) {
    const blank = (part: string) => part.replace(/[^\n]/g, ' ')
    let end = 0
    code = ''
    for (const { 0: script, 1: body = '', index } of text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)) {
      const start = index + script.indexOf('>') + 1
      code += blank(text.slice(end, start)) + body
      end = start + body.length
    }
  }
  return ts.createSourceFile(file, code, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS)
}

function importsOf(file: string, source: ts.SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    const target = resolve(file, specifier.text)
    if (!target) return
    found.push({ target, typeOnly, line: source.getLineAndCharacterOfPosition(specifier.pos).line + 1 })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Where an import leads; nothing for what the framework makes up while building. */
function resolve(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier))
  if (specifier.startsWith('#src/')) return `src/${specifier.slice('#src/'.length)}`
  if (specifier.startsWith('#lib/')) return `web/lib/${specifier.slice('#lib/'.length)}`
  if (/^(\$|virtual:|#)/.test(specifier)) return null
  if (isBuiltin(specifier)) return `:${specifier}`
  return `:${specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')}`
}

if (import.meta.main) {
  const found = checkRooms(join(import.meta.dirname, '..'))
  for (const sentence of found) console.error(sentence)
  if (found.length > 0) process.exitCode = 1
}
