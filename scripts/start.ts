import { buildWhenNeeded } from './build.ts'

// One process from the beginning to the end, rather than two commands in a row: a shell between them would take
// npm's SIGTERM for itself and leave the server running.
try {
  await buildWhenNeeded()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
await import('../src/cli/folkmoot.ts')
