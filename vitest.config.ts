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

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...all,
          name: 'unit',
          globalSetup: 'test/support/prepare-postgres.ts',
          include: ['{src,scripts}/**/*.test.ts'],
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
          ...all,
          name: 'end-to-end',
          include: ['test/**/*.test.ts'],
          globalSetup: 'test/support/prepare.ts',
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // After the unit tests: what is broken below breaks everything above, and is found more quickly there.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
