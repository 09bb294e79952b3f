import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')

/** What the built pages are made of. From src they take only what the room check lets them take. */
const inputs = [
  'web/**/*',
  'src/base/**/*.ts',
  'src/*/{wire,rules}.ts',
  'scripts/{client,messages}.ts',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
]

/** Written last and removed first, so that a build that was interrupted never counts as one. */
const stamp = join(root, 'build', '.inputs')
/** Holds the process that is building: two at once would pull the files from under each other. */
const lock = join(root, '.svelte-kit', 'building')

/** Builds the pages. @throws when they cannot be built; what is wrong has then been printed */
export function build(): Promise<void> {
  return alone(buildNow)
}

/** Builds the pages unless they are there already and nothing they are made of has changed. */
export async function buildWhenNeeded(): Promise<void> {
  if (isBuilt()) return
  // Whoever built meanwhile has perhaps built just this.
  await alone(async () => {
    if (isBuilt()) return
    console.log('Building the pages; this takes a few seconds …')
    await buildNow()
  })
}

async function buildNow(): Promise<void> {
  const hash = hashInputs()
  rmSync(stamp, { force: true })
  const started = performance.now()
  const { code, output } = await run('vite', ['build', '--logLevel', 'warn'], {
    // The pages are built for production whatever the shell says: under another value, development code would be served.
    env: { NODE_ENV: 'production' },
  })
  if (code !== 0) {
    console.error(output.trimEnd())
    throw new Error('The pages could not be built. Correct what is named above, then try again.')
  }
  writeFileSync(stamp, hash)
  console.log(`Built the pages in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
}

/** The content decides, not the time of change: a checkout touches files without changing them. */
function isBuilt(): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashInputs()
}

function hashInputs(): string {
  const hash = createHash('sha256')
  const files = globSync(inputs, { cwd: root })
    .filter((file) => !/\.(test|d)\.ts$/.test(file) && statSync(join(root, file)).isFile())
    .sort()
  for (const file of files) {
    const content = readFileSync(join(root, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

async function alone(work: () => Promise<void>): Promise<void> {
  mkdirSync(join(root, '.svelte-kit'), { recursive: true })
  while (!takeLock()) await sleep(200)
  try {
    await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!isHeld()) rmSync(lock, { force: true })
    return false
  }
}

/** A process that was killed leaves its lock behind; then it holds nothing. */
function isHeld(): boolean {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')), 0)
  } catch {
    return false
  }
}

if (import.meta.main) {
  try {
    await (process.argv.includes('--when-needed') ? buildWhenNeeded() : build())
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
