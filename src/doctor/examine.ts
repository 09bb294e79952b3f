import { folderOf, type Engine } from '../db/engine.ts'
import { ConfigError, engineFor } from '../http/config.ts'
import { checkDatabase } from './database.ts'
import type { Finding } from './finding.ts'
import { checkFolder } from './folder.ts'
import { checkReach } from './reach.ts'
import { checkConfiguration, checkRuntime } from './settings.ts'

/**
 * Looks at everything that can be looked at from beside a server, whether or not it runs. Changes nothing.
 * @param env what the server gets. @param report is told how many of how many questions are counted
 * @returns what is not well; nothing when all is
 */
export async function examine(
  env: Record<string, string | undefined>,
  now: number,
  report: (done: number, of: number) => void,
): Promise<Finding[]> {
  const engine = engineIn(env)
  const folder = engine && folderOf(engine)
  return [
    ...checkRuntime(process.versions.node),
    ...checkConfiguration(env),
    ...(folder === null ? [] : checkFolder(folder, Boolean(env.SECRET_KEY))),
    ...(engine === null ? [] : await checkDatabase(engine, now, report)),
    ...(await checkReach(env)),
  ]
}

/** @returns null where the settings name none; what is wrong with them is told elsewhere */
function engineIn(env: Record<string, string | undefined>): Engine | null {
  try {
    return engineFor(env)
  } catch (failure) {
    if (failure instanceof ConfigError) return null
    throw failure
  }
}
