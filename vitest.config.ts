import { configDefaults, defineConfig } from 'vitest/config'

const all = {
  exclude: [...configDefaults.exclude, 'build/**', '.svelte-kit/**'],
  // A browser and a server each need a core; more at once only makes everyone wait.
  maxWorkers: 2,
  // Dates must not depend on where the tests run.
  env: { TZ: 'UTC' },
  restoreMocks: true,
  unstubEnvs: true,
}

/** What is about the files of the embedded engine, or needs no server: it runs once, and not on PostgreSQL as well. */
const onEmbeddedAlone = [
  // Copies the one file while it is in use; PostgreSQL has pg_dump.
  'test/backup.test.ts',
  'test/data-folder.test.ts',
  // Examines the data folder.
  'test/doctor.test.ts',
  // Is about the proxy in front of a server.
  'test/deploy/**',
  // Moves a data folder's server to a PostgreSQL of its own, and imports into either.
  'test/transfer.test.ts',
  // The bench makes data folders of its own.
  'test/bench.test.ts',
  // What breaks here is the folder, the file or the disk under it.
  'test/faults/{damaged,full-disk,read-only}.test.ts',
  // Sets the machine's clock; a server on PostgreSQL goes by the database's.
  'test/faults/clock.test.ts',
  // Tests the tests' own tools.
  'test/support.test.ts',
]

/** What is about PostgreSQL itself, or about several nodes, which need it. Most of these bring one of their own. */
const onPostgresAlone = [
  'test/faults/postgres.test.ts',
  'test/postgres-backup.test.ts',
  'test/client-limits-nodes.test.ts',
  'test/nodes/**',
]

const endToEnd = {
  ...all,
  include: ['test/**/*.test.ts'],
  globalSetup: ['test/support/prepare.ts', 'test/support/prepare-postgres.ts'],
  testTimeout: 90_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...all,
          name: 'unit',
          globalSetup: 'test/support/prepare-postgres.ts',
          include: ['{src,scripts}/**/*.test.ts'],
          setupFiles: 'test/support/by-question.ts',
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          ...all,
          name: 'web',
          include: ['web/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...endToEnd,
          name: 'end-to-end',
          provide: { engine: 'SQLite' },
          globalSetup: 'test/support/prepare.ts',
          exclude: [...all.exclude, ...onPostgresAlone],
          // After the unit tests: what is broken below breaks everything above, and is found more quickly there.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...endToEnd,
          name: 'end-to-end-postgres',
          provide: { engine: 'PostgreSQL' },
          exclude: [...all.exclude, ...onEmbeddedAlone],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
