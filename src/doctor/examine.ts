import { dataDirFrom } from '../http/config.ts'
import { checkDatabase } from './database.ts'
import type { Finding } from './finding.ts'
import { checkFolder, checkSpace } from './folder.ts'
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
  const dataDir = dataDirFrom(env)
  return [
    ...checkRuntime(process.versions.node),
    ...checkConfiguration(env),
    ...checkFolder(dataDir, Boolean(env.SECRET_KEY)),
    ...checkSpace(dataDir),
    ...(await checkDatabase(dataDir, now, report)),
    ...(await checkReach(env)),
  ]
}
