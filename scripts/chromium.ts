import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import { installPackage } from './apt.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const whatToDo =
  'The end-to-end tests need Chromium and there is none. Install the package `chromium` (or Google Chrome), or run ' +
  '`npx playwright-core install chromium`, or name a program in CHROMIUM_PATH; then run the tests again.'

/**
 * Path of a Chromium that starts: the one named in CHROMIUM_PATH, else one of this machine, else, on Debian and Ubuntu
 * where that needs no password, one that is installed now.
 * @throws with a sentence on what to install
 */
export function ensureChromium(): string {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (starts(named)) return named
    throw new Error(`CHROMIUM_PATH: ${named} does not start. Name the path of a Chromium program, or leave it empty.`)
  }
  const found = find() ?? (installPackage('chromium', 'Chromium') ? find() : null)
  if (!found) throw new Error(whatToDo)
  return found
}

function find(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const places = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    // Where `npx playwright-core install chromium` puts it.
    chromium.executablePath(),
  ]
  return places.find((path) => existsSync(path) && starts(path)) ?? null
}

/** Some distributions have a program of this name that only says where to get the real one. */
function starts(path: string): boolean {
  return spawnSync(path, ['--version'], { timeout: 30_000, stdio: 'ignore' }).status === 0
}
