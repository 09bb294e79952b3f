import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')

/** What the built pages are made of. From src they take only what the room check lets them take. */
const inputs = [
  'web/**/*',
  'src/base/**/*.ts',
  'src/*/{wire,rules}.ts',
  'scripts/messages.ts',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
]

/** Written last and removed first, so that a build that was interrupted never counts as one. */
const stamp = join(root, 'build', '.inputs')

/** Builds the pages. @throws when they cannot be built; what is wrong has then been printed */
export async function build(): Promise<void> {
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

/** Builds the pages unless they are there already and nothing they are made of has changed. */
export async function buildWhenNeeded(): Promise<void> {
  // The content decides, not the time of change: a checkout touches files without changing them.
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hashInputs()) return
  console.log('Building the pages; this takes a few seconds …')
  await build()
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

if (import.meta.main) {
  try {
    await (process.argv.includes('--when-needed') ? buildWhenNeeded() : build())
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
