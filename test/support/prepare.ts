import type { TestProject } from 'vitest/node'
import { buildWhenNeeded } from '../../scripts/build.ts'
import { ensureChromium } from '../../scripts/chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    chromium: string
  }
}

/** What the end-to-end tests need, also when they are run by an editor rather than by `npm test`. */
export default async function prepare(project: TestProject): Promise<void> {
  project.provide('chromium', ensureChromium())
  await buildWhenNeeded()
  // While watching, the pages are built anew before the tests run against them again.
  project.onTestsRerun(() => buildWhenNeeded())
}
