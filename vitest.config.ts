import { configDefaults, defineConfig } from 'vitest/config'

const exclude = [...configDefaults.exclude, 'build/**', '.svelte-kit/**']

export default defineConfig({
  test: {
    // A browser and a server each need a core; more at once only makes everyone wait.
    maxWorkers: 2,
    // Numbers and dates must not depend on where the tests run.
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,scripts}/**/*.test.ts'],
          exclude,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'web',
          include: ['web/**/*.test.ts'],
          exclude,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['test/**/*.test.ts'],
          exclude,
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
