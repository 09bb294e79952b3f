import { parseCLI, startVitest, type Vitest } from 'vitest/node'
import { buildWhenNeeded } from './build.ts'
import { ensureChromium } from './chromium.ts'
import { ensureNats } from './nats.ts'
import { ensurePostgres } from './postgres.ts'
import { ensureProxy } from './proxies.ts'

// All the tests, or those named: npm test -- src/snapshot, npm test -- -t 'second vote', npm test -- --watch.
const { filter, options } = parseCLI(['vitest', ...process.argv.slice(2)])
const watch = options.watch ?? false

// Everything is tested on PostgreSQL too, and nodes talk over NATS. Unit tests need neither a browser nor the built pages,
// so naming only those does not wait for them.
const onlyUnitTests = filter.length > 0 && filter.every((path) => /^(\.\/)?(src|web|scripts)\b/.test(path))
try {
  ensurePostgres()
  ensureNats()
  if (!onlyUnitTests) {
    ensureChromium()
    ensureProxy('nginx')
    ensureProxy('caddy')
    await buildWhenNeeded()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('\n0 passed, 1 failed')
  process.exit(1)
}

const vitest = await startVitest(filter, { ...options, watch })

if (!watch) {
  const { passed, failed } = count(vitest)
  const slow = slowest(vitest)
  await vitest.close()
  if (failed > 0) {
    console.log(
      'To run one file again: npm test -- path/of/file.test.ts; one test: npm test -- -t "words of its name". ' +
        'Pictures of pages that failed are in test/shots/.\n',
    )
    process.exitCode = 1
  } else if (passed === 0) {
    console.log('No test ran: none matched, or what they need could not be prepared; see above.\n')
    process.exitCode = 1
  }
  if (slow.length > 1) console.log(`What took longest:\n${slow.join('\n')}\n`)
  console.log(`${passed} passed, ${failed} failed`)
}

/** Numbers of tests; a file that could not be run, and an error outside of every test, count as a failure each. */
function count({ state }: Vitest): { passed: number; failed: number } {
  let passed = 0
  let failed = state.getUnhandledErrors().length
  for (const file of state.getTestModules()) {
    const tests = [...file.children.allTests()]
    const broken = tests.filter((test) => test.result().state === 'failed').length
    passed += tests.filter((test) => test.result().state === 'passed').length
    failed += broken === 0 && file.state() === 'failed' ? 1 : broken
  }
  return { passed, failed }
}

/** The files that took longest, a line each. */
function slowest({ state }: Vitest): string[] {
  return state
    .getTestModules()
    .map((file) => {
      const { setupDuration, collectDuration, duration } = file.diagnostic()
      return { file, seconds: Math.round((setupDuration + collectDuration + duration) / 1000) }
    })
    .filter(({ seconds }) => seconds >= 10)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 20)
    .map(({ file, seconds }) => `${String(seconds).padStart(5)} s  ${file.relativeModuleId} (${file.project.name})`)
}
