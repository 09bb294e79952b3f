import type { TestProject } from 'vitest/node'
import { startPostgres, type Postgres } from '../../scripts/postgres.ts'

/** One for all projects of a run. */
let running: Promise<Postgres> | null = null
let users = 0

/** Starts the PostgreSQL that the tests share; each makes a database of its own in it. */
export default async function preparePostgres(project: TestProject): Promise<() => Promise<void>> {
  users++
  running ??= startPostgres()
  const { url, stop } = await running
  project.provide('postgres', url)
  return async () => {
    if (--users === 0) await stop()
  }
}
